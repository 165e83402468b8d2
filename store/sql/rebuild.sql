-- rebuild.sql: every derived row anew

-- name: rebuild_clear_totals
DELETE FROM daily_total

-- name: rebuild_clear_failures
DELETE FROM daily_failure

-- name: rebuild_clear_policies
-- Only the roll-ups point to them, and these are gone. Names are still in use by the reports.
DELETE FROM policy WHERE id <> 0

-- name: rebuild_next
SELECT id, received, trust, authenticated_by, hint_domain, road, source, times_seen, raw
FROM report WHERE id > $1 ORDER BY id LIMIT 1

-- name: rebuild_find_later
-- A row that the rebuild has not come to, and that holds these digests from before.
SELECT id FROM report WHERE claim = $1 AND content = $2 AND id > $3

-- name: rebuild_set_content
UPDATE report SET content = $2 WHERE id = $1

-- name: rebuild_unreadable
UPDATE report SET content = $2, counted = 0, counted_instead = 0, readable = 0 WHERE id = $1

-- name: rebuild_drop
DELETE FROM report WHERE id = $1

-- name: rebuild_set
-- Only where something differs: a row that is right costs no writing.
UPDATE report SET claim = $2, content = $3, sender = $4, sender_domain = $5, day = $6, starts = $7,
                  ends = $8, counted = $9, counted_instead = $10, readable = 1,
                  organization_name = $11, contact_info = $12, report_id = $13, counts_for = $14,
                  successful = $15, failed = $16
WHERE id = $1
  AND (claim <> $2 OR content <> $3 OR sender <> $4 OR sender_domain <> $5 OR day <> $6
       OR starts <> $7 OR ends <> $8 OR counted <> $9 OR counted_instead <> $10 OR readable <> 1
       OR organization_name <> $11 OR COALESCE(contact_info, '') <> COALESCE($12, '')
       OR report_id <> $13 OR counts_for <> $14 OR successful <> $15 OR failed <> $16)

-- name: rebuild_drop_names
DELETE FROM name WHERE id <> 0 AND id NOT IN (
  SELECT sender FROM report
  UNION SELECT domain FROM daily_total
  UNION SELECT sender FROM daily_total
  UNION SELECT policy_type FROM daily_total
  UNION SELECT trust FROM daily_total
  UNION SELECT mx FROM daily_failure
  UNION SELECT result FROM daily_failure
  UNION SELECT reason FROM daily_failure)

-- name: rebuild_drop_policies
DELETE FROM policy WHERE id <> 0 AND id NOT IN (SELECT policy FROM daily_total)
