-- quality-postgresql.sql: the texts of quality.sql that PostgreSQL has otherwise, as in
-- summary-postgresql.sql

-- name: copy_of_domain
SELECT c.domain, c.sender, c.trust, c.duplicates, c.uncounted, c.surplus, c.homeless
FROM daily_copy c
WHERE c.domain = $3 AND c.day BETWEEN $1 AND $2
  AND c.day = ANY (ARRAY(SELECT key FROM changed WHERE kind = 'day' AND key BETWEEN $1 AND $2))

-- name: deviation_of_domain
SELECT v.day, v.sender, v.codes, v.reports, v.surplus, v.newest, v.oldest
FROM daily_deviation v
WHERE v.domain = $3 AND v.day BETWEEN $1 AND $2
  AND v.day = ANY (ARRAY(SELECT key FROM changed WHERE kind = 'day' AND key BETWEEN $1 AND $2))
