-- mailbox.sql: how far each mailbox has been fetched

-- name: mailbox_find
SELECT uidvalidity, uid, unfinished FROM mailbox WHERE mailbox = $1

-- name: mailbox_set
-- Within one UIDVALIDITY never backwards: two fetches may run at a time.
INSERT INTO mailbox (mailbox, uidvalidity, uid, unfinished) VALUES ($1, $2, $3, $4)
ON CONFLICT (mailbox) DO UPDATE SET
  uid = CASE WHEN mailbox.uidvalidity = excluded.uidvalidity AND mailbox.uid > excluded.uid
             THEN mailbox.uid ELSE excluded.uid END,
  uidvalidity = excluded.uidvalidity,
  unfinished = excluded.unfinished
