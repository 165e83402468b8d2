/* compare.h: what changed between two periods: failures, totals, senders.
 *
 * "Worse" and "better" are said only where chance alone would hardly do it: with the failures of
 * both periods together, the share of one of them has an exact 95 % bound (bound.h), which must
 * miss the share of the sessions of that period. Small numbers therefore stay "unchanged".
 */
#pragma once

#include <glib.h>

#include "report/summary.h"

typedef enum {
    CHANGE_NEW,      /* none before */
    CHANGE_WORSE,    /* a higher rate; or enforce has begun to hold back what testing let pass */
    CHANGE_SAME,     /* no difference that the numbers prove */
    CHANGE_BETTER,   /* a lower rate */
    CHANGE_UNSEEN,   /* none now, but too few sessions of that sender to call it resolved */
    CHANGE_RESOLVED, /* none now, and enough sessions to say so */
} Change;
#define N_CHANGES (CHANGE_RESOLVED + 1)

/* "new", "worse", "unchanged", "better", "not-seen", "resolved"; static. */
const char *change_name(Change change);

/* How FAILED of ALL sessions differ from BEFORE_FAILED of BEFORE_ALL. */
Change compare_rates(gint64 before_failed, gint64 before_all, gint64 failed, gint64 all);

/* Failures alike in sender, MX, policy type and result type. Not in mode: a switch of the mode
 * makes no failure new. */
typedef struct {
    Change change;
    const char *sender;
    const char *mx; /* NULL where the sender gave none */
    const char *policy_type;
    const char *result_type;
    const char *mode; /* of the newest day with it; NULL where the sender gave none */
    Effect effect;    /* likewise */
    gint64 sessions, before_sessions;         /* failed */
    gint64 all_sessions, before_all_sessions; /* of that sender under that policy type */
    gint32 first_day, last_day;               /* of both periods */
} CompareFailure;

/* One policy type. */
typedef struct {
    Change change; /* of the rate: worse, unchanged or better */
    const char *policy_type;
    gint64 reports, successful, failed;
    gint64 before_reports, before_successful, before_failed;
} CompareTotal;

typedef struct {
    const char *sender;
    gint64 days;       /* with a report, in the period that has it; report loops left out */
    gint32 newest_day; /* of that period */
} CompareSender;

typedef struct {
    const char *domain;
    GArray *totals;   /* of CompareTotal, in the order of the summary */
    GArray *failures; /* of CompareFailure: by change, then most sessions first */
    GArray *silent; /* of CompareSender: reported on most days before (three at least), none now */
    GArray
        *appeared; /* of CompareSender: reports now, none before; empty where nobody did before */
    guint count[N_CHANGES]; /* of the failures */
} CompareDomain;

typedef struct {
    gint32 since, until; /* the period before, inclusive UTC days */
    GArray *domains;     /* of CompareDomain, by name: those of either period */
} Comparison;

/* NOW and BEFORE were made by one query but for the days; both must outlive the result. */
Comparison *compare_make(const Summary *now, const Summary *before);
void compare_free(Comparison *comparison); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Comparison, compare_free)

/* NULL if neither period has it. */
const CompareDomain *compare_domain(const Comparison *comparison, const char *domain);
