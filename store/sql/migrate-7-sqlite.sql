-- migrate-7-sqlite.sql: what report_claim (schema/report.h) makes now, of what it made before.

UPDATE report SET claim = CAST(CAST(char(((day + 134217728) >> 21) & 127,
                                         ((day + 134217728) >> 14) & 127,
                                         ((day + 134217728) >> 7) & 127,
                                         (day + 134217728) & 127) AS BLOB)
                               || substr(claim, 1, 12) AS BLOB);
