-- transfer.sql: every table, row by row, out of one store and into another
--
-- In the order of the keys, and with all columns in the order of the schema: transfer.c says what
-- they hold. What a new store brings with it (name 0, policy 0) is not read; counters are set apart.

-- name: transfer_read_name
SELECT id, text FROM name WHERE id <> 0 ORDER BY id

-- name: transfer_write_name
INSERT INTO name (id, text) VALUES ($1, $2)

-- name: transfer_read_policy
SELECT id, digest, text, mode FROM policy WHERE id <> 0 ORDER BY id

-- name: transfer_write_policy
INSERT INTO policy (id, digest, text, mode) VALUES ($1, $2, $3, $4)

-- name: transfer_read_report
SELECT id, claim, content, sender, sender_domain, day, starts, ends, received, trust,
       authenticated_by, hint_domain, road, source, times_seen, counted, counted_instead, readable,
       organization_name, contact_info, report_id, counts_for, successful, failed, deviations,
       findings, raw, held
FROM report ORDER BY id

-- name: transfer_write_report
INSERT INTO report (id, claim, content, sender, sender_domain, day, starts, ends, received, trust,
                    authenticated_by, hint_domain, road, source, times_seen, counted,
                    counted_instead, readable, organization_name, contact_info, report_id,
                    counts_for, successful, failed, deviations, findings, raw,
                    held)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
        $21, $22, $23, $24, $25, $26, $27, $28)

-- name: transfer_read_daily_total
SELECT day, domain, sender, policy_type, policy, trust, reports, successful, failed, detailed,
       entries
FROM daily_total ORDER BY day, domain, sender, policy_type, policy, trust

-- name: transfer_write_daily_total
INSERT INTO daily_total (day, domain, sender, policy_type, policy, trust, reports, successful,
                         failed, detailed, entries)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)

-- name: transfer_read_daily_failure
SELECT day, domain, sender, policy_type, policy, trust, mx, result, reason, sessions, entries
FROM daily_failure ORDER BY day, domain, sender, policy_type, policy, trust, mx, result, reason

-- name: transfer_write_daily_failure
INSERT INTO daily_failure (day, domain, sender, policy_type, policy, trust, mx, result, reason,
                           sessions, entries)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)

-- name: transfer_read_daily_copy
SELECT day, domain, sender, trust, duplicates, uncounted, surplus, homeless
FROM daily_copy ORDER BY day, domain, sender, trust

-- name: transfer_write_daily_copy
INSERT INTO daily_copy (day, domain, sender, trust, duplicates, uncounted, surplus, homeless)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)

-- name: transfer_read_daily_deviation
SELECT day, domain, sender, codes, reports, surplus, newest, oldest
FROM daily_deviation ORDER BY day, domain, sender, codes

-- name: transfer_write_daily_deviation
INSERT INTO daily_deviation (day, domain, sender, codes, reports, surplus, newest, oldest)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)

-- name: transfer_read_quarantine
SELECT id, digest, reason_code, outcome, reason, findings, road, source, part, is_message,
       full_size, times_seen, received, size, bytes
FROM quarantine ORDER BY id

-- name: transfer_write_quarantine
INSERT INTO quarantine (id, digest, reason_code, outcome, reason, findings, road, source, part,
                        is_message, full_size, times_seen, received, size, bytes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)

-- name: transfer_read_mailbox
SELECT mailbox, uidvalidity, uid, unfinished FROM mailbox ORDER BY mailbox

-- name: transfer_write_mailbox
INSERT INTO mailbox (mailbox, uidvalidity, uid, unfinished) VALUES ($1, $2, $3, $4)

-- name: transfer_read_check_run
SELECT id, domain, at, severity, policy_id, policy, document FROM check_run ORDER BY id

-- name: transfer_write_check_run
INSERT INTO check_run (id, domain, at, severity, policy_id, policy, document)
VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: transfer_read_alert
SELECT domain, kind, subject, ongoing, last_day, told, news, waiting, claimed, tries, tried, problem
FROM alert ORDER BY domain, kind, subject

-- name: transfer_write_alert
INSERT INTO alert (domain, kind, subject, ongoing, last_day, told, news, waiting, claimed, tries,
                   tried, problem)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)

-- name: transfer_read_changed
SELECT kind, key, revision FROM changed ORDER BY kind, key

-- name: transfer_write_changed
INSERT INTO changed (kind, key, revision) VALUES ($1, $2, $3)
