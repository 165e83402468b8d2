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
