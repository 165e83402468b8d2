/* summary.h: totals, senders and failure groups of the stored reports, by the counting rules.
 *
 * Pure data made from the roll-ups; the renderers print it and compute nothing (DESIGN 5, 3).
 */
#pragma once

#include <glib.h>

#include "schema/trust.h"
#include "store/store.h"

#define SUMMARY_N_TRUST (TRUST_LOCAL + 1)

/* One policy type of a policy domain. Policy types are never added up: one sender may report the
 * same sessions under two of them (counting rule 2). */
typedef struct {
    const char *policy_type;
    gint64 reports;
    gint64 successful, failed; /* sessions, from the summaries of the reports */
    gint64 unattributed;       /* failed less the details; negative where details overlap */
    gint64 reports_by_trust[SUMMARY_N_TRUST];
} SummaryTotal;

typedef struct {
    const char *sender;
    const char *policy_type;
    gint64 reports, successful, failed;
    gint32 newest_day;
    gint64 days;      /* with a report */
    gint64 loop_days; /* of these, with nothing but its own report mail: no coverage (loops.h) */
} SummarySender;

/* All failure details alike in sender, MX, policy type, mode, result type and reason. */
typedef struct {
    const char *sender;
    const char *mx; /* NULL where the sender gave none, as are mode and reason */
    const char *policy_type;
    const char *mode;
    const char *result_type;
    const char *reason;
    Effect effect;
    gint64 sessions;
    gint32 first_day, last_day;
} SummaryFailure;

typedef struct {
    const char *domain;
    GArray *totals;   /* of SummaryTotal: sts, tlsa, no-policy-found, then unknown types by name */
    GArray *senders;  /* of SummarySender: most failed sessions first */
    GArray *failures; /* of SummaryFailure: most sessions first */
} SummaryDomain;

typedef struct {
    gboolean any;        /* since and until are known: asked for, or something is stored */
    gint32 since, until; /* inclusive UTC days */
    gboolean stored;     /* there is a report, of whatever domain; then of these days: */
    gint32 stored_since, stored_until;
    gboolean filtered;  /* failures were filtered by MX or result type; totals cannot be */
    gint64 quarantined; /* entries waiting in quarantine */
    GArray *domains;    /* of SummaryDomain, by name */
    GStringChunk *strings;
} Summary;

typedef struct {
    StoreQuery query;       /* G_MININT32 / G_MAXINT32 days: the first / last that is stored */
    gboolean only_failures; /* leave out domains and senders without a failed session */
    gboolean only_totals;   /* the failures of all domains stay empty, and cost nothing */
} SummaryRequest;

/* Counts are foreign (each up to 2^53): a sum stays at the end of the range instead of wrapping. */
gint64 sessions_plus(gint64 a, gint64 b);

/* Reads one consistent view of STORE. NULL with STORE_ERROR. Free with summary_free. */
Summary *summary_make(Store *store, const SummaryRequest *request, GError **error);

/* Takes domains and senders without a failed session out of SUMMARY. */
void summary_only_failures(Summary *summary);
/* Adds DOMAIN with nothing in it unless it is there. Pointers to domains are void afterwards. */
void summary_add_domain(Summary *summary, const char *domain);
void summary_free(Summary *summary); /* NULL is fine */

/* Leaves only those of its domains that DOMAINS (NULL-terminated) names. */
void summary_keep(Summary *summary, const char *const *domains);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Summary, summary_free)
