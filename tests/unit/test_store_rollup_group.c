/* What reports that come in together add to the roll-ups. */
#include "schema/limits.h"
#include "test_store_fixture.h"

#define HEAD "org Google Inc.\ncontact tls@google.com\nid r-1\nstart 1700006400\n"
#define COUNTED_ROW(trust, reports, ok)                                                            \
    "T 0 a.example|Google Inc.|tlsa|-|" trust " reports=" reports " ok=" ok                        \
    " failed=0 detailed=0 -\n"

/* What a transaction has put can be asked for, raised and displaced within it. */
static void
test_within(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    const char *const one = HEAD "entry tlsa a.example 1 0 -\n";
    const char *const other = HEAD "entry tlsa a.example 2 0 -\n";
    g_autoptr(GError) error = NULL;
    gboolean any = FALSE;
    gint32 first, last;
    Store *store = fixture->store;
    fixture_begin(store);
    fixture_put_in(store, one, TRUST_UNAUTHENTICATED, NULL, STORE_NEW);
    fixture_assert_rollups(store, NULL, COUNTED_ROW("unauthenticated", "1", "1"));
    fixture_put_in(store, "org Google Inc.\nid r-2\nstart 1700006400\nentry tlsa a.example 4 0 -\n",
                   TRUST_UNAUTHENTICATED, NULL, STORE_NEW);
    g_assert_true(store_period(store, &any, &first, &last, &error));
    g_assert_true(any);
    fixture_put_in(store, one, TRUST_UNVERIFIED, NULL, STORE_DUPLICATE);
    fixture_put_in(store, other, TRUST_VERIFIED, "google.com", STORE_NEW);
    fixture_assert_rollups(
        store, NULL, COUNTED_ROW("unauthenticated", "1", "4") COUNTED_ROW("verified", "1", "2"));
    fixture_commit(store);
    fixture_assert_rollups(
        store, NULL, COUNTED_ROW("unauthenticated", "1", "4") COUNTED_ROW("verified", "1", "2"));
    fixture_assert_rebuild_same(store);
}

/* Nothing of a transaction that is given up gets into the next one. */
static void
test_given_up(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    const char *const one = HEAD "entry tlsa a.example 1 0 -\n";
    fixture_begin(fixture->store);
    fixture_put_in(fixture->store, one, TRUST_LOCAL, NULL, STORE_NEW);
    store_rollback(fixture->store);
    fixture_put(fixture->store, one, TRUST_LOCAL, NULL, STORE_NEW);
    fixture_assert_rollups(fixture->store, NULL, COUNTED_ROW("local", "1", "1"));
}

/* ---- many at once -------------------------------------------------------------------------- */

static gboolean
add_sessions(gpointer data, const StoreFailure *row)
{
    *(gint64 *)data += row->sessions;
    return TRUE;
}

/* More rows in one transaction than are kept in memory, each of them touched twice. */
static void
test_many_rows(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    enum { DOMAINS = 60, FAILURES = 300 };
    G_STATIC_ASSERT(DOMAINS * FAILURES > LIMIT_ROLLUPS_HELD);
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) text = g_string_new("start 1700006400\nentry tlsa ");
    gint64 sum = 0;
    StoreQuery all;
    store_query_init(&all);
    for (guint i = 0; i < DOMAINS; i++)
        g_string_append_printf(text, "%sd%u.example", i > 0 ? "," : "", i);
    g_string_append(text, " 7 300 -\n");
    for (guint i = 0; i < FAILURES; i++)
        g_string_append_printf(text, "fail mx%u.example dane-required - 1\n", i);
    fixture_begin(fixture->store);
    for (guint i = 0; i < 2; i++) {
        g_autofree char *report = g_strdup_printf("org X\nid %u\n%s", i, text->str);
        fixture_put_in(fixture->store, report, TRUST_LOCAL, NULL, STORE_NEW);
    }
    fixture_commit(fixture->store);
    g_assert_true(store_each_total(fixture->store, &all, fixture_add_successful, &sum, &error));
    g_assert_cmpint(sum, ==, 2 * 7 * DOMAINS);
    sum = 0;
    g_assert_true(store_each_failure(fixture->store, &all, add_sessions, &sum, &error));
    g_assert_cmpint(sum, ==, 2 * DOMAINS * FAILURES);
}

/* Report I of many: about a domain that others are about too, on one of two days, with failures,
 * and now and then with a finding. */
static char *
one_of_many(guint i)
{
    return g_strdup_printf("org Sender %u\nid r-%u\nstart %" G_GINT64_FORMAT "\n"
                           "entry sts d%u.example %u %u testing:1\n"
                           "fail mx%u.example certificate-expired - %u\n"
                           "fail - starttls-not-supported no_tls 1\n%s",
                           i % 3, i, DAY0 + 86400 * (i % 2), i % 29, i + 1, i + 2, i % 5, i + 1,
                           i % 4 == 0 ? "finding date-no-zone /date-range\n" : "");
}

/* However many come in together: each row is as if they had come one by one. */
static void
test_group_as_alone(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    enum { REPORTS = 70, GROUPS = 3 };
    Fixture alone = {0};
    fixture_open(&alone, NULL);
    for (guint group = 0; group < GROUPS; group++) {
        fixture_begin(fixture->store);
        for (guint i = group * REPORTS; i < (group + 1) * REPORTS; i++) {
            g_autofree char *report = one_of_many(i);
            fixture_put_in(fixture->store, report, TRUST_LOCAL, NULL, STORE_NEW);
            fixture_put(alone.store, report, TRUST_LOCAL, NULL, STORE_NEW);
        }
        fixture_commit(fixture->store);
        g_autofree char *rollups = fixture_rollups(alone.store, NULL);
        g_autofree char *oddities = fixture_oddities(alone.store);
        g_autofree char *oddities_of_group = fixture_oddities(fixture->store);
        fixture_assert_rollups(fixture->store, NULL, rollups);
        fixture_assert_same(oddities_of_group, oddities);
    }
    fixture_assert_rebuild_same(fixture->store);
    fixture_close(&alone, NULL);
}

int
main(int argc, char **argv)
{
    static const FixtureTest tests[] = {
        {"/store/rollup-group/within-a-transaction", test_within},
        {"/store/rollup-group/given-up", test_given_up},
        {"/store/rollup-group/many-rows", test_many_rows},
        {"/store/rollup-group/as-alone", test_group_as_alone},
    };
    g_test_init(&argc, &argv, NULL);
    fixture_add(tests, G_N_ELEMENTS(tests), fixture_open);
    return g_test_run();
}
