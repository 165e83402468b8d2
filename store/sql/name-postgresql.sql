-- name-postgresql.sql: interned texts, many in one round trip

-- name: name_ids
-- $1 numbers that no name has and none will be given.
SELECT nextval(pg_get_serial_sequence('name', 'id')) FROM generate_series(1, $1)

-- name: policy_ids
SELECT nextval(pg_get_serial_sequence('policy', 'id')) FROM generate_series(1, $1)

-- name: name_some
-- Whose ids are in $1: "{1,2,3}".
SELECT id, text, NULL FROM name WHERE id = ANY (CAST($1 AS BIGINT[]))

-- name: policy_some
SELECT id, text, mode FROM policy WHERE id = ANY (CAST($1 AS BIGINT[]))
