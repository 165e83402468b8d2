-- sqlite.sql: lines of `tlsgauge export` on standard input into a database of your own.
--   tlsgauge export --what failures --cursor failures.cursor | sqlite3 tls.db '.read sqlite.sql'
-- Several kinds of lines may go into one database. What comes again takes the place of the former.
CREATE TABLE IF NOT EXISTS document (
  id TEXT PRIMARY KEY, schema TEXT NOT NULL, day TEXT NOT NULL, revision INTEGER, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS document_day ON document (schema, day);
CREATE TEMP TABLE line (text TEXT);
-- A whole line is one column: no control character is ever in it.
.mode ascii
.separator "\001" "\n"
.import /dev/stdin line
BEGIN;
INSERT OR REPLACE INTO document
  SELECT text ->> '$.id', text ->> '$.schema', text ->> '$.day', text ->> '$.revision', text
  FROM line WHERE text ->> '$.schema' <> 'tlsgauge.export.day/1';
-- A day that was told again: rows that it does not have any more have an older revision.
DELETE FROM document WHERE EXISTS (
  SELECT 1 FROM line
  WHERE text ->> '$.schema' = 'tlsgauge.export.day/1' AND text ->> '$.day' = document.day
    AND 'tlsgauge.export.' || rtrim(text ->> '$.what', 's') || '/1' = document.schema
    AND text ->> '$.revision' > document.revision);
COMMIT;

CREATE VIEW IF NOT EXISTS failure AS
  SELECT day, body ->> '$.domain' AS domain, body ->> '$.sender' AS sender,
         body ->> '$.policy_type' AS policy_type, body ->> '$.mx' AS mx,
         body ->> '$.result_type' AS result_type, body ->> '$.effect' AS effect,
         body ->> '$.sessions' AS sessions
  FROM document WHERE schema = 'tlsgauge.export.failure/1';
CREATE VIEW IF NOT EXISTS total AS
  SELECT day, body ->> '$.domain' AS domain, body ->> '$.sender' AS sender,
         body ->> '$.policy_type' AS policy_type,
         body ->> '$.successful_sessions' AS successful, body ->> '$.failed_sessions' AS failed
  FROM document WHERE schema = 'tlsgauge.export.total/1';
-- One row a failure detail, with the addresses that only the reports have.
CREATE VIEW IF NOT EXISTS detail AS
  SELECT day, body ->> '$.sender' AS sender, policy.value ->> '$.domain' AS domain,
         policy.value ->> '$.policy_type' AS policy_type,
         failure.value ->> '$.mx' AS mx, failure.value ->> '$.result_type' AS result_type,
         failure.value ->> '$.sending_mta_ip' AS sending_mta_ip,
         failure.value ->> '$.receiving_ip' AS receiving_ip,
         failure.value ->> '$.sessions' AS sessions
  FROM document, json_each(body, '$.policies') AS policy,
       json_each(policy.value, '$.failures') AS failure
  WHERE schema = 'tlsgauge.export.report/1' AND body ->> '$.counted';
