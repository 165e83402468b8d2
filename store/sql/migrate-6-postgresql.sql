-- migrate-6-postgresql.sql: both tables of migrate-6.sql, still empty, as schema-postgresql.sql has
-- the other roll-ups.

ALTER TABLE daily_copy RENAME TO shape;
CREATE TABLE daily_copy (
  LIKE shape INCLUDING ALL EXCLUDING INDEXES EXCLUDING CONSTRAINTS,
  PRIMARY KEY (day, domain, sender, trust)
) PARTITION BY RANGE (day);
DROP TABLE shape;
CREATE TABLE daily_copy_other PARTITION OF daily_copy DEFAULT;

ALTER TABLE daily_deviation RENAME TO shape;
CREATE TABLE daily_deviation (
  LIKE shape INCLUDING ALL EXCLUDING INDEXES EXCLUDING CONSTRAINTS,
  PRIMARY KEY (day, domain, sender, codes)
) PARTITION BY RANGE (day);
DROP TABLE shape;
CREATE TABLE daily_deviation_other PARTITION OF daily_deviation DEFAULT;

-- Makes the partitions of the months from that of first_day to that of last_day (at most 600) where
-- they are missing: report_2026_11 and so on, of every partitioned table. Rows that lie in
-- report_other move. Collectors ask for those around today each day, with the rights of the owner;
-- days far away stay in report_other unless somebody asks for theirs. To be run in a transaction of
-- its own: nobody can read until it ends. Never fails: what cannot be done within a second (somebody
-- reads for long) is left for the next day. Returns how many were made.
CREATE OR REPLACE FUNCTION make_partitions(first_day BIGINT, last_day BIGINT) RETURNS BIGINT
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
    FOR parent IN SELECT relname FROM pg_class
                  WHERE relkind = 'p' AND relnamespace = current_schema()::REGNAMESPACE LOOP
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

-- The months that the other roll-ups have.
DO $$
DECLARE
  suffix TEXT;
  parent TEXT;
  since BIGINT;
BEGIN
  FOR suffix IN SELECT substr(c.relname, length('daily_total') + 1) FROM pg_inherits i
                JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = 'daily_total'::regclass
                  AND c.relname ~ '^daily_total_[0-9]{4}_[0-9]{2}$' LOOP
    since := to_date(suffix, '_YYYY_MM') - DATE '1970-01-01';
    FOREACH parent IN ARRAY ARRAY['daily_copy', 'daily_deviation'] LOOP
      EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (%s)',
                     parent || suffix, parent, since,
                     (to_date(suffix, '_YYYY_MM') + INTERVAL '1 month')::DATE
                       - DATE '1970-01-01');
    END LOOP;
  END LOOP;
END
$$;
