/* Failures become the problems that a person would make of them: what belongs together. */
#include "test_explain_case.h"

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

/* What fails under DANE, or without a policy, no mx line of a policy can mend. */
static void
test_no_sts_policy(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    static const char *const expected[] = {
        [POLICY_TYPE_TLSA] = "Compare the TLSA records", [POLICY_TYPE_NONE] = "Try a TLS 1.2"};
    static const PolicyType types[] = {POLICY_TYPE_TLSA, POLICY_TYPE_NONE};
    all_report(c);
    fail(c, "Alpha", "mx1.example.org", "validation-failure", 70, 90, 4);
    fail(c, "Beta", "mx1.example.org", "validation-failure", 70, 90, 4);
    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        under(c, types[i]);
        g_clear_pointer(&c->problems, g_ptr_array_unref);
        weigh(c, 1);
        const Problem *problem = problem_of(c, 0);
        assert_has(problem->cause, "no word of its own");
        assert_has_not(problem->cause, "cannot be compared");
        assert_has(problem->fix, expected[types[i]]);
        assert_has_not(problem->fix, "mx lines");
    }
    under(c, POLICY_TYPE_TLSA);
    g_clear_pointer(&c->problems, g_ptr_array_unref);
    weigh(c, 1);
    assert_has(g_ptr_array_index(problem_of(c, 0)->commands, 0), "_25._tcp.mx1.example.org TLSA");
}

/* The mx lines were compared: nobody is sent to do it again. */
static void
test_named_by_the_policy(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    all_report(c);
    fail(c, "Alpha", "mx1.example.org", "validation-failure", 70, 90, 4);
    fail(c, "Beta", "mx1.example.org", "validation-failure", 70, 90, 4);
    weigh(c, 1);
    assert_has(problem_of(c, 0)->cause, "they name this MX");
    assert_has(problem_of(c, 0)->fix, "Try a TLS 1.2");
    assert_has_not(problem_of(c, 0)->fix, "mx lines");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
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
    ADD("/explain/named-by-the-policy", test_named_by_the_policy);
    ADD("/explain/no-sts-policy", test_no_sts_policy);
    return g_test_run();
}
