#include "report/review.h"

/* A review with what a subject is made of; freed by review_drop. */
static Review *
review_of(const char *const *domains, const Verdict *verdicts, gint64 failed)
{
    Review *review = g_new0(Review, 1);
    review->summary = g_new0(Summary, 1);
    review->summary->any = TRUE;
    review->summary->since = 20773; /* 2026-11-16 */
    review->summary->until = 20779;
    review->domains = g_array_new(FALSE, TRUE, sizeof(ReviewDomain));
    for (guint i = 0; domains[i] != NULL; i++) {
        SummaryDomain *summary = g_new0(SummaryDomain, 1);
        SummaryTotal total = {.policy_type = "sts", .failed = failed};
        summary->domain = domains[i];
        summary->totals = g_array_new(FALSE, FALSE, sizeof(SummaryTotal));
        g_array_append_val(summary->totals, total);
        ReviewDomain domain = {.summary = summary, .readiness = g_new0(Readiness, 1)};
        domain.readiness->verdict = verdicts[i];
        g_array_append_val(review->domains, domain);
    }
    return review;
}

static void
review_drop(Review *review)
{
    for (guint i = 0; i < review->domains->len; i++) {
        ReviewDomain *domain = &g_array_index(review->domains, ReviewDomain, i);
        g_array_unref(domain->summary->totals);
        g_free((gpointer)(guintptr)domain->summary);
        g_free(domain->readiness);
    }
    g_array_unref(review->domains);
    g_free(review->summary);
    g_free(review->week);
    g_free(review);
}

static void
assert_subject(const Review *review, const char *expected)
{
    g_autofree char *subject = review_subject(review);
    g_assert_cmpstr(subject, ==, expected);
}

static void
test_one(void)
{
    static const char *const domains[] = {"example.org", NULL};
    static const Verdict verdicts[] = {VERDICT_NOT_READY};
    static Comparison comparison;
    Review *review = review_of(domains, verdicts, 5);
    assert_subject(review, "example.org: NOT READY, failures (2026-11-16 to 2026-11-22)");
    review->week = g_strdup("2026-W47");
    review->comparison = &comparison;
    assert_subject(review, "example.org: NOT READY, no new failure (week 2026-W47)");
    g_assert_false(review_has_news(review));
    /* Sessions may fail without a detail: no group is new, and yet something is. */
    review->worse_totals = 1;
    assert_subject(review, "example.org: NOT READY, failure rate got worse (week 2026-W47)");
    g_assert_true(review_has_news(review));
    review->count[CHANGE_NEW] = 3;
    assert_subject(review, "example.org: NOT READY, 3 new failures (week 2026-W47)");
    review->count[CHANGE_NEW] = review->count[CHANGE_WORSE] = review->silent = 1;
    assert_subject(review, "example.org: NOT READY, 1 new failure, 1 failure got worse, 1 sender "
                           "silent (week 2026-W47)");
    review_drop(review);
}

static void
test_several(void)
{
    static const char *const domains[] = {"a.example", "b.example", "c.example", NULL};
    static const Verdict verdicts[] = {VERDICT_READY, VERDICT_NOT_READY, VERDICT_READY};
    Review *review = review_of(domains, verdicts, 0);
    assert_subject(review,
                   "3 domains: 1 NOT READY, 2 READY; no failure (2026-11-16 to 2026-11-22)");
    review_drop(review);
}

/* A name cannot add a header field, or move the cursor. */
static void
test_hostile(void)
{
    static const char *const domains[] = {"a\r\nBcc: x@y.example\x1b[2J", NULL};
    static const Verdict verdicts[] = {VERDICT_NO_DATA};
    Review *review = review_of(domains, verdicts, 0);
    g_autofree char *subject = review_subject(review);
    for (const char *at = subject; *at != '\0'; at++)
        g_assert_true((guchar)*at >= 0x20 && *at != 0x7f);
    review_drop(review);
}

static void
test_nothing(void)
{
    static const char *const domains[] = {NULL};
    Review *review = review_of(domains, NULL, 0);
    assert_subject(review, "no reports (2026-11-16 to 2026-11-22)");
    review->summary->any = FALSE;
    assert_subject(review, "no reports (no period)");
    review_drop(review);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/review-subject/one", test_one);
    g_test_add_func("/review-subject/several", test_several);
    g_test_add_func("/review-subject/hostile", test_hostile);
    g_test_add_func("/review-subject/nothing", test_nothing);
    return g_test_run();
}
