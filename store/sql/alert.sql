-- alert.sql: what was told as an alert, and what is yet to be told

-- name: alert_each
SELECT domain, kind, subject, ongoing, last_day, told, news, waiting, claimed, tries, tried, problem
FROM alert
WHERE (CAST($1 AS TEXT) IS NULL OR domain = $1)
ORDER BY domain, kind, subject

-- name: alert_set
INSERT INTO alert (domain, kind, subject, ongoing, last_day, told, news, waiting, claimed, tries,
                   tried, problem)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (domain, kind, subject) DO UPDATE SET
  ongoing = excluded.ongoing, last_day = excluded.last_day, told = excluded.told,
  news = excluded.news, waiting = excluded.waiting, claimed = excluded.claimed,
  tries = excluded.tries, tried = excluded.tried, problem = excluded.problem

-- name: alert_drop
DELETE FROM alert WHERE domain = $1 AND kind = $2 AND subject = $3
