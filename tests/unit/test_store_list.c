/* Single reports read back: their fields, their order, and what a query leaves out. */
#include "schema/finding.h"
#include "store/store-internal.h"
#include "test_store_fixture.h"

/* While the rows of one statement come, others may be asked, the same one too. */
static gboolean
read_within(gpointer data, const StoreReportRow *row)
{
    Store *store = data;
    g_autofree char *id = g_strdup_printf("r%" G_GINT64_FORMAT ":", row->id);
    g_autofree char *flags = fixture_flags(store);
    g_assert_nonnull(strstr(flags, id));
    g_assert_cmpint(fixture_counts(store).reports, ==, 5);
    return row->id != 2; /* and the reading may end before the last row */
}

static void
test_nested(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    StoreQuery all;
    store_query_init(&all);
    for (guint i = 0; i < 5; i++) {
        g_autofree char *text = g_strdup_printf("org A\nid %u\nstart 1700006400\n", i);
        fixture_put(fixture->store, text, TRUST_LOCAL, NULL, STORE_NEW);
    }
    for (guint round = 0; round < 2; round++) {
        if (round == 1)
            g_assert_true(store_begin_read(fixture->store, &error));
        g_assert_true(
            store_each_report(fixture->store, &all, 0, read_within, fixture->store, &error));
        g_assert_cmpint(fixture_counts(fixture->store).reports, ==, 5);
    }
    store_end_read(fixture->store);
}

/* Texts that are no UTF-8, or too long for an index, are kept where they can be, and are in
 * nobody's way. */
static void
test_odd_texts(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *reason = g_strnfill(4096, 'x');
    g_autofree char *word = g_strnfill(1024, 'y');
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    for (guint i = 0; i < 4096; i++) /* so that nothing shrinks it */
        reason[i] = (char)g_rand_int_range(random, 'A', 'z');
    for (guint i = 0; i < 2; i++) {
        g_autofree char *text =
            g_strdup_printf("org %s\nid %u\nstart 1700006400\nentry sts a.example 1 1 testing:1\n"
                            "fail mx1.a.example %s %s 1\n",
                            word, i, word, reason);
        fixture_put(fixture->store, text, TRUST_LOCAL, NULL, STORE_NEW);
    }
    g_autofree char *rollups = fixture_rollups(fixture->store, NULL);
    g_assert_nonnull(strstr(rollups, reason));
    g_assert_nonnull(strstr(rollups, "sessions=2"));
    fixture_assert_rebuild_same(fixture->store);
}

static gboolean
check_report(gpointer data, const StoreReportRow *row)
{
    *(gboolean *)data = TRUE;
    g_assert_cmpint(row->id, ==, 1);
    g_assert_cmpint(row->day, ==, DAY0_NUMBER);
    g_assert_cmpint(row->start, ==, DAY0);
    g_assert_cmpint(row->end, ==, DAY0 + 86399);
    g_assert_cmpint(row->received, ==, 1700099999);
    g_assert_cmpstr(row->sender, ==, "Google Inc. (via mail.example)");
    g_assert_cmpstr(row->organization_name, ==, " Google  Inc.");
    g_assert_cmpstr(row->contact_info, ==, "tls@google.com");
    g_assert_cmpstr(row->report_id, ==, "r-1");
    g_assert_cmpstr(row->domains, ==, "b.example,a.example");
    g_assert_cmpint(row->trust, ==, TRUST_VERIFIED);
    g_assert_cmpstr(row->authenticated_by, ==, "mail.example");
    g_assert_cmpstr(row->hint_domain, ==, "b.example");
    g_assert_cmpstr(row->road, ==, "pipe");
    g_assert_cmpstr(row->source, ==,
                    "in\xef\xbf\xbd"
                    "box:12");
    g_assert_cmpint(row->times_seen, ==, 1);
    g_assert_true(row->counted);
    g_assert_cmpint(row->counted_instead, ==, 0);
    g_assert_cmpuint(row->deviations, ==, 1);
    g_assert_cmpstr(row->findings_json, ==,
                    "[{\"kind\":\"deviation\",\"code\":\"some-code\",\"pointer\":\"/policies/0\","
                    "\"clause\":\"RFC 8460 4.4\",\"fact\":\"a \\\"fact\\\"\"}]");
    g_assert_cmpint(row->successful, ==, 17);
    g_assert_cmpint(row->failed, ==, 3);
    g_autoptr(GBytes) raw = g_bytes_new_static("r\0w", 3);
    g_assert_true(row->raw == NULL || g_bytes_equal(row->raw, raw));
    return row->raw == NULL;
}

static void
test_report_fields(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) findings = findings_new();
    g_autoptr(GBytes) raw = g_bytes_new_static("r\0w", 3);
    g_autoptr(Report) report =
        fixture_report("org  Google  Inc.\ncontact tls@google.com\nid r-1\nstart 1700006400\n"
                       "entry sts b.example,a.example 10 2 -\nentry tlsa - 1 0 -\n"
                       "entry tlsa a.example 6 1 -\n");
    findings_add(findings, FINDING_DEVIATION, "some-code", "/policies/0", "RFC 8460 4.4",
                 "a \"fact\"");
    StoreReport item = {.report = report,
                        .raw = raw,
                        .trust = TRUST_VERIFIED,
                        .authenticated_by = "mail.example",
                        .hint_domain = "b.example",
                        .road = "pipe",
                        .source = "in\xff"
                                  "box:12",
                        .findings = findings,
                        .received = 1700099999};
    StorePut put;
    StoreQuery all;
    gint64 id;
    gboolean listed = FALSE, shown = FALSE;
    store_query_init(&all);
    fixture_begin(fixture->store);
    g_assert_true(store_put_report(fixture->store, &item, &put, &id, &error));
    fixture_commit(fixture->store);
    g_assert_true(store_each_report(fixture->store, &all, 0, check_report, &listed, &error));
    g_assert_true(store_get_report(fixture->store, id, check_report, &shown, &error));
    g_assert_true(listed && shown);
    g_assert_false(store_get_report(fixture->store, id + 1, check_report, NULL, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND);
}

static gboolean
list_id(gpointer data, const StoreReportRow *row)
{
    g_string_append_printf(data, "%" G_GINT64_FORMAT " ", row->id);
    return TRUE;
}

static void
assert_list(Store *store, const StoreQuery *query, guint limit, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) ids = g_string_new(NULL);
    store_each_report(store, query, limit, list_id, ids, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(ids->str, ==, expected);
}

static void
test_list_filters(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static const char *const texts[] = {
        "org A\ncontact a@a.com\nid 1\nstart 1700006400\n"
        "entry sts x.example 1 0 -\nentry tlsa y.example,z.example 1 0 -\n",
        "org A\nid 2\nstart 1700092800\nentry sts y.example 1 0 -\n",
        "org AA\nid 3\nstart 1700179200\nentry sts sub.x.example 1 0 -\n",
        "org B\nid 4\nstart 1700265600\nentry sts - 1 0 -\n"};
    StoreQuery query;
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        fixture_put(fixture->store, texts[i], i == 0 ? TRUST_VERIFIED : TRUST_LOCAL,
                    i == 0 ? "other.example" : NULL, STORE_NEW);
    store_query_init(&query);
    assert_list(fixture->store, &query, 0, "4 3 2 1 ");
    assert_list(fixture->store, &query, 3, "4 3 2 ");
    query.domain = "x.example";
    assert_list(fixture->store, &query, 0, "1 ");
    query.domain = "y.example";
    assert_list(fixture->store, &query, 0, "2 1 ");
    assert_list(fixture->store, &query, 1, "2 ");
    query.domain = "z.example";
    assert_list(fixture->store, &query, 0, "1 ");
    query.domain = ",";
    assert_list(fixture->store, &query, 0, "");
    query.domain = NULL;
    query.sender = "A";
    assert_list(fixture->store, &query, 0, "2 1 ");
    query.sender = "A (via other.example)";
    assert_list(fixture->store, &query, 0, "1 ");
    query.sender = NULL;
    query.since_day = DAY0_NUMBER + 1;
    query.until_day = DAY0_NUMBER + 2;
    assert_list(fixture->store, &query, 0, "3 2 ");
}

/* Reports come in any order of their days. */
static void
test_list_days(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static const struct {
        guint day;
        const char *rest;
    } reports[] = {
        {3, "entry sts x.example 1 1 -\n"}, {0, "entry sts x.example 1 0 -\n"},
        {5, "entry sts y.example 1 2 -\n"}, {1, "entry sts y.example 1 0 -\n"},
        {3, "entry sts x.example 1 0 -\n"}, {9, "entry sts x.example 1 4 -\n"},
        {0, "entry sts y.example 1 1 -\n"},
    };
    StoreQuery query;
    store_query_init(&query);
    query.since_day = DAY0_NUMBER;
    assert_list(fixture->store, &query, 0, "");
    for (guint i = 0; i < G_N_ELEMENTS(reports); i++) {
        g_autofree char *text =
            g_strdup_printf("org A\nid %u\nstart %" G_GINT64_FORMAT "\n%s", i,
                            DAY0 + (gint64)reports[i].day * 86400, reports[i].rest);
        fixture_put(fixture->store, text, TRUST_LOCAL, NULL, STORE_NEW);
    }
    assert_list(fixture->store, &query, 0, "7 6 5 4 3 2 1 ");
    query.until_day = DAY0_NUMBER;
    assert_list(fixture->store, &query, 0, "7 2 ");
    query.since_day = G_MININT32;
    query.until_day = DAY0_NUMBER + 1;
    assert_list(fixture->store, &query, 0, "7 4 2 ");
    query.before_id = 7;
    assert_list(fixture->store, &query, 0, "4 2 ");
    query.before_id = 0;
    query.since_day = DAY0_NUMBER + 2;
    query.until_day = DAY0_NUMBER + 8;
    assert_list(fixture->store, &query, 0, "5 3 1 ");
    assert_list(fixture->store, &query, 2, "5 3 ");
    query.failing = TRUE;
    assert_list(fixture->store, &query, 0, "3 1 ");
    query.domain = "y.example";
    assert_list(fixture->store, &query, 0, "3 ");
    query.since_day = DAY0_NUMBER + 6;
    assert_list(fixture->store, &query, 0, "");
}

int
main(int argc, char **argv)
{
    static const FixtureTest tests[] = {
        {"/store/report/nested", test_nested},        {"/store/report/odd-texts", test_odd_texts},
        {"/store/report/fields", test_report_fields}, {"/store/report/filters", test_list_filters},
        {"/store/report/days", test_list_days},
    };
    g_test_init(&argc, &argv, NULL);
    fixture_add(tests, G_N_ELEMENTS(tests), fixture_open);
    return g_test_run();
}
