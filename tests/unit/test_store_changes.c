/* Following a store: which days and reports have changed since a reader was last there. */
#include "test_store_fixture.h"

#define CLAIM  "org Google Inc.\nid 2023-11-15_a.example\nstart 1700006400\n"
#define GOOGLE CLAIM "contact tls@google.com\n"
#define REAL   GOOGLE "entry sts a.example 100 0 testing:1\n"
#define FORGED GOOGLE "entry sts a.example 7 9999 testing:1\nfail mx x-forged - 9999\n"
#define LATE                                                                                       \
    "org Google Inc.\nid r-late\nstart 1699920000\ncontact tls@google.com\n"                       \
    "entry sts a.example 5 0 testing:1\n"

static StorePosition
position(Store *store)
{
    g_autoptr(GError) error = NULL;
    StorePosition at;
    store_position(store, &at, &error);
    g_assert_no_error(error);
    return at;
}

/* "19676@1 19675@2 ": the changes of KIND after AFTER (which then is the last), keys FIRST to LAST.
 */
static char *
changes_within(Store *store, StoreChangeKind kind, StoreChange *after, gint64 first, gint64 last)
{
    g_autoptr(GError) error = NULL;
    GString *text = g_string_new(NULL);
    gboolean found = TRUE;
    while (found) {
        store_next_change(store, kind, after, first, last, after, &found, &error);
        g_assert_no_error(error);
        if (found)
            g_string_append_printf(text, "%" G_GINT64_FORMAT "@%" G_GINT64_FORMAT " ", after->key,
                                   after->revision);
    }
    return g_string_free(text, FALSE);
}

static void
assert_changes(Store *store, StoreChangeKind kind, StoreChange *after, const char *expected)
{
    g_autofree char *is = changes_within(store, kind, after, G_MININT64, G_MAXINT64);
    g_assert_cmpstr(is, ==, expected);
}

static void
test_late_report(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    StoreChange days = STORE_CHANGE_NONE, reports = STORE_CHANGE_NONE;
    assert_changes(fixture->store, STORE_CHANGE_DAY, &days, "");
    fixture_put(fixture->store, REAL, TRUST_UNVERIFIED, NULL, STORE_NEW);
    assert_changes(fixture->store, STORE_CHANGE_DAY, &days, "19676@1 ");
    fixture_put(fixture->store, LATE, TRUST_UNVERIFIED, NULL, STORE_NEW);
    assert_changes(fixture->store, STORE_CHANGE_DAY, &days, "19675@2 ");
    assert_changes(fixture->store, STORE_CHANGE_REPORT, &reports, "");
    g_assert_cmpint(position(fixture->store).last_report, ==, 2);
    g_assert_cmpint(position(fixture->store).revision, ==, 2);
    /* Who comes for the first time sees both, oldest change first; a span leaves days out. */
    days = STORE_CHANGE_NONE;
    assert_changes(fixture->store, STORE_CHANGE_DAY, &days, "19676@1 19675@2 ");
    days = STORE_CHANGE_NONE;
    g_autofree char *one = changes_within(fixture->store, STORE_CHANGE_DAY, &days, 19675, 19675);
    g_assert_cmpstr(one, ==, "19675@2 ");
}

/* A copy that changes nothing that is told is no change. */
static void
test_duplicate(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    StoreChange days = STORE_CHANGE_NONE, reports = STORE_CHANGE_NONE;
    fixture_put(fixture->store, REAL, TRUST_VERIFIED, "google.com", STORE_NEW);
    assert_changes(fixture->store, STORE_CHANGE_DAY, &days, "19676@1 ");
    fixture_put(fixture->store, REAL, TRUST_UNVERIFIED, NULL, STORE_DUPLICATE);
    assert_changes(fixture->store, STORE_CHANGE_DAY, &days, "");
    assert_changes(fixture->store, STORE_CHANGE_REPORT, &reports, "");
}

/* No new row, and yet other numbers: the same content comes again with more trust. */
static void
test_raised(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    StoreChange days = STORE_CHANGE_NONE, reports = STORE_CHANGE_NONE;
    fixture_put(fixture->store, REAL, TRUST_UNVERIFIED, NULL, STORE_NEW);
    assert_changes(fixture->store, STORE_CHANGE_DAY, &days, "19676@1 ");
    fixture_put(fixture->store, REAL, TRUST_VERIFIED, "google.com", STORE_DUPLICATE);
    assert_changes(fixture->store, STORE_CHANGE_DAY, &days, "19676@2 ");
    assert_changes(fixture->store, STORE_CHANGE_REPORT, &reports, "1@2 ");
}

/* The displaced copy does not count any more: it has to be told again. */
static void
test_displaced(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    StoreChange days = STORE_CHANGE_NONE, reports = STORE_CHANGE_NONE;
    fixture_put(fixture->store, FORGED, TRUST_UNAUTHENTICATED, NULL, STORE_NEW);
    fixture_put(fixture->store, REAL, TRUST_VERIFIED, "google.com", STORE_NEW);
    assert_changes(fixture->store, STORE_CHANGE_DAY, &days, "19676@2 ");
    assert_changes(fixture->store, STORE_CHANGE_REPORT, &reports, "1@2 ");
}

/* What is taken back was never there. */
static void
test_rolled_back(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    StoreChange days = STORE_CHANGE_NONE;
    fixture_begin(fixture->store);
    fixture_put_in(fixture->store, REAL, TRUST_LOCAL, NULL, STORE_NEW);
    store_rollback(fixture->store);
    fixture_put(fixture->store, LATE, TRUST_LOCAL, NULL, STORE_NEW);
    assert_changes(fixture->store, STORE_CHANGE_DAY, &days, "19675@1 ");
}

static void
test_rebuild(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    StoreChange days = STORE_CHANGE_NONE, reports = STORE_CHANGE_NONE;
    gint64 rebuilt, failed;
    fixture_put(fixture->store, FORGED, TRUST_UNAUTHENTICATED, NULL, STORE_NEW);
    fixture_put(fixture->store, REAL, TRUST_VERIFIED, "google.com", STORE_NEW);
    fixture_put(fixture->store, LATE, TRUST_LOCAL, NULL, STORE_NEW);
    assert_changes(fixture->store, STORE_CHANGE_DAY, &days, "19676@2 19675@3 ");
    StorePosition before = position(fixture->store);
    store_rebuild(fixture->store, &rebuilt, &failed, &error);
    g_assert_no_error(error);
    assert_changes(fixture->store, STORE_CHANGE_DAY, &days, "19675@4 19676@4 ");
    assert_changes(fixture->store, STORE_CHANGE_REPORT, &reports, "");
    g_assert_cmpint(position(fixture->store).generation, ==, before.generation + 1);
}

static gboolean
keep_id(gpointer data, const StoreReportRow *row)
{
    g_assert_nonnull(row->raw);
    g_string_append_printf(data, "%" G_GINT64_FORMAT "(%s) ", row->id, row->counts_for);
    return TRUE;
}

static void
test_reports_after(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) ids = g_string_new(NULL);
    StoreQuery query;
    store_query_init(&query);
    for (int i = 0; i < 5; i++) {
        g_autofree char *text = g_strdup_printf(
            "org O\nid r-%d\nstart 1700006400\nentry sts %s 1 0 testing:1\nentry tlsa - 1 0 -\n", i,
            i == 3 ? "b.example" : "a.example,b.example");
        fixture_put(fixture->store, text, TRUST_LOCAL, NULL, STORE_NEW);
    }
    store_each_report_after(fixture->store, &query, 1, 2, keep_id, ids, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(ids->str, ==, "2(a.example,b.example;) 3(a.example,b.example;) ");
    g_string_truncate(ids, 0);
    query.domain = "a.example";
    store_each_report_after(fixture->store, &query, 3, 0, keep_id, ids, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(ids->str, ==, "5(a.example,b.example;) ");
}

static void
test_size(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    gint64 size = 0;
    store_size(fixture->store, &size, &error);
    g_assert_no_error(error);
    g_assert_cmpint(size, >, 10000);
}

int
main(int argc, char **argv)
{
    static const FixtureTest tests[] = {
        {"/store_changes/late_report", test_late_report},
        {"/store_changes/duplicate", test_duplicate},
        {"/store_changes/raised", test_raised},
        {"/store_changes/displaced", test_displaced},
        {"/store_changes/rolled_back", test_rolled_back},
        {"/store_changes/rebuild", test_rebuild},
        {"/store_changes/reports_after", test_reports_after},
        {"/store_changes/size", test_size},
    };
    g_test_init(&argc, &argv, NULL);
    fixture_add(tests, G_N_ELEMENTS(tests), fixture_open);
    return g_test_run();
}
