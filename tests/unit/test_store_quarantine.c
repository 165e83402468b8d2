/* What could not be counted: kept whole, once, and within its room. */
#include "schema/finding.h"
#include "schema/limits.h"
#include "store/store-internal.h"
#include "test_store_fixture.h"

static gint64
keep_in(Store *store, const char *bytes, gsize length, const char *reason_code)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) data = g_bytes_new(bytes, length);
    StoreQuarantine item = {.reason_code = reason_code,
                            .outcome = "defective",
                            .reason = "because",
                            .bytes = data,
                            .full_size = length,
                            .road = "file",
                            .received = DAY0};
    gint64 id = 0;
    store_put_quarantine(store, &item, &id, &error);
    g_assert_no_error(error);
    return id;
}

static gint64
keep(Store *store, const char *text, const char *reason_code)
{
    fixture_begin(store);
    gint64 id = keep_in(store, text, strlen(text), reason_code);
    fixture_commit(store);
    return id;
}

static gboolean
list_row(gpointer data, const StoreQuarantineRow *row)
{
    g_string_append_printf(data, "q%" G_GINT64_FORMAT "x%" G_GINT64_FORMAT " ", row->id,
                           row->times_seen);
    return TRUE;
}

static void
assert_list(Store *store, guint limit, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) list = g_string_new(NULL);
    store_each_quarantine(store, 0, limit, list_row, list, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(list->str, ==, expected);
}

static gboolean
check_row(gpointer data, const StoreQuarantineRow *row)
{
    g_autoptr(GBytes) whole = g_bytes_new_static("From x\0\xff", 8);
    *(gboolean *)data = TRUE;
    g_assert_cmpint(row->id, ==, 1);
    g_assert_cmpint(row->received, ==, 1700099999);
    g_assert_cmpstr(row->outcome, ==, "too-large");
    g_assert_cmpstr(row->reason_code, ==, "message-too-large");
    g_assert_cmpstr(row->reason, ==, "the message has 99 octets");
    g_assert_cmpstr(row->findings_json, ==,
                    "[{\"kind\":\"defect\",\"code\":\"c\",\"pointer\":\"\",\"clause\":\"RFC\","
                    "\"fact\":\"f\"}]");
    g_assert_cmpstr(row->road, ==, "lmtp");
    g_assert_cmpstr(row->source, ==, "192.0.2.1");
    g_assert_cmpstr(row->part, ==, "a.json");
    g_assert_true(row->is_message);
    g_assert_cmpuint(row->full_size, ==, 99);
    g_assert_cmpint(row->times_seen, ==, 1);
    g_assert_true(row->bytes == NULL || g_bytes_equal(row->bytes, whole));
    return row->bytes == NULL;
}

static void
test_fields(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) findings = findings_new();
    g_autoptr(GBytes) bytes = g_bytes_new_static("From x\0\xff", 8);
    StoreQuarantine item = {.reason_code = "message-too-large",
                            .outcome = "too-large",
                            .reason = "the message has 99 octets",
                            .findings = findings,
                            .bytes = bytes,
                            .full_size = 99,
                            .is_message = TRUE,
                            .road = "lmtp",
                            .source = "192.0.2.1",
                            .part = "a.json",
                            .received = 1700099999};
    gint64 id;
    gboolean listed = FALSE, shown = FALSE;
    findings_add(findings, FINDING_DEFECT, "c", "", "RFC", "f");
    fixture_begin(fixture->store);
    g_assert_true(store_put_quarantine(fixture->store, &item, &id, &error));
    fixture_commit(fixture->store);
    g_assert_true(store_each_quarantine(fixture->store, 0, 0, check_row, &listed, &error));
    g_assert_true(store_get_quarantine(fixture->store, id, check_row, &shown, &error));
    g_assert_true(listed && shown);
}

static void
test_once(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Store *store = fixture->store;
    g_assert_cmpint(keep(store, "same", "json-syntax"), ==, 1);
    g_assert_cmpint(keep(store, "same", "not-ours"), ==, 2);
    g_assert_cmpint(keep(store, "other", "json-syntax"), ==, 3);
    g_assert_cmpint(keep(store, "same", "json-syntax"), ==, 1);
    g_assert_cmpint(keep(store, "", "empty"), ==, 4);
    g_assert_cmpint(keep(store, "", "empty"), ==, 4);
    assert_list(store, 0, "q4x2 q3x1 q2x1 q1x2 ");
    assert_list(store, 2, "q4x2 q3x1 ");
    g_assert_cmpint(fixture_counts(store).quarantined, ==, 4);
    g_assert_cmpint(fixture_counts(store).reports, ==, 0);
}

static void
test_drop(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    Store *store = fixture->store;
    keep(store, "one", "x");
    keep(store, "two", "x");
    g_assert_false(store_drop_quarantine(store, 2, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INTERNAL); /* outside a transaction */
    g_clear_error(&error);
    fixture_begin(store);
    g_assert_true(store_drop_quarantine(store, 2, &error));
    g_assert_false(store_drop_quarantine(store, 2, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND);
    g_clear_error(&error);
    fixture_commit(store); /* asking for what is not there spoils nothing */
    g_assert_false(store_get_quarantine(store, 2, check_row, NULL, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND);
    assert_list(store, 0, "q1x1 ");
    g_assert_cmpint(fixture_counts(store).quarantined, ==, 1);
    g_assert_cmpint(fixture_counts(store).quarantine_dropped, ==, 0);
    /* "q2" was told to somebody: it never means another entry. */
    g_assert_cmpint(keep(store, "three", "x"), ==, 3);
}

static void
test_entries_limit(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Store *store = fixture->store;
    fixture_begin(store);
    for (guint i = 0; i < LIMIT_QUARANTINE_ENTRIES + 2; i++)
        keep_in(store, (const char *)&i, sizeof i, "x");
    fixture_commit(store);
    g_assert_cmpint(fixture_counts(store).quarantined, ==, LIMIT_QUARANTINE_ENTRIES);
    g_assert_cmpint(fixture_counts(store).quarantine_dropped, ==, 2);
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) gone = g_string_new(NULL);
    g_assert_false(store_get_quarantine(store, 2, list_row, gone, &error));
    g_assert_true(store_get_quarantine(store, 3, list_row, gone, NULL));
    g_assert_cmpstr(gone->str, ==, "q3x1 ");
}

/* Sizes are believed from the rows, so the rows are made to say that they are large. */
static void
test_bytes_limit(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Store *store = fixture->store;
    g_autoptr(GError) error = NULL;
    g_autofree char *large = g_strnfill(20 * 1024 * 1024, 'x');
    keep(store, "1", "x");
    keep(store, "2", "x");
    keep(store, "3", "x");
    g_assert_true(store->driver->exec(
        store->connection,
        "UPDATE quarantine SET size = 178000000;"
        "UPDATE counter SET value = 3 * 178000000 WHERE name = 'quarantine_bytes'",
        &error));
    keep(store, large, "x"); /* 534 MB and 21 MB: one has to go */
    assert_list(store, 0, "q4x1 q3x1 q2x1 ");
    g_assert_cmpint(fixture_counts(store).quarantine_dropped, ==, 1);
    keep(store, "5", "x"); /* 377 MB: all find room */
    assert_list(store, 0, "q5x1 q4x1 q3x1 q2x1 ");
}

static gboolean
keep_size(gpointer data, const StoreQuarantineRow *row)
{
    *(gsize *)data = g_bytes_get_size(row->bytes);
    g_assert_cmpuint(row->full_size, ==, 100 * 1024 * 1024);
    return TRUE;
}

/* One entry that is out of all proportion is cut, and pushes nothing out. */
static void
test_giant(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    gsize length = 100 * 1024 * 1024, kept = 0;
    g_autofree char *giant = g_strnfill(length, 'x');
    keep(fixture->store, "1", "x");
    gint64 id = keep(fixture->store, giant, "x");
    g_assert_true(store_get_quarantine(fixture->store, id, keep_size, &kept, NULL));
    g_assert_cmpuint(kept, ==, LIMIT_QUARANTINE_CUT_BYTES);
    g_assert_cmpint(keep(fixture->store, giant, "x"), ==, id);
    assert_list(fixture->store, 0, "q2x2 q1x1 ");
}

static gboolean
take_bytes(gpointer data, const StoreQuarantineRow *row)
{
    *(GBytes **)data = g_bytes_ref(row->bytes);
    return TRUE;
}

/* What is too large to be copied on its way into the database comes out as it went in. */
static void
test_large(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static const gsize sizes[] = {1024 * 1024 - 1, 1024 * 1024, 3 * 1024 * 1024 + 5};
    g_autoptr(GError) error = NULL;
    Store *store = fixture->store;
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *octets = g_malloc(sizes[i]);
        for (gsize at = 0; at < sizes[i]; at++)
            octets[at] = (char)(at * 7 + at / 253);
        fixture_begin(store);
        gint64 id = keep_in(store, octets, sizes[i], "json-syntax");
        fixture_commit(store);
        g_autoptr(GBytes) kept = NULL;
        g_assert_true(store_get_quarantine(store, id, take_bytes, &kept, &error));
        g_autoptr(GBytes) wanted = g_bytes_new_static(octets, sizes[i]);
        g_assert_true(g_bytes_equal(kept, wanted));
    }
}

int
main(int argc, char **argv)
{
    static const FixtureTest tests[] = {
        {"/store/quarantine/fields", test_fields},
        {"/store/quarantine/once", test_once},
        {"/store/quarantine/drop", test_drop},
        {"/store/quarantine/entries-limit", test_entries_limit},
        {"/store/quarantine/bytes-limit", test_bytes_limit},
        {"/store/quarantine/giant", test_giant},
        {"/store/quarantine/large", test_large},
    };
    g_test_init(&argc, &argv, NULL);
    fixture_add(tests, G_N_ELEMENTS(tests), fixture_open);
    return g_test_run();
}
