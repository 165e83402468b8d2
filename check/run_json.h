/* run_json.h: what check found as JSON, as schema/check.schema.json describes it. */
#pragma once

#include "check/check.h"

/* One domain, on one line; for the store. Newly allocated. */
char *run_json(const CheckRun *run);

/* {"schema": "tlsgauge.check/1", "at": ..., "domains": [...]} of RUNS (of CheckRun) and a line end.
 * Newly allocated. */
char *runs_json(const GPtrArray *runs, gint64 at);
