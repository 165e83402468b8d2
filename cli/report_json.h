/* report_json.h: stored reports and quarantine entries as JSON, for list, show and quarantine. */
#pragma once

#include <jansson.h>

#include "store/store.h"

json_t *report_row_to_json(const StoreReportRow *row);
json_t *quarantine_row_to_json(const StoreQuarantineRow *row);

/* Appends {"schema": SCHEMA, NAME: VALUE} and a line end to OUT; takes VALUE over. */
void report_json_finish(const char *schema, const char *name, json_t *value, GString *out);
