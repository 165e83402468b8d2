-- schema.sql: the store of tlsgauge, schema version 1.
--
-- report.raw is the truth; every column marked (derived), the roll-ups, the names and the policies
-- are made from it and made anew by a rebuild. Days count from 1970-01-01, times are Unix seconds.
--
-- A CHECK spells its words out with OR: for IN with three and more, SQLite fills a table of its own
-- at each insert, which doubled the cost of a report.

-- Every text that rows share, once: senders, domains, MX hosts, policy types, result types, reasons
-- and the words of trust. (derived)
CREATE TABLE name (
  id   INTEGER PRIMARY KEY,   -- 0 is the empty text and stands for "none given"
  text TEXT NOT NULL UNIQUE   -- as it is shown; host and domain names are normalised
) STRICT;
INSERT INTO name (id, text) VALUES (0, '');

-- Every policy that a sender said it applied, once. (derived)
CREATE TABLE policy (
  id     INTEGER PRIMARY KEY,  -- 0 is "none given"
  digest BLOB NOT NULL UNIQUE, -- first 16 bytes of the SHA-256 of text: the text may be long
  text   TEXT NOT NULL,        -- canonical: one text however the sender ordered the lines
  mode   TEXT                  -- RFC 8461 5; NULL where not told
         CHECK (mode = 'none' OR mode = 'testing' OR mode = 'enforce')
) STRICT;
INSERT INTO policy (id, digest, text, mode) VALUES (0, x'', '', NULL);

-- One row a report with content of its own. The two digests are the only index: every other one
-- would cost each report that comes in more than it saves.
CREATE TABLE report (
  id            INTEGER PRIMARY KEY, -- the order of arrival; "r12" for people
  claim         BLOB NOT NULL,       -- (derived) claimed identity: organization, report-id, start;
                                     -- the day of the start comes first
  content       BLOB NOT NULL,       -- (derived) digest of the decoded report
  sender        INTEGER NOT NULL REFERENCES name (id), -- (derived) as it is shown
  sender_domain TEXT NOT NULL,       -- (derived) who must agree for two copies to compete; or ''
  day           INTEGER NOT NULL,    -- (derived) UTC day of starts
  starts        INTEGER NOT NULL,    -- (derived) start-datetime
  ends          INTEGER NOT NULL,    -- (derived) end-datetime
  received      INTEGER NOT NULL,    -- when the first copy came in
  trust         TEXT NOT NULL        -- the highest with which this content came in
                CHECK (trust = 'unauthenticated' OR trust = 'unverified' OR trust = 'verified'
                       OR trust = 'local'),
  authenticated_by TEXT,             -- domain of the DKIM signature that vouches; NULL if none
  hint_domain   TEXT,                -- policy domain told by header, file name or report-id
  road          TEXT NOT NULL,       -- way in: pipe, file, https, lmtp, imap
  source        TEXT,                -- file, peer or mailbox, for people; NULL if none
  times_seen    INTEGER NOT NULL CHECK (times_seen > 0), -- copies with this content
  counted       INTEGER NOT NULL CHECK (counted IN (0, 1)), -- (derived) 1: the roll-ups hold it
  -- (derived) id of the copy that counts instead, or 0. No foreign key: without an index of its
  -- own, taking one report out would read the whole table.
  counted_instead INTEGER NOT NULL,
  readable      INTEGER NOT NULL CHECK (readable IN (0, 1)), -- (derived) 0: raw does not decode
  organization_name TEXT NOT NULL,   -- (derived) verbatim
  contact_info  TEXT,                -- (derived) verbatim; NULL where the sender gave none
  report_id     TEXT NOT NULL,       -- (derived) verbatim
  counts_for    TEXT NOT NULL,       -- (derived) domains of each policy entry: "a,b;;a" is three
  successful    INTEGER NOT NULL,    -- (derived) sum over the entries, for lists
  failed        INTEGER NOT NULL,    -- (derived) the same for failures
  deviations    INTEGER NOT NULL,    -- number of findings
  findings      TEXT NOT NULL,       -- JSON: [{kind, code, pointer, clause, fact}]
  raw           BLOB NOT NULL,       -- the JSON document, gzip; last, so that lists need not read it
  UNIQUE (claim, content)
) STRICT;

-- Sessions of a day by domain, sender, policy and trust, of all counted reports. (derived)
CREATE TABLE daily_total (
  day         INTEGER NOT NULL,                        -- UTC day
  domain      INTEGER NOT NULL REFERENCES name (id),   -- policy domain that the entries count for
  sender      INTEGER NOT NULL REFERENCES name (id),   -- as it is shown
  policy_type INTEGER NOT NULL REFERENCES name (id),   -- sts, tlsa, no-policy-found, or foreign
  policy      INTEGER NOT NULL REFERENCES policy (id), -- the version that the sender applied
  trust       INTEGER NOT NULL REFERENCES name (id),   -- word of trust of the reports
  reports     INTEGER NOT NULL CHECK (reports >= 0),   -- each report once a (domain, policy_type):
                                                       -- under the policy of its first entry
  successful  INTEGER NOT NULL CHECK (successful >= 0), -- total-successful-session-count
  failed      INTEGER NOT NULL CHECK (failed >= 0),    -- total-failure-session-count
  detailed    INTEGER NOT NULL CHECK (detailed >= 0),  -- sum of failed-session-count of the details
  entries     INTEGER NOT NULL CHECK (entries > 0),    -- policy entries in this row: it goes with
                                                       -- the last of them
  PRIMARY KEY (day, domain, sender, policy_type, policy, trust)
) STRICT, WITHOUT ROWID;

-- Failed sessions of a day by the same and by MX, result type and reason. (derived)
CREATE TABLE daily_failure (
  day         INTEGER NOT NULL, -- the first six are the key of the total to which they belong
  domain      INTEGER NOT NULL, -- policy domain
  sender      INTEGER NOT NULL, -- as it is shown
  policy_type INTEGER NOT NULL, -- sts, tlsa, no-policy-found, or foreign
  policy      INTEGER NOT NULL, -- the version that the sender applied
  trust       INTEGER NOT NULL, -- word of trust of the reports
  mx          INTEGER NOT NULL REFERENCES name (id),  -- receiving-mx-hostname
  result      INTEGER NOT NULL REFERENCES name (id),  -- result-type, verbatim
  reason      INTEGER NOT NULL REFERENCES name (id),  -- failure-reason-code
  sessions    INTEGER NOT NULL CHECK (sessions >= 0), -- failed-session-count
  entries     INTEGER NOT NULL CHECK (entries > 0),   -- failure details in this row
  PRIMARY KEY (day, domain, sender, policy_type, policy, trust, mx, result, reason),
  FOREIGN KEY (day, domain, sender, policy_type, policy, trust) REFERENCES daily_total
) STRICT, WITHOUT ROWID;

-- What could not be counted, whole, with the reason. The oldest make room.
CREATE TABLE quarantine (
  id          INTEGER PRIMARY KEY AUTOINCREMENT, -- "q3" for people; never given twice
  digest      BLOB NOT NULL,    -- SHA-256 of bytes
  reason_code TEXT NOT NULL,    -- "json-syntax"
  outcome     TEXT NOT NULL,    -- word of the receipt: defective, foreign, untrusted, too-large
  reason      TEXT NOT NULL,    -- one sentence
  findings    TEXT NOT NULL,    -- JSON, as in report
  road        TEXT NOT NULL,    -- way in, as in report
  source      TEXT,             -- file, peer or mailbox; NULL if none
  part        TEXT,             -- attachment or archive entry; NULL if none
  is_message  INTEGER NOT NULL CHECK (is_message IN (0, 1)), -- 1: bytes are a mail message
  full_size   INTEGER NOT NULL, -- octets that came in, also where bytes was cut
  times_seen  INTEGER NOT NULL CHECK (times_seen > 0), -- how often it came
  received    INTEGER NOT NULL, -- when it first came
  size        INTEGER NOT NULL, -- octets that the entry takes from the room of quarantine
  bytes       BLOB NOT NULL,    -- as it arrived, perhaps cut
  UNIQUE (digest, reason_code)
) STRICT;

-- How far a mailbox has been fetched. Written in the transaction that stores its reports, so that a
-- fetch that is cut off goes on where it was. Not derived: a rebuild leaves it alone.
CREATE TABLE mailbox (
  mailbox     TEXT PRIMARY KEY, -- its address without a password: imaps://user@host/FOLDER
  uidvalidity INTEGER NOT NULL, -- RFC 9051 2.3.1.1: with another one the UIDs mean nothing
  uid         INTEGER NOT NULL, -- nothing up to this one is left to be looked at
  unfinished  TEXT NOT NULL     -- UIDs ("3,5:7") whose reports are stored and whose messages may
                                -- still have to be marked, moved or deleted; '' if none
) STRICT, WITHOUT ROWID;

-- Sums that would otherwise cost a walk over all reports.
CREATE TABLE counter (
  name  TEXT PRIMARY KEY,    -- what is counted
  value INTEGER NOT NULL     -- how many
) STRICT, WITHOUT ROWID;
INSERT INTO counter (name, value) VALUES
  ('generation', 0),         -- rebuilds so far: other processes forget the ids they remember
  ('reports', 0),            -- rows of report
  ('counted', 0),            -- of these, counted
  ('duplicates', 0),         -- copies beyond the first, sum of times_seen - 1
  ('quarantined', 0),        -- rows of quarantine
  ('quarantine_bytes', 0),   -- sum of quarantine.size
  ('quarantine_dropped', 0); -- entries that had to make room
