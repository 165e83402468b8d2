-- rebuild.sql: every derived row anew

-- name: rebuild_kept_days
-- Days with a report of which nothing is left: their roll-ups cannot be made anew, so they stay.
SELECT DISTINCT day FROM report WHERE held = 0

-- name: rebuild_clear_totals
DELETE FROM daily_total WHERE day NOT IN (SELECT day FROM report WHERE held = 0)

-- name: rebuild_clear_failures
DELETE FROM daily_failure WHERE day NOT IN (SELECT day FROM report WHERE held = 0)

-- name: rebuild_clear_copies
DELETE FROM daily_copy WHERE day NOT IN (SELECT day FROM report WHERE held = 0)

-- name: rebuild_clear_deviations
DELETE FROM daily_deviation WHERE day NOT IN (SELECT day FROM report WHERE held = 0)

-- name: rebuild_clear_policies
-- Only the roll-ups point to them, and most of these are gone. Names are still in use by the reports.
-- What is used is looked up apart, here and below: a distributed PostgreSQL wants that.
WITH used (id) AS MATERIALIZED (SELECT DISTINCT policy FROM daily_total)
DELETE FROM policy WHERE id <> 0 AND id NOT IN (SELECT used.id FROM used)

-- name: rebuild_sizes
SELECT id, length(raw) FROM report WHERE id > $1 ORDER BY id LIMIT $2

-- name: rebuild_range
SELECT id, received, trust, authenticated_by, hint_domain, road, source, times_seen, raw, claim,
       content, held, day, counted, sender, sender_domain, starts, ends, counted_instead, readable,
       organization_name, contact_info, report_id, counts_for, successful, failed, findings
FROM report WHERE id BETWEEN $1 AND $2 ORDER BY id

-- name: rebuild_find_later
-- A row that the rebuild has not come to, and that holds these digests from before.
SELECT id FROM report WHERE claim = $1 AND content = $2 AND id > $3

-- name: rebuild_set_content
UPDATE report SET content = $2 WHERE id = $1

-- name: rebuild_set_claim
-- Apart from the rest, because it is right but for damage, and a distributed PostgreSQL does not let
-- a row go elsewhere.
UPDATE report SET claim = $2 WHERE id = $1

-- name: rebuild_unreadable
UPDATE report SET content = $2, counted = 0, counted_instead = 0, readable = 0 WHERE id = $1

-- name: rebuild_drop
DELETE FROM report WHERE id = $1

-- name: rebuild_set
-- The day as it was, too: it tells PostgreSQL where to look.
UPDATE report SET content = $2, sender = $3, sender_domain = $4, day = $5, starts = $6, ends = $7,
                  counted = $8, counted_instead = $9, readable = 1, organization_name = $10,
                  contact_info = $11, report_id = $12, counts_for = $13, successful = $14,
                  failed = $15
WHERE id = $1 AND day = $16

-- name: rebuild_drop_names
WITH used (id) AS MATERIALIZED (
  SELECT sender FROM report
  UNION SELECT domain FROM daily_total
  UNION SELECT sender FROM daily_total
  UNION SELECT policy_type FROM daily_total
  UNION SELECT trust FROM daily_total
  UNION SELECT mx FROM daily_failure
  UNION SELECT result FROM daily_failure
  UNION SELECT reason FROM daily_failure
  UNION SELECT domain FROM daily_copy
  UNION SELECT sender FROM daily_copy
  UNION SELECT trust FROM daily_copy
  UNION SELECT domain FROM daily_deviation
  UNION SELECT sender FROM daily_deviation
  UNION SELECT codes FROM daily_deviation)
DELETE FROM name WHERE id <> 0 AND id NOT IN (SELECT used.id FROM used)

-- name: rebuild_drop_policies
WITH used (id) AS MATERIALIZED (SELECT DISTINCT policy FROM daily_total)
DELETE FROM policy WHERE id <> 0 AND id NOT IN (SELECT used.id FROM used)
