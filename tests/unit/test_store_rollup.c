/* What reports add to the two daily roll-ups, and how these are asked for. */
#include "schema/limits.h"
#include "test_store_fixture.h"

#define HEAD    "org Google Inc.\ncontact tls@google.com\nid r-1\nstart 1700006400\n"
#define POLICY1 "version: STSv1/mode: testing/max_age: 86400/mx: mx1.a.example"
#define POLICY2 "version: STSv1/mode: testing/max_age: 86400/mx: mx2.a.example"

static void
test_one_report(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture_put(fixture->store,
                HEAD "entry sts a.example 5326 303 testing:1\n"
                     "fail mx1.a.example certificate-expired - 100\n"
                     "fail - starttls-not-supported no_tls 200\n",
                TRUST_LOCAL, NULL, STORE_NEW);
    fixture_assert_rollups(
        fixture->store, NULL,
        "T 0 a.example|Google Inc.|sts|testing|local reports=1 ok=5326 failed=303 "
        "detailed=300 " POLICY1 "\n"
        "F 0 a.example|Google Inc.|-|sts|starttls-not-supported|no_tls|testing|local "
        "sessions=200 " POLICY1 "\n"
        "F 0 a.example|Google Inc.|mx1.a.example|sts|certificate-expired|-|testing|local "
        "sessions=100 " POLICY1 "\n");
}

/* Two versions of a policy in one report: sessions by version, the report once. */
static void
test_versions(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture_put(fixture->store,
                HEAD "entry sts a.example 10 1 testing:2\n"
                     "entry sts a.example 20 2 testing:1\n"
                     "entry sts a.example 30 3 testing:2\n"
                     "entry tlsa a.example 60 6 -\n",
                TRUST_LOCAL, NULL, STORE_NEW);
    fixture_assert_rollups(
        fixture->store, NULL,
        "T 0 a.example|Google Inc.|sts|testing|local reports=0 ok=20 failed=2 "
        "detailed=0 " POLICY1 "\n"
        "T 0 a.example|Google Inc.|sts|testing|local reports=1 ok=40 failed=4 "
        "detailed=0 " POLICY2 "\n"
        "T 0 a.example|Google Inc.|tlsa|-|local reports=1 ok=60 failed=6 detailed=0 -\n");
}

/* An entry may count for several domains, or for none. A domain named twice counts once. */
static void
test_domains(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    gint64 id = fixture_put(fixture->store,
                            HEAD "entry tlsa b.example,a.example,b.example 7 1 -\n"
                                 "fail mx.b.example dane-required - 1\n"
                                 "entry sts - 1000 1000 testing:1\n"
                                 "fail mx.b.example validation-failure - 1000\n",
                            TRUST_LOCAL, NULL, STORE_NEW);
    g_assert_cmpint(id, ==, 1);
    fixture_assert_rollups(
        fixture->store, NULL,
        "T 0 a.example|Google Inc.|tlsa|-|local reports=1 ok=7 failed=1 detailed=1 -\n"
        "T 0 b.example|Google Inc.|tlsa|-|local reports=1 ok=7 failed=1 detailed=1 -\n"
        "F 0 a.example|Google Inc.|mx.b.example|tlsa|dane-required|-|-|local sessions=1 -\n"
        "F 0 b.example|Google Inc.|mx.b.example|tlsa|dane-required|-|-|local sessions=1 -\n");
}

/* Equal keys add up, within a report and over reports; other days, senders and trust do not. */
static void
test_adding_up(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    const char *const entry = "entry no-policy-found a.example 5 3 -\n"
                              "fail mx.a.example weird-word some_reason 1\n"
                              "fail mx.a.example weird-word some_reason 1\n";
    const char *const heads[] = {
        "org X\nid 1\nstart 1700006400\n", "org X\nid 2\nstart 1700092799\n",
        "org X\nid 3\nstart 1700092800\n", "org Y\nid 3\nstart 1700006400\n"};
    for (guint i = 0; i < G_N_ELEMENTS(heads); i++) {
        g_autofree char *text = g_strconcat(heads[i], entry, NULL);
        fixture_put(fixture->store, text, TRUST_UNVERIFIED, NULL, STORE_NEW);
    }
    fixture_put(fixture->store,
                "org X\nid 4\nstart 1700006400\nentry no-policy-found a.example 5 0 -\n",
                TRUST_UNAUTHENTICATED, NULL, STORE_NEW);
    fixture_assert_rollups(
        fixture->store, NULL,
        "T 0 a.example|X|no-policy-found|-|unauthenticated reports=1 ok=5 failed=0 detailed=0 -\n"
        "T 0 a.example|X|no-policy-found|-|unverified reports=2 ok=10 failed=6 detailed=4 -\n"
        "T 1 a.example|X|no-policy-found|-|unverified reports=1 ok=5 failed=3 detailed=2 -\n"
        "T 0 a.example|Y|no-policy-found|-|unverified reports=1 ok=5 failed=3 detailed=2 -\n"
        "F 0 a.example|X|mx.a.example|no-policy-found|weird-word|some_reason|-|unverified "
        "sessions=4 -\n"
        "F 1 a.example|X|mx.a.example|no-policy-found|weird-word|some_reason|-|unverified "
        "sessions=2 -\n"
        "F 0 a.example|Y|mx.a.example|no-policy-found|weird-word|some_reason|-|unverified "
        "sessions=2 -\n");
}

/* The same policy in another order of lines is the same policy. */
static void
test_policy_order(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    const char *const orders[][4] = {
        {"version: STSv1", "mode: testing", "mx: mx1.a.example", "max_age: 86400"},
        {"version: STSv1", "max_age: 86400", "mode: testing", "mx: mx1.a.example"}};
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) raw = g_bytes_new_static("raw", 3);
    fixture_begin(fixture->store);
    for (guint i = 0; i < 2; i++) {
        g_autofree char *text =
            g_strdup_printf("org X\nid %u\nstart 1700006400\nentry sts a.example 1 0 -\n", i);
        g_autoptr(Report) report = fixture_report(text);
        report->policies[0].policy_string = report_list(report, orders[i], 4);
        StoreReport item = {.report = report, .raw = raw, .trust = TRUST_LOCAL, .road = "file"};
        StorePut put;
        gint64 id;
        store_put_report(fixture->store, &item, &put, &id, &error);
        g_assert_no_error(error);
    }
    fixture_commit(fixture->store);
    fixture_assert_rollups(
        fixture->store, NULL,
        "T 0 a.example|X|sts|testing|local reports=2 ok=2 failed=0 detailed=0 " POLICY1 "\n");
}

static void
put_many(Store *store)
{
    static const struct {
        const char *text, *authenticated_by;
        Trust trust;
    } reports[] = {
        {"org Google Inc.\ncontact t@google.com\nid 1\nstart 1700006400\n"
         "entry sts a.example 1 1 testing:1\nfail mx1.a.example certificate-expired - 1\n",
         "google.com", TRUST_VERIFIED},
        {"org Google Inc.\ncontact t@google.com\nid 2\nstart 1700092800\n"
         "entry sts b.example 2 1 testing:1\nfail mx2.a.example validation-failure - 1\n",
         "evil.example", TRUST_VERIFIED},
        {"org Google Inc. West\nid 3\nstart 1700179200\n"
         "entry tlsa a.example 4 1 -\nfail mx1.a.example - - 1\n",
         NULL, TRUST_UNVERIFIED},
        {"org Zeta\nid 4\nstart 1700265600\n"
         "entry strange-type a.example 8 1 -\nfail - certificate-expired - 1\n",
         NULL, TRUST_UNAUTHENTICATED},
        {"org Alpha\nid 5\nstart 1700352000\nentry sts - 16 0 -\n", NULL, TRUST_LOCAL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(reports); i++)
        fixture_put(store, reports[i].text, reports[i].trust, reports[i].authenticated_by,
                    STORE_NEW);
}

static gboolean
add_failure(gpointer data, const StoreFailure *row)
{
    *(gint64 *)data += G_GINT64_CONSTANT(1) << (row->day - DAY0_NUMBER);
    return TRUE;
}

static void
assert_finds(Store *store, const StoreQuery *query, gint64 totals, gint64 failures)
{
    g_autoptr(GError) error = NULL;
    gint64 found = 0;
    store_each_total(store, query, fixture_add_successful, &found, &error);
    g_assert_no_error(error);
    g_assert_cmpint(found, ==, totals);
    found = 0;
    store_each_failure(store, query, add_failure, &found, &error);
    g_assert_no_error(error);
    g_assert_cmpint(found, ==, failures);
}

static void
test_filters(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static const struct {
        StoreQuery query;
        gint64 totals, failures;
    } cases[] = {
        {{G_MININT32, G_MAXINT32, NULL, NULL, -1, NULL, NULL, 0, FALSE}, 15, 15},
        {{DAY0_NUMBER, DAY0_NUMBER, NULL, NULL, -1, NULL, NULL, 0, FALSE}, 1, 1},
        {{DAY0_NUMBER + 1, G_MAXINT32, NULL, NULL, -1, NULL, NULL, 0, FALSE}, 14, 14},
        {{G_MININT32, DAY0_NUMBER + 1, NULL, NULL, -1, NULL, NULL, 0, FALSE}, 3, 3},
        {{DAY0_NUMBER + 2, DAY0_NUMBER + 1, NULL, NULL, -1, NULL, NULL, 0, FALSE}, 0, 0},
        {{G_MININT32, G_MAXINT32, "a.example", NULL, -1, NULL, NULL, 0, FALSE}, 13, 13},
        {{G_MININT32, G_MAXINT32, "b.example", NULL, -1, NULL, NULL, 0, FALSE}, 2, 2},
        {{G_MININT32, G_MAXINT32, "c.example", NULL, -1, NULL, NULL, 0, FALSE}, 0, 0},
        {{G_MININT32, G_MAXINT32, NULL, "Google Inc.", -1, NULL, NULL, 0, FALSE}, 3, 3},
        {{G_MININT32, G_MAXINT32, NULL, "Google Inc. (via evil.example)", -1, NULL, NULL, 0, FALSE},
         2,
         2},
        {{G_MININT32, G_MAXINT32, NULL, "Google Inc. West", -1, NULL, NULL, 0, FALSE}, 4, 4},
        {{G_MININT32, G_MAXINT32, NULL, "Google", -1, NULL, NULL, 0, FALSE}, 0, 0},
        {{G_MININT32, G_MAXINT32, NULL, NULL, POLICY_TYPE_STS, NULL, NULL, 0, FALSE}, 3, 3},
        {{G_MININT32, G_MAXINT32, NULL, NULL, POLICY_TYPE_TLSA, NULL, NULL, 0, FALSE}, 4, 4},
        {{G_MININT32, G_MAXINT32, NULL, NULL, POLICY_TYPE_NONE, NULL, NULL, 0, FALSE}, 0, 0},
        {{G_MININT32, G_MAXINT32, NULL, NULL, POLICY_TYPE_OTHER, NULL, NULL, 0, FALSE}, 8, 8},
        {{G_MININT32, G_MAXINT32, NULL, NULL, -1, "mx1.a.example", NULL, 0, FALSE}, 15, 5},
        {{G_MININT32, G_MAXINT32, NULL, NULL, -1, NULL, "certificate-expired", 0, FALSE}, 15, 9},
        {{G_MININT32, G_MAXINT32, NULL, NULL, -1, NULL, "", 0, FALSE}, 15, 4},
        {{G_MININT32, G_MAXINT32, NULL, NULL, -1, "mx1.a.example", "certificate-expired", 0, FALSE},
         15,
         1},
    };
    put_many(fixture->store);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("query %u", i);
        assert_finds(fixture->store, &cases[i].query, cases[i].totals, cases[i].failures);
    }
}

/* ---- order ----------------------------------------------------------------------------- */

/* Keys in the order that store.h tells, each ended by a byte below all others. */
static gboolean
check_total_order(gpointer data, const StoreTotal *row)
{
    GString *last = data;
    g_autofree char *key =
        g_strdup_printf("%s\1%s\1%s\1%s\1%d\1%s", row->domain, row->sender, row->policy_type,
                        trust_name(row->trust), row->day, fixture_shown(row->policy_text));
    g_assert_cmpstr(last->str, <, key);
    g_string_assign(last, key);
    return TRUE;
}

static gboolean
check_failure_order(gpointer data, const StoreFailure *row)
{
    GString *last = data;
    const char *mode = sts_mode_name(row->mode);
    g_autofree char *key =
        g_strdup_printf("%s\1%s\1%s\1%s\1%s\1%s\1%s\1%d\1%s\1%s", row->domain, row->sender,
                        row->mx != NULL ? row->mx : "", row->policy_type, row->result_word,
                        row->reason != NULL ? row->reason : "", mode != NULL ? mode : "", row->day,
                        trust_name(row->trust), row->policy_text != NULL ? row->policy_text : "");
    g_assert_cmpstr(last->str, <, key);
    g_string_assign(last, key);
    return TRUE;
}

/* Two values for each part of the key, in all combinations. */
static void
test_order(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static const char *const policies[] = {"-", "testing:1", "testing:2", "enforce:1"};
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) last = g_string_new(NULL);
    StoreQuery all;
    fixture_begin(fixture->store);
    for (guint i = 0; i < 256; i++) {
        guint n = i * 37 % 256; /* in no order of anything */
        g_autofree char *text = g_strdup_printf(
            "org %s\nid %u\nstart %d\nentry %s %s 1 1 %s\n"
            "fail %s odd - 1\nfail mx2 even r 1\nfail mx2 even - 1\nfail - even r 1\n",
            (n & 1) != 0 ? "B" : "a", n, 1700006400 + ((n & 2) != 0 ? 86400 : 0),
            (n & 4) != 0 ? "tlsa" : "sts", (n & 8) != 0 ? "b.example" : "a.example",
            policies[n >> 4 & 3], (n & 64) != 0 ? "mx1" : "mx3");
        fixture_put_in(fixture->store, text, (n & 128) != 0 ? TRUST_LOCAL : TRUST_UNVERIFIED, NULL,
                       STORE_NEW);
    }
    fixture_commit(fixture->store);
    store_query_init(&all);
    g_assert_true(store_each_total(fixture->store, &all, check_total_order, last, &error));
    g_assert_cmpuint(last->len, >, 0);
    g_string_truncate(last, 0);
    g_assert_true(store_each_failure(fixture->store, &all, check_failure_order, last, &error));
    g_assert_cmpuint(last->len, >, 0);
}

/* ---- callbacks ------------------------------------------------------------------------- */

static gboolean
stop_at_once(gpointer data, G_GNUC_UNUSED const StoreTotal *row)
{
    ++*(guint *)data;
    return FALSE;
}

/* A callback may stop, and may ask the store itself. */
typedef struct {
    Store *store;
    guint outer;
    gint64 inner;
} Nested;

static gboolean
ask_again(gpointer data, G_GNUC_UNUSED const StoreTotal *row)
{
    Nested *nested = data;
    StoreQuery all;
    store_query_init(&all);
    nested->outer++;
    return store_each_total(nested->store, &all, fixture_add_successful, &nested->inner, NULL);
}

static void
test_callbacks(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    StoreQuery all;
    guint calls = 0;
    Nested nested = {.store = fixture->store};
    store_query_init(&all);
    put_many(fixture->store);
    g_assert_true(store_each_total(fixture->store, &all, stop_at_once, &calls, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(calls, ==, 1);
    g_assert_true(store_each_total(fixture->store, &all, ask_again, &nested, &error));
    g_assert_cmpuint(nested.outer, ==, 4);
    g_assert_cmpint(nested.inner, ==, 4 * 15);
    /* Nothing of it is left open: writing and closing go on. */
    fixture_put(fixture->store, HEAD, TRUST_LOCAL, NULL, STORE_NEW);
}

static void
test_period(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    gboolean any = TRUE;
    gint32 first = -1, last = -1;
    g_assert_true(store_period(fixture->store, &any, &first, &last, &error));
    g_assert_false(any);
    g_assert_cmpint(first, ==, -1);
    put_many(fixture->store);
    g_assert_true(store_period(fixture->store, &any, &first, &last, &error));
    g_assert_no_error(error);
    g_assert_true(any);
    g_assert_cmpint(first, ==, DAY0_NUMBER);
    g_assert_cmpint(last, ==, DAY0_NUMBER + 3);
}

/* Anyone can claim any count. Large ones are kept exactly; what would overflow a sum is refused,
 * and leaves the sum as usable as before. */
static void
test_huge_counts(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Store *store = fixture->store;
    const char *const head = "org Liar\nstart 1700006400\n";
    gint64 taken = 0, refused = 0, sum = 0;

    fixture_begin(store);
    for (guint i = 0; i < 1100; i++) {
        g_autoptr(GError) error = NULL;
        StorePut put;
        gint64 id;
        g_autofree char *text =
            g_strdup_printf("%sid %u\nentry sts a.example %" G_GINT64_FORMAT " 0 -\n", head, i,
                            (gint64)LIMIT_COUNT);
        g_assert_true(fixture_try(store, text, TRUST_UNAUTHENTICATED, NULL, &put, &id, &error));
        if (put == STORE_NEW)
            taken++;
        else if (put == STORE_REFUSED)
            refused++;
    }
    g_assert_cmpint(taken, ==, LIMIT_DAILY_SUM / LIMIT_COUNT);
    g_assert_cmpint(taken + refused, ==, 1100);
    fixture_put_in(store, "org Liar\nstart 1700006400\nid honest\nentry sts a.example 5 0 -\n",
                   TRUST_UNAUTHENTICATED, NULL, STORE_NEW);
    /* One report whose details alone pass it, though each is within bounds. */
    GString *text = g_string_new("org Liar2\nid 1\nstart 1700006400\nentry sts a.example 0 5 -\n");
    for (guint i = 0; i < 600; i++)
        g_string_append_printf(text, "fail mx certificate-expired - %" G_GINT64_FORMAT "\n",
                               (gint64)LIMIT_COUNT);
    fixture_put_in(store, text->str, TRUST_UNAUTHENTICATED, NULL, STORE_REFUSED);
    g_string_free(text, TRUE);
    fixture_commit(store);

    StoreQuery all;
    store_query_init(&all);
    g_assert_true(store_each_total(store, &all, fixture_add_successful, &sum, NULL));
    g_assert_cmpint(sum, ==, taken * LIMIT_COUNT + 5);
    fixture_assert_rebuild_same(store);
}

/* What a write transaction has put is there for who reads in it, one domain or all, new days too.
 */
static void
test_read_while_writing(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    StoreQuery one;
    store_query_init(&one);
    one.domain = "a.example";
    fixture_put(fixture->store, "org A\nid 1\nstart 1700006400\nentry sts a.example 5 0 -\n",
                TRUST_LOCAL, NULL, STORE_NEW);
    fixture_begin(fixture->store);
    fixture_put_in(fixture->store, "org A\nid 2\nstart 1700092800\nentry sts a.example 30 0 -\n",
                   TRUST_LOCAL, NULL, STORE_NEW);
    for (guint i = 0; i < 2; i++) {
        gint64 sum = 0;
        guint domains = 0;
        g_assert_true(store_each_total(fixture->store, &one, fixture_add_successful, &sum, NULL));
        g_assert_cmpint(sum, ==, 35);
        one.since_day = 1700092800 / 86400;
        g_assert_true(store_count_domains(fixture->store, &one, &domains, NULL));
        g_assert_cmpuint(domains, ==, 1);
        one.since_day = G_MININT32;
        if (i == 0)
            fixture_commit(fixture->store);
    }
    fixture_assert_rebuild_same(fixture->store);
}

/* One report must not be able to make millions of rows. */
static void
test_too_many_rows(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    GString *text = g_string_new("org X\nid 1\nstart 1700006400\nentry tlsa ");
    for (guint i = 0; i < 1000; i++)
        g_string_append_printf(text, "%sd%u.example", i > 0 ? "," : "", i);
    g_string_append(text, " 1 0 -\n");
    for (guint i = 0; i < 300; i++)
        g_string_append_printf(text, "fail mx%u.example dane-required - 1\n", i);
    fixture_put(fixture->store, text->str, TRUST_LOCAL, NULL, STORE_REFUSED);
    fixture_assert_rollups(fixture->store, NULL, "");
    g_assert_cmpint(fixture_counts(fixture->store).reports, ==, 0);
    g_string_free(text, TRUE);
}

int
main(int argc, char **argv)
{
    static const FixtureTest tests[] = {
        {"/store/rollup/one-report", test_one_report},
        {"/store/rollup/policy-versions", test_versions},
        {"/store/rollup/domains", test_domains},
        {"/store/rollup/read-while-writing", test_read_while_writing},
        {"/store/rollup/adding-up", test_adding_up},
        {"/store/rollup/policy-order", test_policy_order},
        {"/store/rollup/filters", test_filters},
        {"/store/rollup/order", test_order},
        {"/store/rollup/callbacks", test_callbacks},
        {"/store/rollup/period", test_period},
        {"/store/rollup/huge-counts", test_huge_counts},
        {"/store/rollup/too-many-rows", test_too_many_rows},
    };
    g_test_init(&argc, &argv, NULL);
    fixture_add(tests, G_N_ELEMENTS(tests), fixture_open);
    return g_test_run();
}
