-- counter.sql: the sums that are kept

-- name: counter_all
SELECT name, value FROM counter

-- name: counter_set
UPDATE counter SET value = $2 WHERE name = $1
