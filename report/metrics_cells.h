/* metrics_cells.h: the numbers behind the gauges, added up by what the labels will say. Private to
 * report/. */
#pragma once

#include <glib.h>

#include "report/metrics.h"

#define METRICS_OTHER "(other)"

typedef struct {
    char *label;       /* as it is shown: its own name or METRICS_OTHER */
    gint32 newest;     /* newest closed day with a report */
    gint64 weight;     /* sessions, for the order */
    GHashTable *inner; /* of a domain: name -> MetricsName of its senders; else NULL */
} MetricsName;

/* Sessions of the newest day, by labels. */
typedef struct {
    const char *domain, *policy_type, *sender;
    const char *result_type, *effect; /* NULL in totals */
    gint64 successful, failed;
} MetricsCell;

/* When a sender last reported. */
typedef struct {
    const char *domain, *sender;
    gint32 day;
} MetricsNewest;

typedef struct {
    GPtrArray *domains; /* of const char *: names that are shown, without METRICS_OTHER; sorted */
    GArray *totals;     /* of MetricsCell */
    GArray *failures;   /* of MetricsCell */
    GArray *newest;     /* of MetricsNewest */
    /* private */
    GHashTable *names; /* domain -> MetricsName */
    GStringChunk *strings;
} MetricsCells;

/* NULL with STORE_ERROR. Free with metrics_cells_free. */
MetricsCells *metrics_cells_read(Store *store, const MetricsOptions *options, GError **error);
void metrics_cells_free(MetricsCells *cells); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MetricsCells, metrics_cells_free)
