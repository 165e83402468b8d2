/* review.h: everything that a report tells, as one aggregate made once, so that all formats and the
 * weekly mail say the same. The renderers (render.h) print it and compute nothing.
 */
#pragma once

#include <glib.h>

#include "report/compare.h"
#include "report/conformity.h"
#include "report/explain.h"
#include "report/explain_notice.h"
#include "report/matrix.h"
#include "report/next_step.h"
#include "report/quality.h"
#include "report/readiness.h"
#include "report/stage.h"
#include "report/summary.h"
#include "report/trend.h"

/* What a review holds beyond the summary. Each costs the days and groups that it covers. */
typedef enum {
    REVIEW_VERDICT = 1 << 0,
    REVIEW_PROBLEMS = 1 << 1, /* the failures explained */
    REVIEW_COMPARE = 1 << 2,  /* with the period before, of equal length */
    REVIEW_TREND = 1 << 3,
    REVIEW_MATRIX = 1 << 4,
    REVIEW_CONFORMITY = 1 << 5,
    REVIEW_QUALITY = 1 << 6,
    REVIEW_ALL = (1 << 7) - 1,
} ReviewPart;

typedef struct {
    SummaryRequest summary;
    guint parts;                 /* ReviewPart, or-ed */
    gint32 today;                /* the UTC day on which it is made */
    const ReadinessRules *rules; /* for REVIEW_VERDICT */
    gboolean is_week;            /* the period is an ISO week: told by its number */
    gboolean only_new;           /* only failures that are new; needs REVIEW_COMPARE */
    gboolean addresses;          /* as in ExplainOptions, as is the next one */
    const char *as_database;
} ReviewRequest;

/* One domain. What was not asked for is NULL. */
typedef struct {
    const SummaryDomain *summary;
    const CompareDomain *change;
    const TrendDomain *trend; /* also NULL where the period has no report */
    GArray *matrix;           /* of MatrixTable */
    const QualityDomain *quality;
    Readiness *readiness; /* as on the day after the period, or today if that is earlier */
    NextStep *step;
    Stage stage;
    guint stage_days;
    GPtrArray *problems; /* of Problem; with only_new those that have a new failure */
    GPtrArray *notices;  /* of Notice */
} ReviewDomain;

typedef struct {
    Summary *summary;
    Summary *before; /* NULL without REVIEW_COMPARE, as is the next one */
    Comparison *comparison;
    Trend *trend;
    Conformity *conformity; /* NULL without REVIEW_CONFORMITY */
    Quality *quality;
    GArray *domains; /* of ReviewDomain, in the order of the summary */
    guint parts;
    gint32 today;
    char *week; /* "2026-W47"; NULL where the period is no week */
    gboolean only_new;
    gboolean clean;         /* see review_make */
    guint count[N_CHANGES]; /* failure groups by change; all 0 without REVIEW_COMPARE */
    guint silent;           /* senders gone silent */
    guint worse_totals;     /* policy types whose failure rate got worse: failed sessions may come
                             * without a detail, and are then in no group */
} Review;

/* Reads one consistent view of STORE. With REVIEW_COMPARE the domains are those of either period.
 * A review is clean when it has a report, no session of the period failed, and (with
 * REVIEW_COMPARE) every domain and every regular sender of the period before has reports in this
 * one. only_failures and only_new leave things out, and change neither that nor the counts. NULL
 * with STORE_ERROR. Free with review_free. REQUEST is borrowed during the call. */
Review *review_make(Store *store, const ReviewRequest *request, GError **error);
void review_free(Review *review); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Review, review_free)

/* The period before had it otherwise: a failure is new, a sender fell silent, or a failure rate got
 * worse. FALSE without REVIEW_COMPARE. */
gboolean review_has_news(const Review *review);

/* "week 2026-W47" or "2026-11-01 to 2026-11-07", "no period" where nothing is stored; newly
 * allocated. */
char *review_period(const Review *review);

/* The subject of a mail, one printable line: "example.org: NOT READY, 3 new failures (week
 * 2026-W47)". Newly allocated. */
char *review_subject(const Review *review);
