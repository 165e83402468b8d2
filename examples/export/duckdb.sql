-- duckdb.sql: analysis of exported lines where they are.
--   tlsgauge export --what failures >failures.ndjson; tlsgauge export >reports.ndjson
--   duckdb -c '.read duckdb.sql'
-- Of lines with one id the last one holds, as of days that were told again the last revision.
CREATE OR REPLACE VIEW failure AS
  WITH line AS (
    SELECT *, row_number() OVER () AS place
    FROM read_json('failures.ndjson', format = 'newline_delimited', columns = {
      "schema": 'VARCHAR', id: 'VARCHAR', day: 'DATE', domain: 'VARCHAR', sender: 'VARCHAR',
      policy_type: 'VARCHAR', mx: 'VARCHAR', result_type: 'VARCHAR', effect: 'VARCHAR',
      sessions: 'BIGINT', revision: 'BIGINT'})),
  newest AS (
    SELECT day, max(revision) AS revision FROM line
    WHERE "schema" = 'tlsgauge.export.day/1' GROUP BY day)
  SELECT line.* EXCLUDE (place) FROM line JOIN newest USING (day, revision)
  WHERE "schema" = 'tlsgauge.export.failure/1'
  QUALIFY row_number() OVER (PARTITION BY id ORDER BY place DESC) = 1;

SELECT domain, result_type, effect, sum(sessions) AS sessions, min(day) AS first, max(day) AS last
FROM failure GROUP BY ALL ORDER BY sessions DESC LIMIT 20;

-- One row a failure detail, with the addresses that only the reports have.
WITH line AS (
  SELECT *, row_number() OVER () AS place
  FROM read_json('reports.ndjson', format = 'newline_delimited', maximum_object_size = 33554432,
                 columns = {id: 'VARCHAR', sender: 'VARCHAR', counted: 'BOOLEAN', policies: 'JSON'})),
report AS (
  SELECT * FROM line QUALIFY row_number() OVER (PARTITION BY id ORDER BY place DESC) = 1),
entry AS (
  SELECT sender, unnest(from_json(policies, '["JSON"]')) AS policy FROM report WHERE counted),
detail AS (
  SELECT sender, unnest(from_json(policy -> 'failures', '["JSON"]')) AS detail FROM entry)
SELECT sender, detail ->> 'result_type' AS result_type, detail ->> 'sending_mta_ip' AS address,
       sum((detail ->> 'sessions')::BIGINT) AS sessions
FROM detail GROUP BY ALL ORDER BY sessions DESC LIMIT 20;
