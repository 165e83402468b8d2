#include "report/review.h"

#include <string.h>

#include "report/week.h"
#include "schema/day.h"

/* ---- reading ------------------------------------------------------------------------------- */

static gboolean
read_before(Store *store, Review *review, const ReviewRequest *request, GError **error)
{
    SummaryRequest before = {.query = request->summary.query};
    const Summary *now = review->summary;
    gint64 days = (gint64)now->until - now->since + 1;
    before.query.until_day = (gint32)MAX((gint64)now->since - 1, G_MININT32);
    before.query.since_day = (gint32)MAX((gint64)now->since - days, G_MININT32);
    review->before = summary_make(store, &before, error);
    if (review->before == NULL)
        return FALSE;
    for (guint i = 0; i < review->before->domains->len; i++)
        summary_add_domain(review->summary,
                           g_array_index(review->before->domains, SummaryDomain, i).domain);
    review->comparison = compare_make(review->summary, review->before);
    return TRUE;
}

/* What is said of the reports themselves. */
static gboolean
read_reports(Store *store, Review *review, const StoreQuery *query, GError **error)
{
    if ((review->parts & REVIEW_CONFORMITY) &&
        (review->conformity = conformity_make(store, query, error)) == NULL)
        return FALSE;
    if (!(review->parts & REVIEW_QUALITY))
        return TRUE;
    review->quality = quality_make(store, query, error);
    if (review->quality == NULL)
        return FALSE;
    quality_gaps(review->quality, review->summary, review->trend, review->today);
    return TRUE;
}

/* What the domains are filled from. */
typedef struct {
    Store *store;
    Review *review;
    const ReviewRequest *request;
    GHashTable *places; /* name of a domain -> its place */
} Filling;

static ReviewDomain *
domain_of(const Filling *filling, const Evidence *evidence)
{
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(filling->places, evidence->domain));
    return &g_array_index(filling->review->domains, ReviewDomain, place);
}

static gboolean
take_verdict(gpointer data, const Evidence *evidence, G_GNUC_UNUSED GError **error)
{
    const Filling *filling = data;
    const ReadinessRules *rules = filling->request->rules;
    ReviewDomain *domain = domain_of(filling, evidence);
    domain->readiness = readiness_weigh(evidence, rules);
    domain->step = next_step_of(domain->readiness, evidence->today);
    domain->stage = stage_of(evidence, rules, domain->readiness, &domain->stage_days);
    return TRUE;
}

/* PROBLEM concerns NAME, which the sender may not have given. */
static gboolean
has_share(const GArray *shares, const char *name)
{
    for (guint i = 0; i < shares->len; i++) {
        if (g_strcmp0(g_array_index(shares, ProblemShare, i).name, name) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
has_news(const Problem *problem, const CompareDomain *change)
{
    for (guint i = 0; i < change->failures->len; i++) {
        const CompareFailure *each = &g_array_index(change->failures, CompareFailure, i);
        if (each->change != CHANGE_NEW)
            break; /* they come first */
        if (strcmp(each->policy_type, problem->policy_type) == 0 &&
            strcmp(each->result_type, problem->result_type) == 0 &&
            has_share(problem->senders, each->sender) && has_share(problem->mxs, each->mx))
            return TRUE;
    }
    return FALSE;
}

static gboolean
take_problems(gpointer data, const Evidence *evidence, GError **error)
{
    const Filling *filling = data;
    const Review *review = filling->review;
    const ReviewRequest *request = filling->request;
    ExplainOptions options = {&request->summary.query, request->addresses, request->as_database};
    ReviewDomain *domain = domain_of(filling, evidence);
    domain->notices = explain_notices(evidence, options.query, request->rules->silence_days);
    domain->problems = explain_problems(filling->store, evidence, review->summary, domain->summary,
                                        &options, error);
    if (domain->problems == NULL)
        return FALSE;
    for (guint i = domain->problems->len; review->only_new && domain->change != NULL && i > 0;
         i--) {
        if (!has_news(g_ptr_array_index(domain->problems, i - 1), domain->change))
            g_ptr_array_remove_index(domain->problems, i - 1);
    }
    return TRUE;
}

/* All but what the evidence tells. */
static void
fill_domain(const Review *review, ReviewDomain *domain)
{
    const char *name = domain->summary->domain;
    if (review->comparison != NULL)
        domain->change = compare_domain(review->comparison, name);
    if (review->parts & REVIEW_TREND)
        domain->trend = trend_domain(review->trend, name);
    if (review->parts & REVIEW_MATRIX)
        domain->matrix = matrix_make(domain->summary);
    if (review->quality != NULL)
        domain->quality = quality_domain(review->quality, name);
}

/* About how many domains there are to choose from. */
static gboolean
count_domains(Store *store, const Review *review, const StoreQuery *query, guint *ret_n,
              GError **error)
{
    *ret_n = review->summary->domains->len;
    return (query->sender == NULL && query->policy_type < 0) || *ret_n == 0 ||
           store_count_domains(store, query, ret_n, error);
}

/* Out of about OF domains that the store has. */
static gboolean
fill_domains(Store *store, Review *review, const ReviewRequest *request, guint of, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autoptr(GHashTable) places = g_hash_table_new(g_str_hash, g_str_equal);
    Filling filling = {store, review, request, places};
    gint32 until = request->summary.query.until_day;
    gint32 today = until < review->today ? until + 1 : review->today;
    for (guint i = 0; i < review->summary->domains->len; i++) {
        ReviewDomain domain = {.summary =
                                   &g_array_index(review->summary->domains, SummaryDomain, i)};
        fill_domain(review, &domain);
        g_array_append_val(review->domains, domain);
        g_ptr_array_add(names, (gpointer)domain.summary->domain);
        g_hash_table_insert(places, (gpointer)domain.summary->domain, GUINT_TO_POINTER(i));
    }
    if ((review->parts & REVIEW_PROBLEMS) &&
        !evidence_several(store, names, of, review->summary->until + 1,
                          explain_history(review->summary), take_problems, &filling, error))
        return FALSE;
    return !(review->parts & REVIEW_VERDICT) ||
           evidence_several(store, names, of, today, READINESS_HISTORY_DAYS + request->rules->days,
                            take_verdict, &filling, error);
}

/* ---- what it comes to ---------------------------------------------------------------------- */

static gboolean
has_failed(const SummaryDomain *domain)
{
    gboolean failed = domain->failures->len > 0;
    for (guint i = 0; i < domain->totals->len && !failed; i++)
        failed = g_array_index(domain->totals, SummaryTotal, i).failed > 0;
    return failed;
}

static void
count(Review *review)
{
    const GArray *domains = review->summary->domains;
    review->clean = domains->len > 0;
    for (guint i = 0; i < domains->len; i++) {
        const SummaryDomain *domain = &g_array_index(domains, SummaryDomain, i);
        if (domain->totals->len == 0 || has_failed(domain))
            review->clean = FALSE;
    }
    for (guint i = 0; review->comparison != NULL && i < review->comparison->domains->len; i++) {
        const CompareDomain *domain = &g_array_index(review->comparison->domains, CompareDomain, i);
        for (guint change = 0; change < N_CHANGES; change++)
            review->count[change] += domain->count[change];
        review->silent += domain->silent->len;
        for (guint j = 0; j < domain->totals->len; j++) {
            Change change = g_array_index(domain->totals, CompareTotal, j).change;
            review->worse_totals += change == CHANGE_WORSE ? 1 : 0;
        }
    }
    review->clean = review->clean && review->silent == 0;
}

static gboolean
is_new(const CompareDomain *domain, const SummaryFailure *failure)
{
    for (guint i = 0; i < domain->failures->len; i++) {
        const CompareFailure *each = &g_array_index(domain->failures, CompareFailure, i);
        if (each->change != CHANGE_NEW)
            break; /* they come first */
        if (strcmp(each->sender, failure->sender) == 0 && g_strcmp0(each->mx, failure->mx) == 0 &&
            strcmp(each->policy_type, failure->policy_type) == 0 &&
            strcmp(each->result_type, failure->result_type) == 0)
            return TRUE;
    }
    return FALSE;
}

static void
leave_new(Review *review)
{
    for (guint i = 0; i < review->summary->domains->len; i++) {
        SummaryDomain *domain = &g_array_index(review->summary->domains, SummaryDomain, i);
        const CompareDomain *change = compare_domain(review->comparison, domain->domain);
        for (guint j = domain->failures->len; j > 0; j--) {
            if (!is_new(change, &g_array_index(domain->failures, SummaryFailure, j - 1)))
                g_array_remove_index(domain->failures, j - 1);
        }
    }
}

/* ---- all of it ----------------------------------------------------------------------------- */

static void
domain_clear(gpointer data)
{
    ReviewDomain *domain = data;
    matrix_free(domain->matrix);
    if (domain->problems != NULL)
        g_ptr_array_unref(domain->problems);
    if (domain->notices != NULL)
        g_ptr_array_unref(domain->notices);
    next_step_free(domain->step);
    readiness_free(domain->readiness);
}

static gboolean
fill(Store *store, Review *review, const ReviewRequest *request, GError **error)
{
    guint of = 0;
    SummaryRequest all = {.query = request->summary.query};
    review->summary = summary_make(store, &all, error);
    if (review->summary == NULL)
        return FALSE;
    gboolean wants_trend = (review->parts & (REVIEW_TREND | REVIEW_QUALITY)) != 0;
    if ((review->parts & REVIEW_COMPARE) && review->summary->any &&
        !read_before(store, review, request, error))
        return FALSE;
    if (wants_trend && (review->trend = trend_make(store, &all.query, error)) == NULL)
        return FALSE;
    if (!read_reports(store, review, &all.query, error))
        return FALSE;
    count(review);
    if (!count_domains(store, review, &all.query, &of, error))
        return FALSE;
    if (request->only_new && review->comparison != NULL)
        leave_new(review);
    if (request->summary.only_failures)
        summary_only_failures(review->summary);
    return fill_domains(store, review, request, of, error);
}

Review *
review_make(Store *store, const ReviewRequest *request, GError **error)
{
    g_autoptr(Review) review = g_new0(Review, 1);
    review->domains = g_array_new(FALSE, TRUE, sizeof(ReviewDomain));
    g_array_set_clear_func(review->domains, domain_clear);
    review->parts = request->parts;
    review->today = request->today;
    review->only_new = request->only_new;
    if (!store_begin_read(store, error))
        return NULL;
    gboolean ok = fill(store, review, request, error);
    store_end_read(store);
    if (!ok)
        return NULL;
    if (request->is_week && review->summary->any)
        review->week = week_format(review->summary->since);
    return g_steal_pointer(&review);
}

gboolean
review_has_news(const Review *review)
{
    return review->count[CHANGE_NEW] > 0 || review->silent > 0 || review->worse_totals > 0;
}

void
review_free(Review *review)
{
    if (review == NULL)
        return;
    g_array_unref(review->domains);
    quality_free(review->quality);
    conformity_free(review->conformity);
    trend_free(review->trend);
    compare_free(review->comparison);
    summary_free(review->before);
    summary_free(review->summary);
    g_free(review->week);
    g_free(review);
}
