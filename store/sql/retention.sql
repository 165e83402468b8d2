-- retention.sql: what goes when its time is over

-- name: retention_next
-- A report of before $2 of which as much is held as $1.
SELECT id, day, counted, times_seen FROM report
WHERE held = $1 AND day < $2 AND id < $3 ORDER BY day LIMIT 1

-- name: retention_row
-- The columns as transfer_write_report takes them.
SELECT id, claim, content, sender, sender_domain, day, starts, ends, received, trust,
       authenticated_by, hint_domain, road, source, times_seen, counted, counted_instead, readable,
       organization_name, contact_info, report_id, counts_for, successful, failed, deviations,
       findings, raw, held
FROM report WHERE id = $1 AND day = $2

-- name: retention_keep
UPDATE report SET held = $2, source = NULL, findings = $4, raw = $5 WHERE id = $1 AND day = $3

-- name: retention_mark
-- The same where raw holds no address.
UPDATE report SET held = $2, source = NULL, findings = $4 WHERE id = $1 AND day = $3

-- name: retention_drop_report
-- Also where the row comes back without its document: SQLite joins pages that are nearly empty when
-- a row is deleted from them, and not when one gets smaller.
DELETE FROM report WHERE id = $1 AND day = $2

-- name: retention_drop_change
DELETE FROM changed WHERE kind = 'report' AND key = $1

-- name: retention_uncount
UPDATE report SET counted = 0 WHERE id = $1 AND day < $2 AND counted = 1
RETURNING 1

-- name: retention_next_total
SELECT day, domain FROM daily_total WHERE day < $1 ORDER BY day, domain LIMIT 1

-- name: retention_drop_failures
DELETE FROM daily_failure WHERE day = $1 AND domain = $2

-- name: retention_drop_totals
DELETE FROM daily_total WHERE day = $1 AND domain = $2

-- name: retention_drop_copies
-- With the first domain of a day also what stands for all of them.
DELETE FROM daily_copy WHERE day = $1 AND domain IN (0, $2)

-- name: retention_drop_deviations
DELETE FROM daily_deviation WHERE day = $1 AND domain IN (0, $2)

-- name: retention_last_copies
-- Of days without totals: of reports that are unreadable, or about no domain.
DELETE FROM daily_copy WHERE day < $1

-- name: retention_last_deviations
DELETE FROM daily_deviation WHERE day < $1

-- name: retention_drop_days
DELETE FROM changed WHERE kind = 'day' AND key < $1

-- name: retention_drop_quarantine
-- Entries come in the order of their ids.
DELETE FROM quarantine WHERE id = (SELECT MIN(id) FROM quarantine) AND received < $1 RETURNING size

-- name: retention_count
SELECT COUNT(*) FROM report WHERE held = $1 AND day < $2 AND id < $3

-- name: retention_count_days
SELECT COUNT(*) FROM (SELECT DISTINCT day FROM daily_total WHERE day < $1) AS days

-- name: retention_count_quarantine
SELECT COUNT(*) FROM quarantine WHERE received < $1
