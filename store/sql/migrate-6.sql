-- migrate-6.sql: what the reports of a day are like, version 5 to 6. The program fills both tables
-- from the reports that are there.
--
-- Both have a row only where something is out of the ordinary: a report that came once, about one
-- domain under one policy type, and departs from nothing, costs no writing here.

-- Copies, and what lies between the sums of daily_total.reports and the number of reports. (derived)
CREATE TABLE daily_copy (
  day        INTEGER NOT NULL,                      -- UTC day
  domain     INTEGER NOT NULL REFERENCES name (id), -- policy domain; 0 stands for all together
  sender     INTEGER NOT NULL REFERENCES name (id), -- as it is shown
  trust      INTEGER NOT NULL REFERENCES name (id), -- word of trust of the reports
  duplicates INTEGER NOT NULL CHECK (duplicates >= 0), -- of equal content, beyond the first
  uncounted  INTEGER NOT NULL CHECK (uncounted >= 0), -- reports of other content than one that
                                                      -- counts instead, or unreadable ones
  surplus    INTEGER NOT NULL CHECK (surplus >= 0), -- of a domain: by how much the sum over its
                                                    -- policy types passes the number of reports;
                                                    -- of 0: by how much that over the domains does
  homeless   INTEGER NOT NULL CHECK (homeless >= 0), -- of 0: counted reports about no domain
  PRIMARY KEY (day, domain, sender, trust)
) STRICT, WITHOUT ROWID;

-- Deviations of the counted reports from the RFC. (derived)
CREATE TABLE daily_deviation (
  day        INTEGER NOT NULL,                      -- UTC day
  domain     INTEGER NOT NULL REFERENCES name (id), -- policy domain; 0 stands for all together
  sender     INTEGER NOT NULL REFERENCES name (id), -- as it is shown
  codes      INTEGER NOT NULL REFERENCES name (id), -- of the findings, sorted, each once: "a b"
  reports    INTEGER NOT NULL CHECK (reports >= 0), -- that have these and no others; of 0: those
                                                    -- about no domain
  surplus    INTEGER NOT NULL CHECK (surplus >= 0), -- of 0: by how much the sum of reports over the
                                                    -- domains passes their number
  newest     INTEGER NOT NULL,                      -- report.id of the last of them
  oldest     INTEGER NOT NULL,                      -- and of the first
  PRIMARY KEY (day, domain, sender, codes)
) STRICT, WITHOUT ROWID;
