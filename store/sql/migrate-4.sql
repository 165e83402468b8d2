-- migrate-4.sql: what has changed when, version 3 to 4.

-- One row a day whose roll-ups changed, and one a stored report that changed after it came in
-- (another copy counts now, or its trust rose): the last change. So a reader that comes again reads
-- only what is new to it, late reports included. A rebuild marks every day.
CREATE TABLE changed (
  kind     TEXT NOT NULL       -- what key is
           CHECK (kind = 'day' OR kind = 'report'),
  key      INTEGER NOT NULL,   -- UTC day of the roll-ups, or report.id
  revision INTEGER NOT NULL,   -- counter.revision as of that change
  PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX changed_revision ON changed (kind, revision, key);
INSERT INTO changed (kind, key, revision) SELECT DISTINCT 'day', day, 0 FROM daily_total;
INSERT INTO counter (name, value) VALUES
  ('revision', 0);           -- transactions so far that changed a roll-up or a report
