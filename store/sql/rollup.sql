-- rollup.sql: what a report adds to the daily roll-ups, and takes from them again

-- name: total_add
INSERT INTO daily_total (day, domain, sender, policy_type, policy, trust,
                         reports, successful, failed, detailed, entries)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (day, domain, sender, policy_type, policy, trust) DO UPDATE SET
  reports = daily_total.reports + excluded.reports,
  successful = daily_total.successful + excluded.successful,
  failed = daily_total.failed + excluded.failed,
  detailed = daily_total.detailed + excluded.detailed,
  entries = daily_total.entries + excluded.entries

-- name: total_drop
-- Only a row that holds exactly this and nothing else.
DELETE FROM daily_total
WHERE day = $1 AND domain = $2 AND sender = $3 AND policy_type = $4 AND policy = $5 AND trust = $6
  AND reports = $7 AND successful = $8 AND failed = $9 AND detailed = $10 AND entries = $11
RETURNING 1

-- name: total_subtract
UPDATE daily_total SET reports = reports - $7, successful = successful - $8, failed = failed - $9,
                       detailed = detailed - $10, entries = entries - $11
WHERE day = $1 AND domain = $2 AND sender = $3 AND policy_type = $4 AND policy = $5 AND trust = $6
RETURNING 1

-- name: total_sums
SELECT successful, failed, detailed FROM daily_total
WHERE day = $1 AND domain = $2 AND sender = $3 AND policy_type = $4 AND policy = $5 AND trust = $6

-- name: failure_add
INSERT INTO daily_failure (day, domain, sender, policy_type, policy, trust, mx, result, reason,
                           sessions, entries)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (day, domain, sender, policy_type, policy, trust, mx, result, reason) DO UPDATE SET
  sessions = daily_failure.sessions + excluded.sessions,
  entries = daily_failure.entries + excluded.entries

-- name: failure_drop
DELETE FROM daily_failure
WHERE day = $1 AND domain = $2 AND sender = $3 AND policy_type = $4 AND policy = $5 AND trust = $6
  AND mx = $7 AND result = $8 AND reason = $9 AND sessions = $10 AND entries = $11
RETURNING 1

-- name: failure_subtract
UPDATE daily_failure SET sessions = sessions - $10, entries = entries - $11
WHERE day = $1 AND domain = $2 AND sender = $3 AND policy_type = $4 AND policy = $5 AND trust = $6
  AND mx = $7 AND result = $8 AND reason = $9
RETURNING 1

-- name: failure_sums
SELECT sessions FROM daily_failure
WHERE day = $1 AND domain = $2 AND sender = $3 AND policy_type = $4 AND policy = $5 AND trust = $6
  AND mx = $7 AND result = $8 AND reason = $9

-- name: copy_add
INSERT INTO daily_copy (day, domain, sender, trust, duplicates, uncounted, surplus, homeless)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (day, domain, sender, trust) DO UPDATE SET
  duplicates = daily_copy.duplicates + excluded.duplicates,
  uncounted = daily_copy.uncounted + excluded.uncounted,
  surplus = daily_copy.surplus + excluded.surplus,
  homeless = daily_copy.homeless + excluded.homeless

-- name: copy_drop
DELETE FROM daily_copy
WHERE day = $1 AND domain = $2 AND sender = $3 AND trust = $4
  AND duplicates = $5 AND uncounted = $6 AND surplus = $7 AND homeless = $8
RETURNING 1

-- name: copy_subtract
UPDATE daily_copy SET duplicates = duplicates - $5, uncounted = uncounted - $6,
                      surplus = surplus - $7, homeless = homeless - $8
WHERE day = $1 AND domain = $2 AND sender = $3 AND trust = $4
RETURNING 1

-- name: deviation_add
INSERT INTO daily_deviation (day, domain, sender, codes, reports, surplus, newest, oldest)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (day, domain, sender, codes) DO UPDATE SET
  reports = daily_deviation.reports + excluded.reports,
  surplus = daily_deviation.surplus + excluded.surplus,
  newest = CASE WHEN excluded.newest > daily_deviation.newest THEN excluded.newest
                ELSE daily_deviation.newest END,
  oldest = CASE WHEN excluded.oldest < daily_deviation.oldest THEN excluded.oldest
                ELSE daily_deviation.oldest END

-- name: deviation_drop
DELETE FROM daily_deviation
WHERE day = $1 AND domain = $2 AND sender = $3 AND codes = $4
  AND reports = $5 AND surplus = $6 AND newest = $7 AND oldest = $8
RETURNING 1

-- name: deviation_subtract
-- $7 and $8 are what is left as the newest and the oldest.
UPDATE daily_deviation SET reports = reports - $5, surplus = surplus - $6, newest = $7, oldest = $8
WHERE day = $1 AND domain = $2 AND sender = $3 AND codes = $4
RETURNING 1

-- name: deviation_ends
SELECT newest, oldest FROM daily_deviation
WHERE day = $1 AND domain = $2 AND sender = $3 AND codes = $4

-- name: deviation_before
-- The reports with findings from $1 to $2, the newest first: asked for only where the newest one of a
-- row goes, and left at the first that belongs there.
SELECT id, counts_for, findings FROM report
WHERE id BETWEEN $1 AND $2 AND day = $3 AND sender = $4 AND counted = 1 AND deviations > 0
ORDER BY id DESC

-- name: deviation_after
-- The same, the oldest first.
SELECT id, counts_for, findings FROM report
WHERE id BETWEEN $1 AND $2 AND day = $3 AND sender = $4 AND counted = 1 AND deviations > 0
ORDER BY id
