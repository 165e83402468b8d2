/* Failures become the problems that a person would make of them. */
#include <string.h>

#include "report/explain-internal.h"
#include "schema/effect.h"
#include "schema/limits.h"

#define TODAY 20100 /* the day after the period */
#define SINCE (TODAY - 100)

/* ---- evidence in a few words --------------------------------------------------------------- */

typedef struct {
    Evidence evidence;
    Explain *explain;
    StoreQuery query;
    GPtrArray *problems;
} Case;

static const char policy_text[] =
    "version: STSv1\nmode: testing\nmax_age: 604800\nmx: mx1.example.org\nmx: *.mail.example.org";

static void
setup(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    c->evidence.domain = g_strdup("example.org");
    c->evidence.today = TODAY;
    c->evidence.strings = g_string_chunk_new(1024);
    c->evidence.totals = g_array_new(FALSE, FALSE, sizeof(EvidenceTotal));
    c->evidence.failures = g_array_new(FALSE, FALSE, sizeof(EvidenceFailure));
    c->explain = explain_new(&c->evidence, SINCE);
    store_query_init(&c->query);
}

static void
teardown(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    if (c->problems != NULL)
        g_ptr_array_unref(c->problems);
    explain_free(c->explain);
    g_array_unref(c->evidence.totals);
    g_array_unref(c->evidence.failures);
    g_string_chunk_free(c->evidence.strings);
    g_free(c->evidence.domain);
}

static const char *
text(Case *c, const char *word)
{
    return word == NULL ? NULL : g_string_chunk_insert_const(c->evidence.strings, word);
}

/* SENDER has so many sessions on each day from FIRST to LAST (counted from SINCE). */
static void
total(Case *c, const char *sender, int first, int last, gint64 sessions)
{
    for (int day = first; day <= last; day++) {
        EvidenceTotal row = {.day = SINCE + day,
                             .sender = text(c, sender),
                             .type = POLICY_TYPE_STS,
                             .type_word = text(c, "sts"),
                             .policy = text(c, policy_text),
                             .mode = STS_MODE_TESTING,
                             .trust = TRUST_VERIFIED,
                             .reports = 1,
                             .successful = sessions};
        g_array_append_val(c->evidence.totals, row);
    }
}

static void
fail(Case *c, const char *sender, const char *mx, const char *result, int first, int last,
     gint64 sessions)
{
    for (int day = first; day <= last; day++) {
        EvidenceFailure row = {.day = SINCE + day,
                               .sender = text(c, sender),
                               .type = POLICY_TYPE_STS,
                               .type_word = text(c, "sts"),
                               .policy = text(c, policy_text),
                               .mode = STS_MODE_TESTING,
                               .trust = TRUST_VERIFIED,
                               .mx = text(c, mx),
                               .result_word = text(c, result),
                               .sessions = sessions};
        row.effect = effect_of(row.type, row.mode, result_type_from_word(result));
        g_array_append_val(c->evidence.failures, row);
    }
}

static void
weigh(Case *c, guint n_problems)
{
    ExplainOptions options = {.query = &c->query};
    c->problems = explain_weigh(c->explain, NULL, &options, NULL);
    g_assert_nonnull(c->problems);
    for (guint i = 0; i < c->problems->len; i++)
        g_test_message("%s", ((Problem *)g_ptr_array_index(c->problems, i))->title);
    g_assert_cmpuint(c->problems->len, ==, n_problems);
}

static Problem *
problem_of(Case *c, guint i)
{
    return g_ptr_array_index(c->problems, i);
}

static void
assert_has(const char *sentence, const char *part)
{
    if (strstr(sentence, part) == NULL)
        g_error("\"%s\" is not in: %s", part, sentence);
}

static void
assert_has_not(const char *sentence, const char *part)
{
    if (strstr(sentence, part) != NULL)
        g_error("\"%s\" is in: %s", part, sentence);
}

/* ---- grouping ------------------------------------------------------------------------------ */

static const char *const senders[] = {"Alpha", "Beta", "Gamma", "Delta", "Epsilon"};

static void
all_report(Case *c)
{
    for (guint i = 0; i < G_N_ELEMENTS(senders); i++)
        total(c, senders[i], 0, 99, 50);
}

static void
test_one_broken_certificate(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    all_report(c);
    fail(c, "Alpha", "mx1.example.org", "certificate-expired", 40, 42, 20);
    fail(c, "Beta", "mx1.example.org", "certificate-expired", 41, 42, 20);
    fail(c, "Gamma", "mx1.example.org", "certificate-expired", 42, 42, 20);
    weigh(c, 1);
    const Problem *problem = problem_of(c, 0);
    g_assert_cmpstr(problem->title, ==, "certificate-expired at mx1.example.org");
    g_assert_cmpint(problem->sessions, ==, 120);
    g_assert_cmpuint(problem->senders->len, ==, 3);
    g_assert_cmpint(problem->place, ==, PLACE_MX);
    g_assert_cmpint(problem->course_kind, ==, COURSE_BURST);
    g_assert_true(problem->ended);
    assert_has(problem->scope, "3 of 5 senders, at mx1.example.org");
    assert_has(problem->course, "A burst of 3 days");
}

static void
test_one_old_client(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    all_report(c);
    fail(c, "Delta", "mx1.example.org", "certificate-not-trusted", 0, 99, 25);
    fail(c, "Delta", "a.mail.example.org", "certificate-not-trusted", 0, 99, 25);
    weigh(c, 1);
    const Problem *problem = problem_of(c, 0);
    g_assert_cmpstr(problem->title, ==, "certificate-not-trusted for Delta");
    g_assert_cmpint(problem->place, ==, PLACE_SENDER);
    g_assert_cmpint(problem->course_kind, ==, COURSE_CONTINUOUS);
    g_assert_false(problem->ended);
    assert_has(problem->course, "still going on");
    assert_has(problem->course, "or before");
}

/* An old client all the year does not hide a broken certificate of three days. */
static void
test_client_and_certificate_apart(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    all_report(c);
    fail(c, "Delta", "mx1.example.org", "certificate-not-trusted", 0, 99, 25);
    fail(c, "Alpha", "mx1.example.org", "certificate-not-trusted", 50, 52, 25);
    fail(c, "Beta", "mx1.example.org", "certificate-not-trusted", 50, 52, 25);
    weigh(c, 2);
    guint crowd = problem_of(c, 0)->senders->len == 3 ? 0 : 1;
    g_assert_cmpuint(problem_of(c, crowd)->senders->len, ==, 3);
    g_assert_cmpint(problem_of(c, crowd)->first_day, >=, SINCE + 47);
    g_assert_cmpint(problem_of(c, crowd)->last_day, <=, SINCE + 55);
    g_assert_cmpuint(problem_of(c, 1 - crowd)->senders->len, ==, 1);
    g_assert_cmpint(problem_of(c, 0)->sessions + problem_of(c, 1)->sessions, ==, 106 * 25);
}

/* Who sees an outage days before the others do sees the same outage. */
static void
test_first_days_of_an_outage(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    all_report(c);
    fail(c, "Alpha", "mx1.example.org", "certificate-expired", 80, 99, 25);
    fail(c, "Beta", "mx1.example.org", "certificate-expired", 86, 99, 25);
    weigh(c, 1);
    g_assert_cmpint(problem_of(c, 0)->first_day, ==, SINCE + 80);
}

static void
test_shared_certificate(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    all_report(c);
    for (guint i = 0; i < G_N_ELEMENTS(senders); i++) {
        fail(c, senders[i], "mx1.example.org", "certificate-host-mismatch", 10, 12, 5);
        fail(c, senders[i], "a.mail.example.org", "certificate-host-mismatch", 10, 12, 5);
    }
    fail(c, "Alpha", "b.mail.example.org", "certificate-host-mismatch", 60, 60, 5);
    fail(c, "Beta", "b.mail.example.org", "certificate-host-mismatch", 60, 60, 5);
    weigh(c, 2);
    g_assert_cmpint(problem_of(c, 0)->place, ==, PLACE_ALL_MX);
    g_assert_cmpuint(problem_of(c, 0)->mxs->len, ==, 2);
    g_assert_cmpint(problem_of(c, 1)->place, ==, PLACE_MX);
}

/* Microsoft names no MX: its failures belong to the outage that others name in these days. */
static void
test_nameless_joins(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    all_report(c);
    fail(c, "Alpha", "mx1.example.org", "certificate-expired", 40, 42, 20);
    fail(c, "Beta", "mx1.example.org", "certificate-expired", 40, 42, 20);
    fail(c, "Gamma", NULL, "certificate-expired", 40, 42, 7);
    fail(c, "Gamma", NULL, "certificate-expired", 90, 91, 7);
    weigh(c, 1);
    g_assert_cmpuint(problem_of(c, 0)->senders->len, ==, 3);
    g_assert_cmpstr(problem_of(c, 0)->title, ==, "certificate-expired at mx1.example.org");
    assert_has(problem_of(c, 0)->scope, "some failures name none");
}

static void
test_stripped_starttls(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    all_report(c);
    fail(c, "Beta", "mx1.example.org", "starttls-not-supported", 70, 74, 4);
    weigh(c, 1);
    g_assert_cmpint(problem_of(c, 0)->place, ==, PLACE_PATH);
    assert_has(problem_of(c, 0)->likely, "man in the middle");
    assert_has(problem_of(c, 0)->likely, "Reports alone cannot tell which");
}

/* Hardly anybody on the way makes an expired certificate: a machine behind the MX kept the old one.
 */
static void
test_expired_at_one_machine(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    all_report(c);
    fail(c, "Alpha", "mx1.example.org", "certificate-expired", 40, 41, 10);
    weigh(c, 1);
    const Problem *problem = problem_of(c, 0);
    g_assert_cmpint(problem->place, ==, PLACE_MX);
    assert_has(problem->likely, "seldom made on the way");
    assert_has(problem->likely, "one server or address behind mx1.example.org");
    assert_has(problem->likely, "80 sessions of this sender");
    assert_has_not(problem->likely, "man in the middle");
    assert_has(problem->fix, "every server and address behind mx1.example.org");
    assert_has(problem->fix, "Renew the certificate");
    assert_has(g_ptr_array_index(problem->commands, 0), "dig +noall +answer mx1.example.org A");
}

/* All of a small sender went to the backup MX, which others seldom use: still no fault of his. */
static void
test_expired_at_backup(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    all_report(c);
    total(c, "Small", 40, 40, 0);
    fail(c, "Small", "b.mail.example.org", "certificate-expired", 40, 40, 6);
    fail(c, "Beta", "mx1.example.org", "validation-failure", 40, 40, 6);
    weigh(c, 2);
    const Problem *problem = problem_of(c, 0);
    if (strcmp(problem->result_type, "certificate-expired") != 0)
        problem = problem_of(c, 1);
    g_assert_cmpint(problem->place, ==, PLACE_MX);
}

/* Another certificate is likelier a second machine behind the name than an attack; but both may be.
 */
static void
test_other_certificate_at_times(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    all_report(c);
    fail(c, "Beta", "mx1.example.org", "certificate-host-mismatch", 70, 74, 8);
    weigh(c, 1);
    const Problem *problem = problem_of(c, 0);
    g_assert_cmpint(problem->place, ==, PLACE_MX);
    assert_has(problem->likely, "one server or address behind mx1.example.org");
    assert_has(problem->likely, "something on the way");
}

/* A broken connection may be an accident, an expired certificate is none. */
static void
test_rare(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    total(c, "Alpha", 0, 99, 50000);
    total(c, "Beta", 0, 99, 50000);
    fail(c, "Alpha", "mx1.example.org", "starttls-not-supported", 40, 40, 2);
    fail(c, "Alpha", "mx1.example.org", "certificate-expired", 80, 80, 2);
    weigh(c, 2);
    g_assert_cmpstr(problem_of(c, 0)->result_type, ==, "certificate-expired");
    g_assert_false(problem_of(c, 0)->rare);
    assert_has(problem_of(c, 0)->fix, "Renew the certificate");
    g_assert_true(problem_of(c, 1)->rare);
    assert_has(problem_of(c, 1)->fix, "Nothing for now");
    /* Two sessions accuse nobody. */
    g_assert_cmpint(problem_of(c, 0)->place, ==, PLACE_UNCLEAR);
    g_assert_cmpint(problem_of(c, 1)->place, ==, PLACE_UNCLEAR);
}

/* Where nobody else had sessions, nobody is accused. */
static void
test_lonely_failure(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    total(c, "Beta", 0, 99, 5);
    fail(c, "Beta", "mx1.example.org", "starttls-not-supported", 70, 70, 4);
    weigh(c, 1);
    g_assert_cmpint(problem_of(c, 0)->place, ==, PLACE_UNCLEAR);
}

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
#define ADD(path, function) g_test_add(path, Case, NULL, setup, function, teardown)
    ADD("/explain/one-broken-certificate", test_one_broken_certificate);
    ADD("/explain/one-old-client", test_one_old_client);
    ADD("/explain/client-and-certificate", test_client_and_certificate_apart);
    ADD("/explain/first-days", test_first_days_of_an_outage);
    ADD("/explain/shared-certificate", test_shared_certificate);
    ADD("/explain/nameless-joins", test_nameless_joins);
    ADD("/explain/stripped-starttls", test_stripped_starttls);
    ADD("/explain/expired-at-one-machine", test_expired_at_one_machine);
    ADD("/explain/expired-at-backup", test_expired_at_backup);
    ADD("/explain/other-certificate-at-times", test_other_certificate_at_times);
    ADD("/explain/rare", test_rare);
    ADD("/explain/lonely-failure", test_lonely_failure);
    ADD("/explain/wildcard-is-one-label", test_wildcard_is_one_label);
    ADD("/explain/two-hosts-missing", test_two_hosts_missing);
    ADD("/explain/dane", test_dane);
    ADD("/explain/related", test_related);
    ADD("/explain/end-needs-sessions", test_end_needs_sessions);
    ADD("/explain/end-needs-the-sender", test_end_needs_the_sender);
    ADD("/explain/scattered", test_scattered);
    ADD("/explain/filter", test_filter_keeps_problems_whole);
    ADD("/explain/too-many", test_too_many);
    ADD("/explain/hostile-names", test_hostile_names);
    return g_test_run();
}
