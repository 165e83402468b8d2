-- migrate-5.sql: what is left of a report after its time, version 4 to 5.

-- What raw still holds: 2 the document as it came, 1 without addresses (networks instead), 0 nothing.
-- A day with a report of which nothing is left keeps its roll-ups over a rebuild.
ALTER TABLE report ADD COLUMN held INTEGER NOT NULL DEFAULT 2 CHECK (held BETWEEN 0 AND 2);

-- Finds what is old enough to go, and the reports of some days: the only index beside the digests.
-- Reports come in the order of days, by and large, so it grows at its end.
CREATE INDEX report_day ON report (held, day);
