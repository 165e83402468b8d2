-- quality.sql: how many reports there are, their copies and their deviations, by day; and both tables
-- filled from the reports, where a store comes from before them
--
-- As in summary.sql rows come as numbers and in no order, and those of one domain by a walk over the
-- days that there are, for which PostgreSQL has texts of its own: quality-postgresql.sql.

-- name: copy_of_days
SELECT domain, sender, trust, duplicates, uncounted, surplus, homeless
FROM daily_copy WHERE day BETWEEN $1 AND $2

-- name: copy_of_domain
WITH RECURSIVE days (day) AS (
  SELECT MIN(day) FROM daily_copy WHERE day >= $1
  UNION ALL
  SELECT (SELECT MIN(c.day) FROM daily_copy c WHERE c.day > days.day) FROM days WHERE days.day < $2)
SELECT c.domain, c.sender, c.trust, c.duplicates, c.uncounted, c.surplus, c.homeless
FROM days CROSS JOIN daily_copy c
WHERE c.day = days.day AND c.domain = $3 AND days.day <= $2

-- name: deviation_of_days
SELECT day, sender, codes, reports, surplus, newest, oldest
FROM daily_deviation WHERE day BETWEEN $1 AND $2

-- name: deviation_of_domain
WITH RECURSIVE days (day) AS (
  SELECT MIN(day) FROM daily_deviation WHERE day >= $1
  UNION ALL
  SELECT (SELECT MIN(v.day) FROM daily_deviation v WHERE v.day > days.day)
  FROM days WHERE days.day < $2)
SELECT v.day, v.sender, v.codes, v.reports, v.surplus, v.newest, v.oldest
FROM days CROSS JOIN daily_deviation v
WHERE v.day = days.day AND v.domain = $3 AND days.day <= $2

-- name: findings_of
SELECT findings FROM report WHERE id = $1 AND day = $2

-- name: fill_days
SELECT DISTINCT day FROM report WHERE held = $1

-- name: fill_totals
SELECT domain, sender, trust, reports FROM daily_total WHERE day = $1

-- name: fill_reports
-- But for one of a day whose roll-ups have gone.
SELECT id, sender, trust, counts_for, counted, times_seen, findings
FROM report
WHERE held = $1 AND day = $2 AND (counted = 1 OR counted_instead <> 0 OR readable = 0)
