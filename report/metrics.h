/* metrics.h: the store as metrics for Prometheus (text format 0.0.4).
 *
 * Reports come a day late, so sessions are gauges: those of the newest closed UTC day that a sender
 * has reported. No addresses, MX hosts only of live looks, and no more senders and domains than
 * asked for: the rest is added up as "(other)".
 */
#pragma once

#include <glib.h>

#include "report/readiness.h"

typedef struct {
    ReadinessRules rules;
    gint32 today;        /* UTC day; what lies before it is closed */
    guint senders;       /* of one domain that are told apart, most sessions first; 0: default */
    guint domains;       /* likewise */
    GHashTable *accept;  /* set of domains to be told though nothing is stored; may be NULL */
    const char *version; /* of the program */
} MetricsOptions;

#define METRICS_SENDERS 20
#define METRICS_DOMAINS 100

/* Appends what the reports say: sessions, failures, newest days, verdicts, checks. Its cost grows
 * with the domains. FALSE with STORE_ERROR; OUT is as it was. */
gboolean metrics_render(Store *store, const MetricsOptions *options, GString *out, GError **error);

/* Appends counts and size of the store, and the version; cheap. Likewise. */
gboolean metrics_render_store(Store *store, const MetricsOptions *options, GString *out,
                              GError **error);
