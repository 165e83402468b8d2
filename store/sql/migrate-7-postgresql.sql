-- migrate-7-postgresql.sql: what report_claim (schema/report.h) makes now, of what it made before.

UPDATE report SET claim =
  set_byte(set_byte(set_byte(set_byte('\x00000000'::BYTEA,
    0, (((day + 134217728) >> 21) & 127)::INT),
    1, (((day + 134217728) >> 14) & 127)::INT),
    2, (((day + 134217728) >> 7) & 127)::INT),
    3, ((day + 134217728) & 127)::INT)
  || substr(claim, 1, 12);
