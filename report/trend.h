/* trend.h: totals a UTC day and policy type; types are never added up (DESIGN 5.2). */
#pragma once

#include <glib.h>

#include "report/chart.h"
#include "store/store.h"

typedef struct {
    const char *policy_type;
    GArray *days; /* of ChartDay, ascending: the days with a report; the others are gaps */
} TrendSeries;

typedef struct {
    const char *domain;
    GArray *series; /* of TrendSeries: sts, tlsa, no-policy-found, then unknown types by name */
} TrendDomain;

typedef struct {
    GArray *domains; /* of TrendDomain, by name */
    GStringChunk *strings;
} Trend;

/* The days of QUERY (its MX and result type do not matter: successes name none). NULL with
 * STORE_ERROR. Free with trend_free. */
Trend *trend_make(Store *store, const StoreQuery *query, GError **error);
/* Leaves only those of its domains that DOMAINS (NULL-terminated) names. */
void trend_keep(Trend *trend, const char *const *domains);
/* DAYS, of ChartDay in any order, become one element a day, ascending. */
void trend_merge_days(GArray *days);
void trend_free(Trend *trend); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Trend, trend_free)

/* NULL where there is no report about it. */
const TrendDomain *trend_domain(const Trend *trend, const char *domain);
