-- change.sql: what has changed since when

-- name: change_set
INSERT INTO changed (kind, key, revision) VALUES ($1, $2, $3)
ON CONFLICT (kind, key) DO UPDATE SET revision = excluded.revision

-- name: change_every_day
UPDATE changed SET revision = $1 WHERE kind = 'day'

-- name: change_drop_reports
DELETE FROM changed WHERE kind = 'report'

-- name: change_next
SELECT revision, key FROM changed
WHERE kind = $1 AND (revision, key) > ($2, $3) AND key BETWEEN $4 AND $5
ORDER BY revision, key LIMIT 1
