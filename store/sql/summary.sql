-- summary.sql: the roll-ups as they are asked for
--
-- Rows come as numbers and in no order: which of them are wanted, what the numbers stand for and the
-- order are made of them in summary.c, at a tenth of what joins and a sort by text cost.
--
-- The keys begin with the day. Those of one domain are found by a walk over the days that there are,
-- two look-ups a day, so that the rows of other domains are not read; those of some in the same way.
-- PostgreSQL has texts of its own for that: summary-postgresql.sql.

-- name: total_of_days
SELECT day, domain, sender, policy_type, policy, trust, reports, successful, failed, detailed
FROM daily_total WHERE day BETWEEN $1 AND $2

-- name: total_of_domain
-- Whose id is $3.
WITH RECURSIVE days (day) AS (
  SELECT MIN(day) FROM daily_total WHERE day >= $1
  UNION ALL
  SELECT (SELECT MIN(t.day) FROM daily_total t WHERE t.day > days.day) FROM days WHERE days.day < $2)
SELECT t.day, t.domain, t.sender, t.policy_type, t.policy, t.trust, t.reports, t.successful, t.failed,
       t.detailed
FROM days CROSS JOIN daily_total t
WHERE t.day = days.day AND t.domain = $3 AND days.day <= $2

-- name: total_of_domains
-- Whose ids are $3 to $4.
WITH RECURSIVE days (day) AS (
  SELECT MIN(day) FROM daily_total WHERE day >= $1
  UNION ALL
  SELECT (SELECT MIN(t.day) FROM daily_total t WHERE t.day > days.day) FROM days WHERE days.day < $2)
SELECT t.day, t.domain, t.sender, t.policy_type, t.policy, t.trust, t.reports, t.successful, t.failed,
       t.detailed
FROM days CROSS JOIN daily_total t
WHERE t.day = days.day AND t.domain BETWEEN $3 AND $4 AND days.day <= $2

-- name: failure_of_days
SELECT day, domain, sender, policy_type, policy, trust, mx, result, reason, sessions
FROM daily_failure WHERE day BETWEEN $1 AND $2

-- name: failure_of_domain
WITH RECURSIVE days (day) AS (
  SELECT MIN(day) FROM daily_total WHERE day >= $1
  UNION ALL
  SELECT (SELECT MIN(t.day) FROM daily_total t WHERE t.day > days.day) FROM days WHERE days.day < $2)
SELECT f.day, f.domain, f.sender, f.policy_type, f.policy, f.trust, f.mx, f.result, f.reason,
       f.sessions
FROM days CROSS JOIN daily_failure f
WHERE f.day = days.day AND f.domain = $3 AND days.day <= $2

-- name: failure_of_domains
WITH RECURSIVE days (day) AS (
  SELECT MIN(day) FROM daily_total WHERE day >= $1
  UNION ALL
  SELECT (SELECT MIN(t.day) FROM daily_total t WHERE t.day > days.day) FROM days WHERE days.day < $2)
SELECT f.day, f.domain, f.sender, f.policy_type, f.policy, f.trust, f.mx, f.result, f.reason,
       f.sessions
FROM days CROSS JOIN daily_failure f
WHERE f.day = days.day AND f.domain BETWEEN $3 AND $4 AND days.day <= $2

-- name: domain_of_days
SELECT DISTINCT domain FROM daily_total WHERE day BETWEEN $1 AND $2

-- name: sender_of_days
SELECT DISTINCT sender FROM daily_total WHERE day BETWEEN $1 AND $2

-- name: name_one
SELECT id, text, NULL FROM name WHERE id = $1

-- name: name_range
SELECT id, text, NULL FROM name WHERE id BETWEEN $1 AND $2

-- name: policy_one
SELECT id, text, mode FROM policy WHERE id = $1

-- name: policy_range
SELECT id, text, mode FROM policy WHERE id BETWEEN $1 AND $2

-- name: period
-- Two look-ups at the ends of the key, where MIN and MAX in one SELECT would read it all.
SELECT (SELECT MIN(day) FROM daily_total), (SELECT MAX(day) FROM daily_total),
       (SELECT COUNT(*) FROM (SELECT 1 FROM daily_total LIMIT 1) AS any_row)
