/* quality.h: how far the numbers of one domain can be relied on: copies, trust, days without any
 * report. What the details of the failures lack is in the summary (unattributed). */
#pragma once

#include <glib.h>

#include "report/summary.h"
#include "report/trend.h"

/* Days in a row without any report about the domain; inclusive UTC days. */
typedef struct {
    gint32 first, last;
} QualityGap;

typedef struct {
    const char *domain;
    gint64 reports;    /* counted */
    gint64 duplicates; /* further copies of reports, of equal content, that came in */
    gint64 uncounted;  /* copies with other content than the one that counts */
    gint64 by_trust[SUMMARY_N_TRUST]; /* the counted ones */
    gint64 untrusted;    /* of the counted ones: unverified mail and unauthenticated HTTPS */
    gint64 days;         /* of the period whose reports should have come */
    gint64 days_without; /* of them, without any report */
    GArray *gaps;        /* of QualityGap, ascending; at most QUALITY_GAPS, the newest */
} QualityDomain;

#define QUALITY_GAPS 10

typedef struct Quality Quality;

/* Of the reports and copies of QUERY (days, domain, sender), without their gaps. Costs the days,
 * domains and senders. NULL with STORE_ERROR. */
Quality *quality_make(Store *store, const StoreQuery *query, GError **error);
/* Counts the days without a report in the period of SUMMARY by TREND, which was made by the same
 * query. The last two days of the period before TODAY are not asked for: their reports come later.
 */
void quality_gaps(Quality *quality, const Summary *summary, const Trend *trend, gint32 today);
/* Never NULL: a domain without a report gets an entry of its own. Borrowed. */
const QualityDomain *quality_domain(Quality *quality, const char *domain);
void quality_free(Quality *quality); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Quality, quality_free)
