-- report.sql: single reports and the copies of one claim

-- name: report_add
-- The next number is known, and not asked back: see report_last.
INSERT INTO report (id, claim, content, sender, sender_domain, day, starts, ends, received, trust,
                    authenticated_by, hint_domain, road, source, times_seen, counted,
                    counted_instead, readable, organization_name, contact_info, report_id,
                    counts_for, successful, failed, deviations, findings, raw)
VALUES ($25, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, $14, $15, 1, $16, $17, $18,
        $19, $20, $21, $22, $23, $24)

-- name: copies_of_claim
-- In any order. Those before $2 only: a rebuild has not come to the others yet. The day follows from
-- the claim, and tells PostgreSQL where to look.
SELECT id, content, sender, sender_domain, trust, counted, counted_instead, counts_for,
       held, times_seen
FROM report WHERE claim = $1 AND id < $2 AND readable = 1 AND day = $3

-- name: report_count
UPDATE report SET counted = $2, counted_instead = $3 WHERE id = $1 AND day = $4

-- name: report_seen
UPDATE report SET times_seen = times_seen + $2 WHERE id = $1 AND day = $3

-- name: report_raise
UPDATE report SET trust = $2, authenticated_by = $3, hint_domain = $4, road = $5, source = $6,
                  sender = $7, sender_domain = $8, counts_for = $9
WHERE id = $1 AND day = $10

-- name: report_raw
SELECT raw, hint_domain FROM report WHERE id = $1 AND day = $2

-- name: report_range
-- The lowest and the highest number of the reports of these days: two look-ups a day. Reports come in
-- the order of their days, by and large, so those in between are few more.
WITH RECURSIVE days (held, day) AS (
  SELECT 0, (SELECT MIN(day) FROM report WHERE held = 0 AND day >= $1)
  UNION ALL
  SELECT 1, (SELECT MIN(day) FROM report WHERE held = 1 AND day >= $1)
  UNION ALL
  SELECT 2, (SELECT MIN(day) FROM report WHERE held = 2 AND day >= $1)
  UNION ALL
  SELECT days.held, (SELECT MIN(r.day) FROM report r WHERE r.held = days.held AND r.day > days.day)
  FROM days WHERE days.day < $2)
SELECT MIN((SELECT MIN(r.id) FROM report r WHERE r.held = days.held AND r.day = days.day)),
       MAX((SELECT MAX(r.id) FROM report r WHERE r.held = days.held AND r.day = days.day))
FROM days WHERE days.day <= $2

-- name: report_each
SELECT r.id, r.day, r.starts, r.ends, r.received, s.text, r.organization_name, r.contact_info,
       r.report_id, r.counts_for, r.trust, r.authenticated_by, r.hint_domain, r.road, r.source,
       r.times_seen, r.counted, r.counted_instead, r.deviations, r.findings, r.successful, r.failed
FROM report r JOIN name s ON s.id = r.sender
WHERE r.day BETWEEN $1 AND $2 AND r.id BETWEEN $6 AND $7
  AND ($8 = 0 OR (r.counted = 1 AND r.failed > 0))
  AND (CAST($4 AS TEXT) IS NULL
       OR r.sender IN (SELECT id FROM name WHERE text = $4
                       OR (text >= $4 || ' (via ' AND text < $4 || ' (via!')))
  -- Whether the list of domains holds $3: taking it out changes the list. LIKE knows most others at
  -- a quarter of the cost.
  AND (CAST($3 AS TEXT) IS NULL
       OR (r.counts_for LIKE '%' || $3 || '%'
           AND replace(',' || replace(r.counts_for, ';', ',') || ',', ',' || $3 || ',', '')
               <> ',' || replace(r.counts_for, ';', ',') || ','))
ORDER BY r.id DESC LIMIT $5

-- name: report_get
SELECT r.id, r.day, r.starts, r.ends, r.received, s.text, r.organization_name, r.contact_info,
       r.report_id, r.counts_for, r.trust, r.authenticated_by, r.hint_domain, r.road, r.source,
       r.times_seen, r.counted, r.counted_instead, r.deviations, r.findings, r.successful, r.failed,
       r.raw, r.held, r.claim, r.content
FROM report r JOIN name s ON s.id = r.sender WHERE r.id = $1

-- name: report_after
SELECT r.id, r.day, r.starts, r.ends, r.received, s.text, r.organization_name, r.contact_info,
       r.report_id, r.counts_for, r.trust, r.authenticated_by, r.hint_domain, r.road, r.source,
       r.times_seen, r.counted, r.counted_instead, r.deviations, r.findings, r.successful, r.failed,
       r.raw, r.held, r.claim, r.content
FROM report r JOIN name s ON s.id = r.sender
WHERE r.id > $6 AND r.day BETWEEN $1 AND $2
  AND (CAST($3 AS TEXT) IS NULL
       OR replace(',' || replace(r.counts_for, ';', ',') || ',', ',' || $3 || ',', '')
          <> ',' || replace(r.counts_for, ';', ',') || ',')
  AND (CAST($4 AS TEXT) IS NULL
       OR r.sender IN (SELECT id FROM name WHERE text = $4
                       OR (text >= $4 || ' (via ' AND text < $4 || ' (via!')))
ORDER BY r.id LIMIT $5

-- name: report_last
-- Of a write transaction asked once: there is no other writer.
SELECT MAX(id) FROM report
