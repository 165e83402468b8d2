-- check_run.sql: what check saw of the domains

-- name: check_run_add
INSERT INTO check_run (domain, at, severity, policy_id, policy, document)
VALUES ($1, $2, $3, $4, $5, $6)

-- name: check_run_each
-- Newest first.
SELECT at, severity, policy_id, policy, document FROM check_run
WHERE domain = $1 ORDER BY id DESC LIMIT $2

-- name: check_run_trim
-- All but the newest ones of a domain make room.
DELETE FROM check_run WHERE domain = $1 AND id <=
  (SELECT id FROM check_run WHERE domain = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)
