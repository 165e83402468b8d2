-- migrate-3.sql: what is told as an alert, version 2 to 3.

-- One row a failure group or sender that an alert was, is or may be about. Not derived: a rebuild
-- leaves it alone.
CREATE TABLE alert (
  domain   TEXT NOT NULL,       -- policy domain
  kind     TEXT NOT NULL,       -- failure, silence
  subject  TEXT NOT NULL,       -- "MX result-type" of a failure group, or the name of a sender
  ongoing  INTEGER NOT NULL CHECK (ongoing IN (0, 1)), -- 1: failing, or silent, as far as is known
  last_day INTEGER NOT NULL,    -- newest UTC day with such a failure, or with a report of the sender
  told     INTEGER NOT NULL,    -- when it was last told by every channel; 0 if never
  news     TEXT NOT NULL,       -- JSON, what is to be told now; '' if nothing is
  waiting  TEXT NOT NULL,       -- channels that have yet to tell it: "command mail"; '' if none
  claimed  INTEGER NOT NULL,    -- until when a process that is telling it keeps others off; 0: none
  tries    INTEGER NOT NULL,    -- how often telling it failed, one after the other
  tried    INTEGER NOT NULL,    -- when it last failed; 0 if it did not
  problem  TEXT NOT NULL,       -- why; '' if it did not
  PRIMARY KEY (domain, kind, subject)
) STRICT, WITHOUT ROWID;
