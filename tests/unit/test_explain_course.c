/* Problems of a policy, their course and end, and what of them is shown. */
#include "schema/limits.h"
#include "test_explain_case.h"

/* ---- the policy ---------------------------------------------------------------------------- */

static void
test_wildcard_is_one_label(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    all_report(c);
    fail(c, "Alpha", "a.eu.mail.example.org", "validation-failure", 40, 60, 2);
    fail(c, "Beta", "mx1.example.org", "validation-failure", 40, 60, 2);
    weigh(c, 2);
    const Problem *missing = problem_of(c, problem_of(c, 0)->not_in_policy ? 0 : 1);
    const Problem *other = problem_of(c, problem_of(c, 0)->not_in_policy ? 1 : 0);
    g_assert_cmpint(missing->place, ==, PLACE_POLICY);
    g_assert_cmpstr(missing->clause, ==, "RFC 8461 4.1");
    assert_has(missing->cause, "\"*.mail.example.org\" comes near");
    assert_has(missing->cause, "exactly one label");
    assert_has(missing->fix, "mx: a.eu.mail.example.org");
    g_assert_false(other->not_in_policy);
    assert_has(other->cause, "they name this MX");
}

static void
test_two_hosts_missing(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    all_report(c);
    fail(c, "Alpha", "a.eu.mail.example.org", "validation-failure", 40, 60, 4);
    fail(c, "Alpha", "mx9.example.net", "validation-failure", 40, 60, 2);
    fail(c, "Alpha", "b.example.test", "validation-failure", 80, 81, 2);
    weigh(c, 2);
    const Problem *both = problem_of(c, problem_of(c, 0)->mxs->len == 2 ? 0 : 1);
    g_assert_cmpstr(both->title, ==, "2 MX hosts not in the policy");
    assert_has(both->cause, "matches a.eu.mail.example.org");
    assert_has(both->cause, "matches mx9.example.net");
    assert_has(both->fix, "\"mx: mx9.example.net\"");
}

static void
test_dane(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    all_report(c);
    fail(c, "Alpha", "mx1.example.org", "tlsa-invalid", 40, 41, 5);
    fail(c, "Beta", "mx1.example.org", "tlsa-invalid", 40, 41, 5);
    weigh(c, 1);
    g_assert_cmpint(problem_of(c, 0)->place, ==, PLACE_DNS);
    g_assert_cmpint(problem_of(c, 0)->effect, ==, EFFECT_DANE);
    assert_has(problem_of(c, 0)->likely, "before its TLSA records were");
    assert_has(g_ptr_array_index(problem_of(c, 0)->commands, 0),
               "delv _25._tcp.mx1.example.org TLSA");
}

/* What comes together at one MX under several words is said to. */
static void
test_related(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    all_report(c);
    for (guint i = 0; i < 2; i++) {
        fail(c, senders[i], "mx1.example.org", "certificate-expired", 40, 42, 20);
        fail(c, senders[i + 2], "mx1.example.org", "certificate-not-trusted", 40, 42, 10);
        fail(c, senders[i], "mx1.example.org", "certificate-host-mismatch", 80, 82, 9);
    }
    weigh(c, 3);
    assert_has(problem_of(c, 0)->likely, "60 sessions fail there as certificate-not-trusted (sts)");
    assert_has(problem_of(c, 1)->likely, "120 sessions fail there as certificate-expired (sts)");
    g_assert_null(strstr(problem_of(c, 2)->likely, "In the same days"));
}

/* ---- course -------------------------------------------------------------------------------- */

/* That nothing fails since is no news where next to nothing was sent since. */
static void
test_end_needs_sessions(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    total(c, "Alpha", 0, 50, 1000);
    total(c, "Alpha", 51, 90, 20);
    total(c, "Beta", 0, 99, 5000);
    fail(c, "Alpha", "mx1.example.org", "certificate-not-trusted", 50, 50, 1);
    weigh(c, 1);
    g_assert_false(problem_of(c, 0)->ended);
    assert_has(problem_of(c, 0)->course, "not seen since, but");
}

static void
test_end_needs_the_sender(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    total(c, "Alpha", 0, 50, 1000);
    total(c, "Beta", 0, 99, 5000);
    fail(c, "Alpha", "mx1.example.org", "certificate-not-trusted", 49, 50, 900);
    weigh(c, 1);
    g_assert_false(problem_of(c, 0)->ended);
    assert_has(problem_of(c, 0)->course, "no later report");
}

static void
test_scattered(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    all_report(c);
    for (int day = 5; day < 100; day += 10)
        fail(c, "Alpha", "mx1.example.org", "starttls-not-supported", day, day, 1);
    weigh(c, 1);
    g_assert_cmpint(problem_of(c, 0)->course_kind, ==, COURSE_SCATTERED);
    assert_has(problem_of(c, 0)->course, "Now and then: on 10 of 91 days");
}

/* ---- filters and names --------------------------------------------------------------------- */

static void
test_filter_keeps_problems_whole(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    all_report(c);
    fail(c, "Alpha", "mx1.example.org", "certificate-expired", 40, 42, 20);
    fail(c, "Beta (via mail.beta.example)", "mx1.example.org", "certificate-expired", 40, 42, 20);
    fail(c, "Gamma", "mx1.example.org", "starttls-not-supported", 40, 42, 20);
    c->query.sender = "Beta";
    weigh(c, 1);
    g_assert_cmpuint(problem_of(c, 0)->senders->len, ==, 2);
}

static void
test_hostile_names(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    static const char *const names[] = {"mx1.example.org; rm -rf ~", "$(id).example.org",
                                        "-connect.example.org", "a'b.example.org",
                                        "mx\033[2J.example.org"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        fail(c, "Alpha\n\033[31m", names[i], "starttls-not-supported", (int)i * 20, (int)i * 20, 1);
    weigh(c, 1);
    const Problem *problem = problem_of(c, 0);
    g_assert_null(strchr(problem->title, '\033'));
    g_assert_null(strchr(problem->scope, '\033'));
    g_assert_null(strchr(problem->scope, '\n'));
    for (guint i = 0; i < problem->commands->len; i++) {
        const char *command = g_ptr_array_index(problem->commands, i);
        g_assert_null(strpbrk(command, "$'\033`"));
        g_assert_null(strstr(command, "rm"));
        g_assert_null(strstr(command, "-connect -"));
    }
}

/* Made-up words do not make endless problems, and no session is lost among them. */
static void
test_too_many(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    all_report(c);
    fail(c, "Alpha", "mx1.example.org", "certificate-expired", 10, 12, 100);
    for (int i = 0; i < 500; i++) {
        g_autofree char *word = g_strdup_printf("made-up-%d", i);
        fail(c, "Beta", "mx1.example.org", word, i % 90, i % 90, 2);
    }
    weigh(c, LIMIT_EXPLAIN_PROBLEMS);
    const Problem *rest = problem_of(c, LIMIT_EXPLAIN_PROBLEMS - 1);
    gint64 sessions = 0;
    for (guint i = 0; i < c->problems->len; i++)
        sessions += problem_of(c, i)->sessions;
    g_assert_cmpint(sessions, ==, 300 + 500 * 2);
    g_assert_cmpuint(rest->more, ==, 501 - LIMIT_EXPLAIN_PROBLEMS + 1);
    g_assert_cmpstr(rest->title, ==, "402 more problems");
    g_assert_cmpstr(problem_of(c, 0)->title, ==, "certificate-expired at mx1.example.org");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/explain/wildcard-is-one-label", test_wildcard_is_one_label);
    ADD("/explain/two-hosts-missing", test_two_hosts_missing);
    ADD("/explain/dane", test_dane);
    ADD("/explain/related", test_related);
    ADD("/explain/end-needs-sessions", test_end_needs_sessions);
    ADD("/explain/end-needs-the-sender", test_end_needs_the_sender);
    ADD("/explain/scattered", test_scattered);
    ADD("/explain/filter", test_filter_keeps_problems_whole);
    ADD("/explain/hostile-names", test_hostile_names);
    ADD("/explain/too-many", test_too_many);
    return g_test_run();
}
