-- summary.sql: the roll-ups as they are asked for
--
-- $5 is a policy type as a number: -1 all, $6 its word, or NULL for all words that the RFC lacks.
-- The order ends with the rest of the key, so that it is total and the same after a rebuild.

-- name: total_each
SELECT t.day, d.text, s.text, p.text, v.id, v.text, v.mode, a.text,
       t.reports, t.successful, t.failed, t.detailed
FROM daily_total t
  JOIN name d ON d.id = t.domain
  JOIN name s ON s.id = t.sender
  JOIN name p ON p.id = t.policy_type
  JOIN policy v ON v.id = t.policy
  JOIN name a ON a.id = t.trust
WHERE t.day BETWEEN $1 AND $2
  AND (CAST($3 AS TEXT) IS NULL OR t.domain = (SELECT id FROM name WHERE text = $3))
  AND (CAST($4 AS TEXT) IS NULL
       OR t.sender IN (SELECT id FROM name WHERE text = $4
                       OR (text >= $4 || ' (via ' AND text < $4 || ' (via!')))
  AND ($5 < 0 OR p.text = $6
       OR ($6 IS NULL AND p.text NOT IN ('sts', 'tlsa', 'no-policy-found')))
ORDER BY d.text, s.text, p.text, a.text, t.day, v.text

-- name: failure_each
SELECT f.day, d.text, s.text, p.text, v.id, v.text, v.mode, a.text,
       m.id, m.text, w.text, r.id, r.text, f.sessions
FROM daily_failure f
  JOIN name d ON d.id = f.domain
  JOIN name s ON s.id = f.sender
  JOIN name p ON p.id = f.policy_type
  JOIN policy v ON v.id = f.policy
  JOIN name a ON a.id = f.trust
  JOIN name m ON m.id = f.mx
  JOIN name w ON w.id = f.result
  JOIN name r ON r.id = f.reason
WHERE f.day BETWEEN $1 AND $2
  AND (CAST($3 AS TEXT) IS NULL OR f.domain = (SELECT id FROM name WHERE text = $3))
  AND (CAST($4 AS TEXT) IS NULL
       OR f.sender IN (SELECT id FROM name WHERE text = $4
                       OR (text >= $4 || ' (via ' AND text < $4 || ' (via!')))
  AND ($5 < 0 OR p.text = $6
       OR ($6 IS NULL AND p.text NOT IN ('sts', 'tlsa', 'no-policy-found')))
  AND (CAST($7 AS TEXT) IS NULL OR f.mx = (SELECT id FROM name WHERE text = $7))
  AND (CAST($8 AS TEXT) IS NULL OR f.result = (SELECT id FROM name WHERE text = $8))
ORDER BY d.text, s.text, m.text, p.text, w.text, r.text, COALESCE(v.mode, ''), f.day, a.text, v.text

-- name: period
-- Two look-ups at the ends of the key, where MIN and MAX in one SELECT would read it all.
SELECT (SELECT MIN(day) FROM daily_total), (SELECT MAX(day) FROM daily_total),
       (SELECT COUNT(*) FROM (SELECT 1 FROM daily_total LIMIT 1) AS any_row)
