-- name-postgresql.sql: interned texts, many at once

-- name: name_ids
-- $1 numbers that no name has and none will be given.
SELECT nextval(pg_get_serial_sequence('name', 'id')) FROM generate_series(1, $1)

-- name: policy_ids
SELECT nextval(pg_get_serial_sequence('policy', 'id')) FROM generate_series(1, $1)
