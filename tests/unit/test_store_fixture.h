/* test_store_fixture.h: stores in a temporary folder, and their content as text. */
#pragma once

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "schema/day.h"
#include "store/driver.h"
#include "store/store-internal.h"
#include "test_store_report.h"

/* ---- stores ---------------------------------------------------------------------------- */

/* With TLSGAUGE_POSTGRESQL set (see tests/support/postgresql.py) each store is a schema of its own
 * there, else a file. */
static inline const char *
fixture_server(void)
{
    return g_getenv("TLSGAUGE_POSTGRESQL");
}

typedef struct {
    char *folder; /* NULL on a server */
    char *path;   /* of the file, or the URI */
    Store *store; /* NULL until fixture_open */
} Fixture;

/* Runs SQL beside all stores. */
static inline void
fixture_exec(const char *uri, const char *sql)
{
#ifdef HAVE_LIBPQ
    g_autoptr(GError) error = NULL;
    DriverConnection *connection = driver_postgresql.open(uri, STORE_WRITE, 5000, &error);
    g_assert_no_error(error);
    driver_postgresql.exec(connection, sql, &error);
    g_assert_no_error(error);
    driver_postgresql.close(connection);
#else
    g_error("cannot run %s at %s", sql, uri);
#endif
}

/* An empty schema, and the URI of it. */
static inline char *
fixture_schema(void)
{
    static guint number;
    g_autofree char *name = g_strdup_printf("t%d_%u", (int)getpid(), ++number);
    g_autofree char *sql = g_strdup_printf("CREATE SCHEMA %s", name);
    fixture_exec(fixture_server(), sql);
    return g_strdup_printf("%s&options=-csearch_path%%3D%s", fixture_server(), name);
}

/* What only a file can show. */
static inline gboolean
fixture_needs_file(void)
{
    if (fixture_server() != NULL)
        g_test_skip("about SQLite");
    return fixture_server() != NULL;
}

static inline Store *
fixture_another(const Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    int wait_ms = fixture_server() != NULL ? 60000 : 5000; /* other tests may load the machine */
    Store *store = store_open(fixture->path, STORE_WRITE, wait_ms, &error);
    g_assert_no_error(error);
    store_set_decoder(store, fixture_decode, NULL);
    return store;
}

static inline void
fixture_folder(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    if (fixture_server() != NULL) {
        fixture->path = fixture_schema();
        return;
    }
    fixture->folder = g_dir_make_tmp("tlsgauge-store-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->folder, "reports.db", NULL);
}

static inline void
fixture_open(Fixture *fixture, gconstpointer data)
{
    fixture_folder(fixture, data);
    fixture->store = fixture_another(fixture);
}

static inline void
fixture_close(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    store_close(fixture->store);
    if (fixture_server() != NULL) {
        const char *name = g_strrstr(fixture->path, "%3D") + 3;
        g_autofree char *sql = g_strdup_printf("DROP SCHEMA %s CASCADE", name);
        fixture_exec(fixture_server(), sql);
        g_free(fixture->path);
        return;
    }
    g_autoptr(GDir) dir = g_dir_open(fixture->folder, 0, NULL);
    for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
        g_autofree char *path = g_build_filename(fixture->folder, name, NULL);
        g_assert_cmpint(g_remove(path), ==, 0);
    }
    g_assert_cmpint(g_rmdir(fixture->folder), ==, 0);
    g_free(fixture->folder);
    g_free(fixture->path);
}

typedef struct {
    const char *path;
    void (*test)(Fixture *fixture, gconstpointer data);
} FixtureTest;

/* SET_UP: fixture_open or fixture_folder. */
static inline void
fixture_add(const FixtureTest *tests, gsize n, void (*set_up)(Fixture *fixture, gconstpointer data))
{
    for (gsize i = 0; i < n; i++)
        g_test_add(tests[i].path, Fixture, NULL, set_up, tests[i].test, fixture_close);
}

static inline void
fixture_begin(Store *store)
{
    g_autoptr(GError) error = NULL;
    store_begin(store, &error);
    g_assert_no_error(error);
}

static inline void
fixture_commit(Store *store)
{
    g_autoptr(GError) error = NULL;
    store_commit(store, &error);
    g_assert_no_error(error);
}

/* ---- taking in ------------------------------------------------------------------------- */

static inline gboolean
fixture_try(Store *store, const char *text, Trust trust, const char *authenticated_by,
            StorePut *ret_put, gint64 *ret_id, GError **error)
{
    g_autoptr(Report) report = fixture_report(text);
    g_autoptr(GBytes) raw = g_bytes_new(text, strlen(text));
    g_autoptr(GPtrArray) findings = fixture_findings(text);
    g_assert_nonnull(report);
    StoreReport item = {.report = report,
                        .raw = raw,
                        .trust = trust,
                        .authenticated_by = authenticated_by,
                        .road = "file",
                        .findings = findings,
                        .received = DAY0 + 100000};
    return store_put_report(store, &item, ret_put, ret_id, error);
}

/* Puts inside the open transaction; returns the id. */
static inline gint64
fixture_put_in(Store *store, const char *text, Trust trust, const char *authenticated_by,
               StorePut expected)
{
    g_autoptr(GError) error = NULL;
    StorePut put;
    gint64 id;
    fixture_try(store, text, trust, authenticated_by, &put, &id, &error);
    g_assert_no_error(error);
    g_assert_cmpint(put, ==, expected);
    return id;
}

/* The same in a transaction of its own. */
static inline gint64
fixture_put(Store *store, const char *text, Trust trust, const char *authenticated_by,
            StorePut expected)
{
    fixture_begin(store);
    gint64 id = fixture_put_in(store, text, trust, authenticated_by, expected);
    fixture_commit(store);
    return id;
}

/* ---- content as text ------------------------------------------------------------------- */

static inline const char *
fixture_shown(const char *text)
{
    return text == NULL ? "-" : text;
}

static inline gboolean
fixture_total(gpointer data, const StoreTotal *row)
{
    g_autofree char *policy = g_strdelimit(g_strdup(fixture_shown(row->policy_text)), "\n", '/');
    g_string_append_printf(data,
                           "T %d %s|%s|%s|%s|%s reports=%" G_GINT64_FORMAT " ok=%" G_GINT64_FORMAT
                           " failed=%" G_GINT64_FORMAT " detailed=%" G_GINT64_FORMAT " %s\n",
                           row->day - DAY0_NUMBER, row->domain, row->sender, row->policy_type,
                           fixture_shown(sts_mode_name(row->mode)), trust_name(row->trust),
                           row->reports, row->successful, row->failed, row->detailed, policy);
    return TRUE;
}

static inline gboolean
fixture_fail_row(gpointer data, const StoreFailure *row)
{
    g_autofree char *policy = g_strdelimit(g_strdup(fixture_shown(row->policy_text)), "\n", '/');
    g_string_append_printf(data, "F %d %s|%s|%s|%s|%s|%s|%s|%s sessions=%" G_GINT64_FORMAT " %s\n",
                           row->day - DAY0_NUMBER, row->domain, row->sender, fixture_shown(row->mx),
                           row->policy_type, row->result_word, fixture_shown(row->reason),
                           fixture_shown(sts_mode_name(row->mode)), trust_name(row->trust),
                           row->sessions, policy);
    return TRUE;
}

/* The rows of both roll-ups that QUERY asks for (NULL: all), in the order in which they come. */
static inline char *
fixture_rollups(Store *store, const StoreQuery *query)
{
    g_autoptr(GError) error = NULL;
    StoreQuery all;
    GString *text = g_string_new(NULL);
    store_query_init(&all);
    store_each_total(store, query != NULL ? query : &all, fixture_total, text, &error);
    g_assert_no_error(error);
    store_each_failure(store, query != NULL ? query : &all, fixture_fail_row, text, &error);
    g_assert_no_error(error);
    return g_string_free(text, FALSE);
}

/* The sum of successful sessions tells which reports a query found, where each has its own bit. */
static inline gboolean
fixture_add_successful(gpointer data, const StoreTotal *row)
{
    *(gint64 *)data += row->successful;
    return TRUE;
}

static inline void
fixture_assert_rollups(Store *store, const StoreQuery *query, const char *expected)
{
    g_autofree char *rollups = fixture_rollups(store, query);
    g_assert_cmpstr(rollups, ==, expected);
}

/* The rows that SQL gives, N columns each. */
static inline void
fixture_rows(Store *store, const char *sql, int n, GString *text)
{
    g_autoptr(GError) error = NULL;
    gboolean row = TRUE;
    DriverStatement *each = store->driver->prepare(store->connection, sql, &error);
    g_assert_no_error(error);
    while (store->driver->step(each, &row, &error) && row) {
        for (int i = 0; i < n; i++) {
            const char *cell = store->driver->column_text(each, i);
            g_string_append_printf(text, "%s%s", i > 0 ? "|" : "", cell);
        }
        g_string_append_c(text, '\n');
    }
    g_assert_no_error(error);
    store->driver->finalize(each);
}

/* All rows of the roll-ups of copies and deviations. */
static inline char *
fixture_oddities(Store *store)
{
    GString *text = g_string_new(NULL);
    fixture_rows(store,
                 "SELECT 'C', CAST(c.day AS TEXT), d.text, s.text, t.text,"
                 " CAST(c.duplicates AS TEXT), CAST(c.uncounted AS TEXT),"
                 " CAST(c.surplus AS TEXT), CAST(c.homeless AS TEXT) FROM daily_copy c"
                 " JOIN name d ON d.id = c.domain JOIN name s ON s.id = c.sender"
                 " JOIN name t ON t.id = c.trust ORDER BY c.day, d.text, s.text, t.text",
                 9, text);
    fixture_rows(store,
                 "SELECT 'D', CAST(v.day AS TEXT), d.text, s.text, c.text,"
                 " CAST(v.reports AS TEXT), CAST(v.surplus AS TEXT), CAST(v.newest AS TEXT),"
                 " CAST(v.oldest AS TEXT) FROM daily_deviation v"
                 " JOIN name d ON d.id = v.domain JOIN name s ON s.id = v.sender"
                 " JOIN name c ON c.id = v.codes ORDER BY v.day, d.text, s.text, c.text",
                 9, text);
    return g_string_free(text, FALSE);
}

static inline StoreCounts
fixture_counts(Store *store)
{
    g_autoptr(GError) error = NULL;
    StoreCounts counts = {0};
    store_counts(store, &counts, &error);
    g_assert_no_error(error);
    return counts;
}

static inline gboolean
fixture_keep_flags(gpointer data, const StoreReportRow *row)
{
    g_string_append_printf(data, "r%" G_GINT64_FORMAT ":%s:%" G_GINT64_FORMAT " ", row->id,
                           row->counted ? "counted" : "not", row->counted_instead);
    return TRUE;
}

/* "r2:counted:0 r1:not:2 ": all reports, newest first. */
static inline char *
fixture_flags(Store *store)
{
    g_autoptr(GError) error = NULL;
    StoreQuery all;
    GString *text = g_string_new(NULL);
    store_query_init(&all);
    store_each_report(store, &all, 0, fixture_keep_flags, text, &error);
    g_assert_no_error(error);
    return g_string_free(text, FALSE);
}

/* Tells the first line that differs: the texts are long. */
static inline void
fixture_assert_same(const char *is, const char *expected)
{
    g_auto(GStrv) left = g_strsplit(is, "\n", -1);
    g_auto(GStrv) right = g_strsplit(expected, "\n", -1);
    for (guint i = 0; left[i] != NULL || right[i] != NULL; i++) {
        g_assert_cmpstr(left[i], ==, right[i]);
    }
}

/* No row names what is not there. SQLite alone can tell. */
static inline void
fixture_assert_keys(Store *store)
{
    g_autoptr(GError) error = NULL;
    gboolean row = FALSE;
    if (fixture_server() != NULL)
        return;
    DriverStatement *check =
        driver_sqlite.prepare(store->connection, "SELECT 1 FROM pragma_foreign_key_check", &error);
    g_assert_no_error(error);
    driver_sqlite.step(check, &row, &error);
    g_assert_no_error(error);
    g_assert_false(row);
    driver_sqlite.finalize(check);
}

/* Rebuilds and checks that nothing which is shown has changed. */
static inline void
fixture_assert_rebuild_same(Store *store)
{
    g_autoptr(GError) error = NULL;
    gint64 reports, failed;
    g_autofree char *rollups = fixture_rollups(store, NULL);
    g_autofree char *flags = fixture_flags(store);
    g_autofree char *oddities = fixture_oddities(store);
    StoreCounts counts = fixture_counts(store);

    fixture_assert_keys(store);
    store_rebuild(store, &reports, &failed, &error);
    g_assert_no_error(error);
    fixture_assert_keys(store);
    g_autofree char *rollups_after = fixture_rollups(store, NULL);
    g_autofree char *flags_after = fixture_flags(store);
    g_autofree char *oddities_after = fixture_oddities(store);
    StoreCounts counts_after = fixture_counts(store);
    fixture_assert_same(rollups_after, rollups);
    fixture_assert_same(flags_after, flags);
    fixture_assert_same(oddities_after, oddities);
    g_assert_cmpmem(&counts_after, sizeof counts_after, &counts, sizeof counts);
    g_assert_cmpint(failed, ==, 0);
    g_assert_cmpint(reports, ==, counts.reports);
}
