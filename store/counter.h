/* counter.h: sums kept beside the rows, so that nobody has to count them. Private to store/. */
#pragma once

#include "store/statement.h"

typedef enum {
    COUNTER_GENERATION,
    COUNTER_REPORTS,
    COUNTER_COUNTED,
    COUNTER_DUPLICATES,
    COUNTER_QUARANTINED,
    COUNTER_QUARANTINE_BYTES,
    COUNTER_QUARANTINE_DROPPED,
    COUNTER_REVISION,
    COUNTER_N
} Counter;

typedef struct {
    gint64 value[COUNTER_N]; /* to be changed freely inside a write transaction */
    gint64 stored[COUNTER_N];
} Counters;

/* What the database holds. One that is missing there reads as 0. */
gboolean counters_load(Counters *counters, StatementCache *statements, GError **error);
/* Writes those that changed since. */
gboolean counters_save(Counters *counters, StatementCache *statements, GError **error);
