-- schema-postgresql.sql: what PostgreSQL has beyond schema.sql, which has just made its tables there
-- (STRICT, foreign keys and the names of types translated). The tables are still empty.
--
-- report and the roll-ups are partitioned by day, so that old days go with their partition
-- (make_partitions stands in migrate-6-postgresql.sql). A key of a partitioned table holds the day;
-- that of a report follows from its claim, so (claim, content) stays unique. Every unique key also
-- holds what a distributed PostgreSQL would distribute by: report its claim, the roll-ups their
-- domain. There are no foreign keys: they are checked row by row, which only a superuser can suspend
-- for a rebuild. The three have no CHECK either: PostgreSQL reads and compiles each of them anew for
-- every statement, which was half of all that storing a report took.

-- A text may be longer than an entry of a B-tree.
ALTER TABLE name DROP CONSTRAINT name_text_key;
ALTER TABLE name ADD CONSTRAINT name_text EXCLUDE USING hash (text WITH =);

ALTER TABLE report RENAME TO shape;
CREATE TABLE report (
  LIKE shape INCLUDING ALL EXCLUDING IDENTITY EXCLUDING INDEXES EXCLUDING CONSTRAINTS,
  PRIMARY KEY (claim, content, day)
) PARTITION BY RANGE (day);
DROP TABLE shape;
CREATE INDEX report_id ON report (id);
ALTER TABLE report ALTER COLUMN raw SET STORAGE EXTERNAL; -- it is compressed already
CREATE TABLE report_other PARTITION OF report DEFAULT;

ALTER TABLE daily_total RENAME TO shape;
CREATE TABLE daily_total (
  LIKE shape INCLUDING ALL EXCLUDING INDEXES EXCLUDING CONSTRAINTS,
  PRIMARY KEY (day, domain, sender, policy_type, policy, trust)
) PARTITION BY RANGE (day);
DROP TABLE shape;
CREATE TABLE daily_total_other PARTITION OF daily_total DEFAULT;

ALTER TABLE daily_failure RENAME TO shape;
CREATE TABLE daily_failure (
  LIKE shape INCLUDING ALL EXCLUDING INDEXES EXCLUDING CONSTRAINTS,
  PRIMARY KEY (day, domain, sender, policy_type, policy, trust, mx, result, reason)
) PARTITION BY RANGE (day);
DROP TABLE shape;
CREATE TABLE daily_failure_other PARTITION OF daily_failure DEFAULT;
