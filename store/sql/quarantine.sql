-- quarantine.sql: what could not be counted

-- name: quarantine_seen
UPDATE quarantine SET times_seen = times_seen + 1 WHERE digest = $1 AND reason_code = $2
RETURNING id

-- name: quarantine_add
INSERT INTO quarantine (digest, reason_code, outcome, reason, findings, road, source, part,
                        is_message, full_size, times_seen, received, size, bytes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $12, $13)

-- name: quarantine_drop_oldest
DELETE FROM quarantine WHERE id = (SELECT MIN(id) FROM quarantine) RETURNING size

-- name: quarantine_drop
DELETE FROM quarantine WHERE id = $1 RETURNING size

-- name: quarantine_each
SELECT id, received, outcome, reason_code, reason, findings, road, source, part, is_message,
       full_size, times_seen
FROM quarantine WHERE id < $1 ORDER BY id DESC LIMIT $2

-- name: quarantine_get
SELECT id, received, outcome, reason_code, reason, findings, road, source, part, is_message,
       full_size, times_seen, bytes
FROM quarantine WHERE id = $1

-- name: quarantine_sums
SELECT COUNT(*), COALESCE(SUM(size), 0) FROM quarantine
