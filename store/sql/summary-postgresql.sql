-- summary-postgresql.sql: the texts of summary.sql that PostgreSQL has otherwise
--
-- A distributed PostgreSQL runs neither WITH RECURSIVE nor a sub-query that depends on the outer one
-- over several nodes. The days that there are stand in changed, a row a day: with them as an array
-- the key finds the rows of a domain by one look-up a day, which takes a tenth of the walk besides.
-- The bounds tell which partitions, and one domain which node.

-- name: total_of_domain
SELECT t.day, t.domain, t.sender, t.policy_type, t.policy, t.trust, t.reports, t.successful, t.failed,
       t.detailed
FROM daily_total t
WHERE t.domain = $3 AND t.day BETWEEN $1 AND $2
  AND t.day = ANY (ARRAY(SELECT key FROM changed WHERE kind = 'day' AND key BETWEEN $1 AND $2))

-- name: total_of_domains
SELECT t.day, t.domain, t.sender, t.policy_type, t.policy, t.trust, t.reports, t.successful, t.failed,
       t.detailed
FROM daily_total t
WHERE t.domain BETWEEN $3 AND $4 AND t.day BETWEEN $1 AND $2
  AND t.day = ANY (ARRAY(SELECT key FROM changed WHERE kind = 'day' AND key BETWEEN $1 AND $2))

-- name: failure_of_domain
SELECT f.day, f.domain, f.sender, f.policy_type, f.policy, f.trust, f.mx, f.result, f.reason,
       f.sessions
FROM daily_failure f
WHERE f.domain = $3 AND f.day BETWEEN $1 AND $2
  AND f.day = ANY (ARRAY(SELECT key FROM changed WHERE kind = 'day' AND key BETWEEN $1 AND $2))

-- name: failure_of_domains
SELECT f.day, f.domain, f.sender, f.policy_type, f.policy, f.trust, f.mx, f.result, f.reason,
       f.sessions
FROM daily_failure f
WHERE f.domain BETWEEN $3 AND $4 AND f.day BETWEEN $1 AND $2
  AND f.day = ANY (ARRAY(SELECT key FROM changed WHERE kind = 'day' AND key BETWEEN $1 AND $2))

-- name: period
-- One look-up at each end of each partition.
SELECT MIN(day), MAX(day), CASE WHEN MIN(day) IS NULL THEN 0 ELSE 1 END FROM daily_total
