/* report_json.h: stored reports and quarantine entries as JSON, for list, show and quarantine. */
#pragma once

#include <jansson.h>

#include "store/store.h"

json_t *report_row_to_json(const StoreReportRow *row);
json_t *quarantine_row_to_json(const StoreQuarantineRow *row);

/* Appends the findings that the store kept as JSON, a line each behind INDENT: their kind
 * WITH_KIND, place, clause and fact, escaped. HEADING (NULL: none) stands above where there are
 * any. */
void report_json_append_findings(GString *out, const char *findings_json, const char *heading,
                                 const char *indent, gboolean with_kind);

/* Appends {"schema": SCHEMA, NAME: VALUE} and a line end to OUT; takes VALUE over. */
void report_json_finish(const char *schema, const char *name, json_t *value, GString *out);
