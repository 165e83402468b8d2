-- schema-postgresql.sql: what PostgreSQL has beyond schema.sql, which has just made its tables there
-- (STRICT, foreign keys and the names of types translated). The tables are still empty.
--
-- report and both roll-ups are partitioned by day, so that old days go with their partition. A key of
-- a partitioned table holds the day; that of a report follows from its claim, so (claim, content)
-- stays unique. Every unique key also holds what a distributed PostgreSQL would distribute by: report
-- its claim, the roll-ups their domain. There are no foreign keys: they are checked row by row, which
-- only a superuser can suspend for a rebuild. The three have no CHECK either: PostgreSQL reads and
-- compiles each of them anew for every statement, which was half of all that storing a report took.

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

-- Makes the partitions of the months from that of first_day to that of last_day (at most 600) where
-- they are missing: report_2026_11 and so on. Rows that lie in report_other move. Collectors ask for
-- those around today each day, with the rights of the owner; days far away stay in report_other
-- unless somebody asks for theirs. To be run in a transaction of its own: nobody can read until it
-- ends. Never fails: what cannot be done within a second (somebody reads for long) is left for the
-- next day. Returns how many were made.
CREATE FUNCTION make_partitions(first_day BIGINT, last_day BIGINT) RETURNS BIGINT
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '1s' AS $$
DECLARE
  month DATE := date_trunc('month', DATE '1970-01-01' + first_day::INT);
  last DATE := LEAST(DATE '1970-01-01' + last_day::INT, month + INTERVAL '50 years');
  parent TEXT;
  part TEXT;
  since BIGINT;
  until BIGINT;
  made BIGINT := 0;
BEGIN
  WHILE month <= last LOOP
    since := month - DATE '1970-01-01';
    until := (month + INTERVAL '1 month')::DATE - DATE '1970-01-01';
    FOREACH parent IN ARRAY ARRAY['report', 'daily_total', 'daily_failure'] LOOP
      part := parent || to_char(month, '_YYYY_MM');
      CONTINUE WHEN to_regclass(part) IS NOT NULL;
      IF made = 0 THEN -- not while a collector writes
        PERFORM pg_advisory_xact_lock(1414288199, oid::INT) FROM pg_namespace
          WHERE nspname = current_schema();
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
      END IF;
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, parent);
      EXECUTE format('WITH moved AS (DELETE FROM %I WHERE day >= %s AND day < %s RETURNING *)'
                     ' INSERT INTO %I SELECT * FROM moved',
                     parent || '_other', since, until, part);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
                     parent, part, since, until);
      made := made + 1;
    END LOOP;
    month := month + INTERVAL '1 month';
  END LOOP;
  RETURN made;
EXCEPTION WHEN OTHERS THEN
  RETURN 0;
END
$$;
