/* export_line.h: one line of an export: a JSON object of schema/export.schema.json, pure ASCII, so
 * that it goes unharmed through logs and terminals. Private to report/. */
#pragma once

#include <glib.h>

#include "store/store.h"

/* ROW with raw; REPORT is what it decodes to, NULL where it does not. CURSOR is where an export may
 * go on after this line. */
void export_line_report(GString *out, const StoreReportRow *row, const Report *report,
                        const char *cursor);

/* The totals of a day by domain, sender and policy type, whatever policy version and trust. */
typedef struct {
    gint32 day;
    const char *domain, *sender, *policy_type;
    gint64 reports, successful, failed, detailed;
    gint64 reports_by_trust[TRUST_LOCAL + 1];
} ExportTotal;
void export_line_total(GString *out, const ExportTotal *total, gint64 revision);

/* The failures of a day alike in all but policy version and trust; NULL where none was given. */
typedef struct {
    gint32 day;
    const char *domain, *sender, *policy_type;
    StsMode mode;
    const char *mx, *result_word, *reason;
    gint64 sessions;
    gint64 sessions_by_trust[TRUST_LOCAL + 1];
} ExportFailure;
void export_line_failure(GString *out, const ExportFailure *failure, gint64 revision);

/* The end of a day: it has ROWS lines now, and those of a lower revision are gone. QUERY tells
 * exports apart that were filtered otherwise. */
void export_line_day(GString *out, const char *what, gint32 day, const StoreQuery *query,
                     gint64 rows, gint64 revision, const char *cursor);
