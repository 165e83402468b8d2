#include "report/compare.h"

#include "schema/effect.h"

/* A summary of one domain, made by hand. */
static Summary *
summary_new(gint32 since, gint32 until)
{
    Summary *summary = g_new0(Summary, 1);
    summary->any = TRUE;
    summary->since = since;
    summary->until = until;
    summary->domains = g_array_new(FALSE, TRUE, sizeof(SummaryDomain));
    summary->strings = g_string_chunk_new(64);
    summary_add_domain(summary, "example.org");
    return summary;
}

static SummaryDomain *
domain_of(Summary *summary)
{
    return &g_array_index(summary->domains, SummaryDomain, 0);
}

static void
add_sender(Summary *summary, const char *name, gint64 days, gint64 loops, gint64 sessions)
{
    SummarySender sender = {.sender = name,
                            .policy_type = "sts",
                            .reports = days,
                            .successful = sessions,
                            .days = days,
                            .loop_days = loops,
                            .newest_day = summary->until};
    g_array_append_val(domain_of(summary)->senders, sender);
}

static void
add_failure(Summary *summary, const char *sender, const char *result, StsMode mode, gint64 sessions)
{
    SummaryFailure failure = {.sender = sender,
                              .mx = "mx1.example.org",
                              .policy_type = "sts",
                              .mode = sts_mode_name(mode),
                              .result_type = result,
                              .effect =
                                  effect_of(POLICY_TYPE_STS, mode, result_type_from_word(result)),
                              .sessions = sessions,
                              .first_day = summary->since,
                              .last_day = summary->until};
    g_array_append_val(domain_of(summary)->failures, failure);
}

typedef struct {
    Summary *before, *now;
} Pair;

static Pair
pair_new(void)
{
    Pair pair = {summary_new(93, 99), summary_new(100, 106)};
    return pair;
}

static void
pair_free(Pair *pair)
{
    summary_free(pair->before);
    summary_free(pair->now);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pair, pair_free)

static Change
change_of(const Comparison *comparison, const char *result)
{
    const CompareDomain *domain = compare_domain(comparison, "example.org");
    for (guint i = 0; i < domain->failures->len; i++) {
        const CompareFailure *each = &g_array_index(domain->failures, CompareFailure, i);
        if (g_str_equal(each->result_type, result))
            return each->change;
    }
    g_assert_not_reached();
}

static void
test_rates(void)
{
    /* Little numbers prove nothing, whichever way they go. */
    g_assert_cmpint(compare_rates(1, 100, 2, 100), ==, CHANGE_SAME);
    g_assert_cmpint(compare_rates(2, 100, 0, 100), ==, CHANGE_SAME);
    g_assert_cmpint(compare_rates(0, 3, 1, 3), ==, CHANGE_SAME);
    g_assert_cmpint(compare_rates(0, 0, 5, 5), ==, CHANGE_SAME);
    /* Ten times the mail with ten times the failures is the same rate; raw counts would cry wolf.
     */
    g_assert_cmpint(compare_rates(10, 1000, 100, 10000), ==, CHANGE_SAME);
    g_assert_cmpint(compare_rates(100, 1000, 10, 100), ==, CHANGE_SAME);
    g_assert_cmpint(compare_rates(10, 1000, 40, 1000), ==, CHANGE_WORSE);
    g_assert_cmpint(compare_rates(40, 1000, 10, 1000), ==, CHANGE_BETTER);
    /* As many failures of a tenth of the mail. */
    g_assert_cmpint(compare_rates(10, 1000, 10, 100), ==, CHANGE_WORSE);
    /* Where nearly all fails, the successes tell. */
    g_assert_cmpint(compare_rates(90, 100, 100, 100), ==, CHANGE_WORSE);
    g_assert_cmpint(compare_rates(100, 100, 80, 100), ==, CHANGE_BETTER);
    g_assert_cmpint(compare_rates(50, 50, 500, 500), ==, CHANGE_SAME);
    /* Details that overlap do not make a rate above one. */
    g_assert_cmpint(compare_rates(20, 10, 20, 10), ==, CHANGE_SAME);
    g_assert_cmpint(compare_rates(0, G_MAXINT64, G_MAXINT64, G_MAXINT64), ==, CHANGE_WORSE);
}

static void
test_failures(void)
{
    g_auto(Pair) pair = pair_new();
    add_sender(pair.before, "Big", 7, 0, 1000);
    add_sender(pair.now, "Big", 7, 0, 1000);
    add_failure(pair.now, "Big", "certificate-expired", STS_MODE_TESTING, 9);
    add_failure(pair.before, "Big", "certificate-not-trusted", STS_MODE_TESTING, 10);
    add_failure(pair.now, "Big", "certificate-not-trusted", STS_MODE_TESTING, 90);
    add_failure(pair.before, "Big", "certificate-host-mismatch", STS_MODE_TESTING, 90);
    add_failure(pair.now, "Big", "certificate-host-mismatch", STS_MODE_TESTING, 10);
    add_failure(pair.before, "Big", "starttls-not-supported", STS_MODE_TESTING, 50);
    add_failure(pair.before, "Big", "sts-policy-invalid", STS_MODE_TESTING, 1);
    add_failure(pair.before, "Big", "sts-webpki-invalid", STS_MODE_TESTING, 5);
    add_failure(pair.now, "Big", "sts-webpki-invalid", STS_MODE_TESTING, 6);
    g_autoptr(Comparison) comparison = compare_make(pair.now, pair.before);
    g_assert_cmpint(change_of(comparison, "certificate-expired"), ==, CHANGE_NEW);
    g_assert_cmpint(change_of(comparison, "certificate-not-trusted"), ==, CHANGE_WORSE);
    g_assert_cmpint(change_of(comparison, "certificate-host-mismatch"), ==, CHANGE_BETTER);
    g_assert_cmpint(change_of(comparison, "starttls-not-supported"), ==, CHANGE_RESOLVED);
    g_assert_cmpint(change_of(comparison, "sts-policy-invalid"), ==, CHANGE_UNSEEN);
    g_assert_cmpint(change_of(comparison, "sts-webpki-invalid"), ==, CHANGE_SAME);
    const CompareDomain *domain = compare_domain(comparison, "example.org");
    for (guint i = 0; i < N_CHANGES; i++)
        g_assert_cmpuint(domain->count[i], ==, 1);
    for (guint i = 1; i < domain->failures->len; i++)
        g_assert_true(g_array_index(domain->failures, CompareFailure, i - 1).change <=
                      g_array_index(domain->failures, CompareFailure, i).change);
}

/* Nobody reports any more: that resolves nothing. */
static void
test_silence_resolves_nothing(void)
{
    g_auto(Pair) pair = pair_new();
    add_sender(pair.before, "Big", 7, 0, 1000);
    add_failure(pair.before, "Big", "certificate-expired", STS_MODE_TESTING, 500);
    add_sender(pair.now, "Other", 7, 0, 100000);
    g_autoptr(Comparison) comparison = compare_make(pair.now, pair.before);
    g_assert_cmpint(change_of(comparison, "certificate-expired"), ==, CHANGE_UNSEEN);
}

static void
test_mode_switch(void)
{
    g_auto(Pair) pair = pair_new();
    add_sender(pair.before, "Big", 7, 0, 1000);
    add_sender(pair.now, "Big", 7, 0, 1000);
    add_failure(pair.before, "Big", "certificate-expired", STS_MODE_TESTING, 9);
    add_failure(pair.now, "Big", "certificate-expired", STS_MODE_ENFORCE, 9);
    add_failure(pair.before, "Big", "sts-policy-invalid", STS_MODE_TESTING, 9);
    add_failure(pair.now, "Big", "sts-policy-invalid", STS_MODE_ENFORCE, 9);
    g_autoptr(Comparison) comparison = compare_make(pair.now, pair.before);
    /* Not new, but now it holds mail back. */
    g_assert_cmpint(change_of(comparison, "certificate-expired"), ==, CHANGE_WORSE);
    g_assert_cmpint(change_of(comparison, "sts-policy-invalid"), ==, CHANGE_SAME);
    const CompareDomain *domain = compare_domain(comparison, "example.org");
    const CompareFailure *worse = &g_array_index(domain->failures, CompareFailure, 0);
    g_assert_cmpstr(worse->mode, ==, "enforce");
    g_assert_cmpint(worse->effect, ==, EFFECT_BLOCKED);
}

static void
test_senders(void)
{
    g_auto(Pair) pair = pair_new();
    add_sender(pair.before, "Stays", 7, 0, 100);
    add_sender(pair.now, "Stays", 1, 0, 1);
    add_sender(pair.before, "Silent", 4, 0, 100);
    add_sender(pair.before, "Rare", 3, 0, 100);
    add_sender(pair.before, "Loop", 7, 6, 7);
    add_sender(pair.now, "Fresh", 1, 0, 1);
    g_autoptr(Comparison) comparison = compare_make(pair.now, pair.before);
    const CompareDomain *domain = compare_domain(comparison, "example.org");
    g_assert_cmpuint(domain->silent->len, ==, 1);
    g_assert_cmpstr(g_array_index(domain->silent, CompareSender, 0).sender, ==, "Silent");
    g_assert_cmpint(g_array_index(domain->silent, CompareSender, 0).days, ==, 4);
    g_assert_cmpuint(domain->appeared->len, ==, 1);
    g_assert_cmpstr(g_array_index(domain->appeared, CompareSender, 0).sender, ==, "Fresh");
}

/* One day of silence after another one is no silence: reports come late. */
static void
test_short_periods(void)
{
    Summary *before = summary_new(99, 99), *now = summary_new(100, 100);
    add_sender(before, "Big", 1, 0, 100);
    g_autoptr(Comparison) comparison = compare_make(now, before);
    g_assert_cmpuint(compare_domain(comparison, "example.org")->silent->len, ==, 0);
    g_assert_null(compare_domain(comparison, "other.example"));
    summary_free(before);
    summary_free(now);
}

/* A domain of one period alone. */
static void
test_domains(void)
{
    g_auto(Pair) pair = pair_new();
    summary_add_domain(pair.before, "zulu.example");
    summary_add_domain(pair.now, "alpha.example");
    summary_add_domain(pair.now, "alpha.example");
    g_assert_cmpuint(pair.now->domains->len, ==, 2);
    g_autoptr(Comparison) comparison = compare_make(pair.now, pair.before);
    g_assert_cmpuint(comparison->domains->len, ==, 3);
    g_assert_nonnull(compare_domain(comparison, "alpha.example"));
    g_assert_nonnull(compare_domain(comparison, "zulu.example"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/compare/rates", test_rates);
    g_test_add_func("/compare/failures", test_failures);
    g_test_add_func("/compare/silence-resolves-nothing", test_silence_resolves_nothing);
    g_test_add_func("/compare/mode-switch", test_mode_switch);
    g_test_add_func("/compare/senders", test_senders);
    g_test_add_func("/compare/short-periods", test_short_periods);
    g_test_add_func("/compare/domains", test_domains);
    return g_test_run();
}
