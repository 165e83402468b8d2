-- migrate-3.sql: what was told as an alert, version 2 to 3.

-- One row a failure group or sender that an alert was or may be about. Not derived: a rebuild leaves
-- it alone.
CREATE TABLE alert (
  domain   TEXT NOT NULL,       -- policy domain
  kind     TEXT NOT NULL,       -- failure, silence
  subject  TEXT NOT NULL,       -- "MX result-type" of a failure group, or the name of a sender
  open     INTEGER NOT NULL CHECK (open IN (0, 1)), -- 1: told, and not yet told as over
  last_day INTEGER NOT NULL,    -- newest UTC day with such a failure, or with a report of the sender
  told     INTEGER NOT NULL,    -- when it was last told; 0 if never
  PRIMARY KEY (domain, kind, subject)
) STRICT, WITHOUT ROWID;
