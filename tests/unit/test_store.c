/* Statements, transactions, and who else writes. */
#include "store/sql_text.h"
#include "store/store-internal.h"
#include "test_store_fixture.h"

#define REPORT                                                                                     \
    "org Google Inc.\ncontact tls@google.com\nid r-1\nstart 1700006400\n"                          \
    "entry sts a.example 10 2 testing:1\n"

/* ---- statements ------------------------------------------------------------------------ */

static void
test_statements(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_auto(GStrv) names = sql_text_names();
    g_assert_cmpuint(g_strv_length(names), >, 20);
    for (guint i = 0; names[i] != NULL; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Statement) statement =
            statement_get(fixture->store->statements, names[i], &error);
        g_assert_no_error(error);
        g_assert_nonnull(statement);
    }
}

static void
test_placeholders(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static const char *const refused[] = {
        "SELECT 1; SELECT 2", "SELECT 1; garbage", "SELECT ?",   "SELECT ?1", "SELECT :a",
        "SELECT $a",          "SELECT $0",         "SELECT $33", "",          "-- nothing"};
    g_autoptr(GError) error = NULL;
    gboolean row;
    const Driver *driver = fixture->store->driver;
    DriverConnection *connection = fixture->store->connection;
    for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_test_message("%s", refused[i]);
        g_assert_null(driver->prepare(connection, refused[i], &error));
        g_assert_error(error, STORE_ERROR, STORE_ERROR_INTERNAL);
        g_clear_error(&error);
    }
    /* $2 stands first, and is still the second. */
    DriverStatement *statement =
        driver->prepare(connection, "SELECT $2, $1, $2 -- and a comment\n;  /* more */ ", &error);
    g_assert_no_error(error);
    driver->bind_int(statement, 1, 11);
    driver->bind_text(statement, 2, "22");
    g_assert_true(driver->step(statement, &row, &error));
    g_assert_cmpstr(driver->column_text(statement, 0), ==, "22");
    g_assert_cmpint(driver->column_int(statement, 1), ==, 11);
    driver->reset(statement);
    /* One left out, and one too many. */
    driver->bind_int(statement, 1, 11);
    g_assert_false(driver->step(statement, &row, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INTERNAL);
    g_clear_error(&error);
    driver->reset(statement);
    for (int i = 1; i <= 3; i++)
        driver->bind_int(statement, i, i);
    g_assert_false(driver->step(statement, &row, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INTERNAL);
    driver->finalize(statement);
}

/* ---- transactions ---------------------------------------------------------------------- */

static void
test_transactions(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    StorePut put;
    gint64 id;
    Store *store = fixture->store;

    g_assert_false(fixture_try(store, REPORT, TRUST_LOCAL, NULL, &put, &id, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INTERNAL);
    g_clear_error(&error);
    g_assert_false(store_commit(store, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INTERNAL);
    g_clear_error(&error);
    store_rollback(store);

    fixture_begin(store);
    g_assert_false(store_begin(store, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INTERNAL);
    fixture_put_in(store, REPORT, TRUST_LOCAL, NULL, STORE_NEW);
    g_assert_cmpint(fixture_counts(store).reports, ==, 1);
    store_rollback(store);
    g_assert_cmpint(fixture_counts(store).reports, ==, 0);
    g_autofree char *none = fixture_rollups(store, NULL);
    g_assert_cmpstr(none, ==, "");
    /* Names that were new in what was rolled back are new again. */
    fixture_put(store, REPORT, TRUST_LOCAL, NULL, STORE_NEW);
    g_autofree char *one = fixture_rollups(store, NULL);
    g_assert_nonnull(strstr(one, "a.example|Google Inc.|sts|testing|local reports=1 ok=10"));
    /* Closing rolls back. */
    fixture_begin(store);
    fixture_put_in(store, "org X\nid 2\nstart 1700006400\n", TRUST_LOCAL, NULL, STORE_NEW);
    store_close(store);
    fixture->store = fixture_another(fixture);
    g_assert_cmpint(fixture_counts(fixture->store).reports, ==, 1);
}

/* A summary in several readings sees one state, while others write. */
static void
test_one_view(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Store) reader = NULL;
    fixture_put(fixture->store, REPORT, TRUST_LOCAL, NULL, STORE_NEW);
    reader = store_open(fixture->path, STORE_READ, 0, &error);
    g_assert_no_error(error);
    g_assert_true(store_begin_read(reader, &error));
    fixture_put(fixture->store, "org X\nid 2\nstart 1700006400\nentry sts b.example 1 0 -\n",
                TRUST_LOCAL, NULL, STORE_NEW);
    g_assert_cmpint(fixture_counts(reader).reports, ==, 1);
    g_autofree char *before = fixture_rollups(reader, NULL);
    g_assert_null(strstr(before, "b.example"));
    store_end_read(reader);
    g_assert_cmpint(fixture_counts(reader).reports, ==, 2);
    g_autofree char *after = fixture_rollups(reader, NULL);
    g_assert_nonnull(strstr(after, "b.example"));
}

static void
test_reader_cannot_write(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    fixture_put(fixture->store, REPORT, TRUST_LOCAL, NULL, STORE_NEW);
    g_autoptr(Store) reader = store_open(fixture->path, STORE_READ, 0, &error);
    g_assert_no_error(error);
    StorePut put;
    gint64 id;
    if (store_begin(reader, &error))
        fixture_try(reader, "org X\nid 2\nstart 1700006400\n", TRUST_LOCAL, NULL, &put, &id,
                    &error);
    g_assert_error(error, STORE_ERROR, STORE_ERROR_IO);
}

/* Two processes that write in turns keep all; names that one has made the other knows. */
static gpointer
write_in_turns(gpointer data)
{
    const Fixture *fixture = data;
    Store *store = fixture_another(fixture);
    for (guint i = 0; i < 50; i++) {
        g_autofree char *text = g_strdup_printf(
            "org Turn %p\nid %u\nstart 1700006400\nentry sts a.example 1 0 -\n", (void *)store, i);
        fixture_put(store, text, TRUST_LOCAL, NULL, STORE_NEW);
        g_autofree char *shared =
            g_strdup_printf("org Shared\nid %u\nstart 1700006400\nentry sts a.example 1 0 -\n", i);
        StorePut put;
        gint64 id;
        fixture_begin(store);
        g_assert_true(fixture_try(store, shared, TRUST_LOCAL, NULL, &put, &id, NULL));
        fixture_commit(store);
    }
    store_close(store);
    return NULL;
}

static void
test_two_writers(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    GThread *threads[2];
    for (guint i = 0; i < 2; i++)
        threads[i] = g_thread_new("writer", write_in_turns, fixture);
    for (guint i = 0; i < 2; i++)
        g_thread_join(threads[i]);
    StoreCounts counts = fixture_counts(fixture->store);
    g_assert_cmpint(counts.reports, ==, 150);
    g_assert_cmpint(counts.duplicates_seen, ==, 50);
    g_autofree char *rollups = fixture_rollups(fixture->store, NULL);
    g_assert_nonnull(strstr(rollups, "a.example|Shared|sts|-|local reports=50 ok=50"));
    fixture_assert_rebuild_same(fixture->store);
}

/* A group of reports, many of them copies of few claims, told beforehand or not. */
static void
put_group(Store *store, guint first, guint n, gboolean expect)
{
    static const char *const signers[] = {"google.com", "evil.example", NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) reports =
        g_ptr_array_new_with_free_func((GDestroyNotify)(void (*)(void))report_free);
    g_autoptr(GPtrArray) prepared =
        g_ptr_array_new_with_free_func((GDestroyNotify)(void (*)(void))store_prepared_free);
    g_autoptr(GPtrArray) raws =
        g_ptr_array_new_with_free_func((GDestroyNotify)(void (*)(void))g_bytes_unref);
    g_autofree StoreReport *items = g_new0(StoreReport, n);
    g_autofree const StoreReport **list = g_new0(const StoreReport *, n);
    for (guint i = 0; i < n; i++) {
        guint number = first + i;
        g_autofree char *text = g_strdup_printf(
            "org Google Inc.\ncontact t@google.com\nid r-%u\nstart %" G_GINT64_FORMAT
            "\nentry sts a.example %u 1 testing:%u\nfail mx1.a.example odd - 1\n"
            "entry sts d%u.example 1 1 enforce:%u\nfail mx%u.example odd because-%u 1\n",
            number % 3, DAY0 + 86400 * (gint64)(number % 3), number % 50, number % 2, number % 50,
            number % 50, number % 25, number % 10);
        Trust trust = (Trust)(number * 7 % 4);
        g_ptr_array_add(reports, fixture_report(text));
        g_ptr_array_add(raws, g_bytes_new(text, strlen(text)));
        items[i] =
            (StoreReport){.report = g_ptr_array_index(reports, i),
                          .raw = g_ptr_array_index(raws, i),
                          .trust = trust,
                          .authenticated_by = trust == TRUST_VERIFIED ? signers[i % 2] : NULL,
                          .road = "file"};
        if (number % 5 != 0) { /* some are not prepared */
            g_ptr_array_add(prepared, store_prepare(&items[i]));
            items[i].prepared = g_ptr_array_index(prepared, prepared->len - 1);
        }
        list[i] = &items[i];
    }
    fixture_begin(store);
    if (expect)
        g_assert_true(store_expect(store, list, n, &error));
    for (guint i = 0; i < n; i++) {
        StorePut put;
        gint64 id;
        g_assert_true(store_put_report(store, &items[i], &put, &id, &error));
    }
    fixture_commit(store);
}

static void
test_expected(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Fixture other = {0};
    fixture_open(&other, NULL);
    for (guint group = 0; group < 6; group++) { /* more copies than are kept of one claim */
        put_group(fixture->store, group * 40, 40, TRUE);
        put_group(other.store, group * 40, 40, FALSE);
    }
    g_autofree char *rollups = fixture_rollups(fixture->store, NULL);
    g_autofree char *flags = fixture_flags(fixture->store);
    g_autofree char *expected_rollups = fixture_rollups(other.store, NULL);
    g_autofree char *expected_flags = fixture_flags(other.store);
    fixture_assert_same(rollups, expected_rollups);
    g_assert_cmpstr(flags, ==, expected_flags);
    StoreCounts counts = fixture_counts(fixture->store), expected = fixture_counts(other.store);
    g_assert_cmpmem(&counts, sizeof counts, &expected, sizeof expected);
    g_assert_cmpint(counts.uncounted, >, 20);
    g_assert_cmpint(counts.duplicates_seen, >, 20);
    fixture_assert_rebuild_same(fixture->store);
    fixture_close(&other, NULL);
}

/* ---- other writers --------------------------------------------------------------------- */

static void
assert_others(Store *store, gboolean expected)
{
    gboolean others = !expected;
    g_autoptr(GError) error = NULL;
    store_others_wrote(store, &others, &error);
    g_assert_no_error(error);
    g_assert_cmpint(others, ==, expected);
}

/* Whether somebody else is at work, by which a prune goes fast or slowly. */
static void
test_others(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static const char report[] = "org A\nid 1\nstart 1700006400\nentry sts x.example 1 0 -\n";
    static const char more[] = "org A\nid 2\nstart 1700006400\nentry sts x.example 1 0 -\n";
    Store *other = fixture_another(fixture);
    assert_others(fixture->store, FALSE);
    fixture_put(other, report, TRUST_LOCAL, NULL, STORE_NEW);
    assert_others(fixture->store, TRUE);
    assert_others(fixture->store, FALSE);
    fixture_put(other, report, TRUST_LOCAL, NULL, STORE_DUPLICATE);
    assert_others(fixture->store, TRUE);
    fixture_put(fixture->store, more, TRUST_LOCAL, NULL, STORE_NEW);
    assert_others(fixture->store, FALSE);
    assert_others(other, TRUE);
    fixture_put(other, more, TRUST_LOCAL, NULL, STORE_DUPLICATE);
    fixture_put(fixture->store, report, TRUST_LOCAL, NULL, STORE_DUPLICATE);
    assert_others(other, TRUE);
    store_close(other);
}

int
main(int argc, char **argv)
{
    static const FixtureTest tests[] = {
        {"/store/statement/all-prepare", test_statements},
        {"/store/statement/placeholders", test_placeholders},
        {"/store/transaction/rollback", test_transactions},
        {"/store/transaction/one-view", test_one_view},
        {"/store/transaction/reader-cannot-write", test_reader_cannot_write},
        {"/store/transaction/two-writers", test_two_writers},
        {"/store/report/expected", test_expected},
        {"/store/others", test_others},
    };
    g_test_init(&argc, &argv, NULL);
    fixture_add(tests, G_N_ELEMENTS(tests), fixture_open);
    return g_test_run();
}
