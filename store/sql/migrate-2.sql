-- migrate-2.sql: what check saw of the domains, version 1 to 2.

-- One row a run of check that was kept. Not derived: a rebuild leaves it alone.
CREATE TABLE check_run (
  id          INTEGER PRIMARY KEY, -- the order of the runs
  domain      TEXT NOT NULL,       -- the domain looked at, normalised
  at          INTEGER NOT NULL,    -- when it began
  severity    TEXT NOT NULL,       -- of its worst finding: ok, notice, warning, could-not-test, error
  policy_id   TEXT,                -- id of the _mta-sts record; NULL if none was there
  policy      TEXT,                -- the policy file as it was served; NULL if none was read
  document    TEXT NOT NULL        -- the run as check --json prints one domain
) STRICT;
CREATE INDEX check_run_domain ON check_run (domain, id);
