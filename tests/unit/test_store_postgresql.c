/* What only a server can do: be away, go away, belong to others. Beside it the store is under the
 * same contract tests as a file (tests/CMakeLists.txt). */
#include "store/store-internal.h"
#include "test_store_fixture.h"

#ifdef HAVE_LIBPQ
#include "store/postgresql-internal.h"
#endif

static void
test_shown(void)
{
    static const char *const uris[][2] = {
        {"/var/lib/reports.db", "/var/lib/reports.db"},
        {"sqlite:a@b:c", "sqlite:a@b:c"},
        {"postgresql://u:secret@h/db", "postgresql://u:***@h/db"},
        {"postgresql://u:se@cr:et@h1:1,h2:2/db?sslmode=x",
         "postgresql://u:***@h1:1,h2:2/db?sslmode=x"},
        {"postgresql://u@h:5432/db", "postgresql://u@h:5432/db"},
        {"postgresql:///db?host=/tmp&password=secret&user=u",
         "postgresql:///db?host=/tmp&password=***&user=u"},
        {"postgresql://h/db?password=secret", "postgresql://h/db?password=***"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(uris); i++) {
        g_autofree char *shown = store_uri_shown(uris[i][0]);
        g_assert_cmpstr(shown, ==, uris[i][1]);
    }
}

#ifdef HAVE_LIBPQ

#define REPORT "org A\nid %d\nstart 1700006400\nentry sts a.example 1 0 testing:1\n"

static void
assert_cannot_open(const char *uri, StoreMode mode, StoreErrorCode code)
{
    g_autoptr(GError) error = NULL;
    Store *store = store_open(uri, mode, 50, &error);
    g_assert_null(store);
    g_assert_error(error, STORE_ERROR, (int)code);
    g_assert_null(strstr(error->message, "secret"));
}

static void
test_absent(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    assert_cannot_open("postgresql://u:secret@127.0.0.1:1/db", STORE_WRITE, STORE_ERROR_BUSY);
    assert_cannot_open("postgresql://u:secret@h/db?no-such-word=1", STORE_WRITE,
                       STORE_ERROR_BAD_URI);
    assert_cannot_open(fixture->path, STORE_READ, STORE_ERROR_NOT_FOUND);
}

/* A schema with tables of another program is left as it is. */
static void
test_not_ours(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture_exec(fixture->path, "CREATE TABLE report (mine TEXT); INSERT INTO report VALUES ('x')");
    assert_cannot_open(fixture->path, STORE_WRITE, STORE_ERROR_NOT_OURS);
    assert_cannot_open(fixture->path, STORE_READ, STORE_ERROR_NOT_OURS);
    fixture_exec(fixture->path, "SELECT mine FROM report");
}

static gint64
ask_int(Store *store, const char *sql)
{
    gboolean row;
    DriverStatement *statement = store->driver->prepare(store->connection, sql, NULL);
    g_assert_true(store->driver->step(statement, &row, NULL));
    gint64 value = store->driver->column_int(statement, 0);
    store->driver->finalize(statement);
    return value;
}

/* As a restart of the server does to every connection. */
static void
cut(const Fixture *fixture)
{
    gint64 session = ask_int(fixture->store, "SELECT pg_backend_pid()");
    g_autofree char *sql =
        g_strdup_printf("SELECT pg_terminate_backend(%" G_GINT64_FORMAT ", 10000)", session);
    fixture_exec(fixture_server(), sql);
}

static void
put(const Fixture *fixture, int number)
{
    g_autofree char *text = g_strdup_printf(REPORT, number);
    fixture_put(fixture->store, text, TRUST_LOCAL, NULL, STORE_NEW);
}

static void
test_lost(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    Store *store = fixture->store;
    g_autofree char *text = g_strdup_printf(REPORT, 3);
    put(fixture, 1);
    /* Between transactions nobody notices: neither a writer ... */
    cut(fixture);
    put(fixture, 2);
    /* ... nor a reader, of what was prepared before or not. */
    cut(fixture);
    g_assert_cmpint(fixture_counts(store).reports, ==, 2);
    cut(fixture);
    g_autofree char *rollups = fixture_rollups(store, NULL);
    g_assert_nonnull(strstr(rollups, "reports=2"));
    /* Within one all of it is gone, it is told as passing, and the next works. */
    fixture_begin(store);
    fixture_put_in(store, text, TRUST_LOCAL, NULL, STORE_NEW);
    cut(fixture);
    g_assert_false(store_commit(store, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_BUSY);
    g_assert_cmpint(fixture_counts(store).reports, ==, 2);
    put(fixture, 3);
    g_assert_cmpint(fixture_counts(store).reports, ==, 3);
    fixture_assert_rebuild_same(store);
}

/* Whoever waits for the lock too long is told to try again. */
static void
test_locked(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Store) other = store_open(fixture->path, STORE_WRITE, 50, &error);
    g_assert_no_error(error);
    fixture_begin(fixture->store);
    g_assert_false(store_begin(other, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_BUSY);
    g_assert_cmpint(fixture_counts(other).reports, ==, 0);
    store_rollback(fixture->store);
    fixture_begin(other);
    fixture_commit(other);
}

/* ---- many rows at once ----------------------------------------------------------------- */

static void
test_widened(void)
{
    static const char *const types[] = {"BIGINT", "TEXT"};
    g_autofree char *insert =
        postgresql_text_insert("-- of $1\nINSERT INTO t (a, b) VALUES ($2, 'it''s ($1)', f($1)) ON "
                               "CONFLICT (a) DO NOTHING",
                               types, 2);
    g_assert_cmpstr(insert, ==,
                    "-- of $1\nINSERT INTO t (a, b) SELECT one.p2, 'it''s ($1)', f(one.p1) FROM "
                    "unnest($1::BIGINT[], $2::TEXT[] COLLATE \"C\") AS one (p1, p2) "
                    "ON CONFLICT (a) DO NOTHING");
    g_autofree char *select =
        postgresql_text_select("SELECT a FROM t WHERE b = $1 -- last", types, 1);
    g_assert_cmpstr(select, ==,
                    "SELECT one.number, found.* FROM unnest($1::BIGINT[]) WITH ORDINALITY AS one "
                    "(p1, number) CROSS JOIN LATERAL (SELECT a FROM t WHERE b = one.p1 -- last\n) "
                    "AS found ORDER BY one.number");
    g_assert_null(postgresql_text_insert("INSERT INTO t SELECT $1", types, 1));
    g_assert_null(postgresql_text_insert("INSERT INTO t VALUES ($1", types, 1));
}

#define N_MANY 25000 /* more than go in one statement */

static DriverStatement *
prepare(const Fixture *fixture, const char *sql)
{
    g_autoptr(GError) error = NULL;
    Store *store = fixture->store;
    DriverStatement *statement = store->driver->prepare(store->connection, sql, &error);
    g_assert_no_error(error);
    return statement;
}

static void
add_many(const Fixture *fixture, DriverStatement *add, gint64 first, gint64 last)
{
    g_autoptr(GError) error = NULL;
    const Driver *driver = fixture->store->driver;
    for (gint64 i = first; i <= last; i++) {
        driver->bind_int(add, 1, i);
        driver->bind_text(add, 2, i % 3 == 0 ? NULL : i % 3 == 1 ? "" : "a\xff,{\"\\'");
        driver->bind_blob(add, 3, i % 2 == 0 ? NULL : "\0\xff", i % 2 == 0 ? 0 : 2);
        g_assert_true(driver->add(add, &error));
        g_assert_no_error(error);
        driver->reset(add);
    }
}

/* Rows of all kinds come as they were given, in whatever portions, and questions find their own. */
static void
test_many(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    gboolean row;
    gsize length;
    const Driver *driver = fixture->store->driver;
    fixture_exec(fixture->path, "CREATE TABLE many (a BIGINT PRIMARY KEY, b TEXT, c BYTEA)");
    DriverStatement *add = prepare(fixture, "INSERT INTO many VALUES ($1, $2, $3)");
    DriverStatement *find = prepare(fixture, "SELECT a, b, c FROM many WHERE a BETWEEN $1 AND $2");
    fixture_begin(fixture->store);
    add_many(fixture, add, 1, N_MANY);
    /* Whoever reads sees what was added just before. */
    g_assert_cmpint(ask_int(fixture->store, "SELECT COUNT(*) FROM many"), ==, N_MANY);
    add_many(fixture, add, N_MANY + 1, N_MANY + 5);
    for (gint64 i = 1; i <= 3; i++) {
        driver->bind_int(find, 1, i * N_MANY);
        driver->bind_int(find, 2, i == 2 ? 0 : i * N_MANY + 7);
        g_assert_true(driver->ask(find, &error));
    }
    for (int question = 1; question <= 3; question++) {
        g_assert_true(driver->answer(find, &error));
        g_assert_no_error(error);
        g_assert_true(driver->step(find, &row, &error));
        g_assert_cmpint(row, ==, question == 1);
        if (!row)
            continue;
        /* One row is looked at, the others are left: the next question finds its own none. */
        g_assert_cmpint(driver->column_int(find, 0), ==, N_MANY);
        g_assert_cmpstr(driver->column_text(find, 1), ==, "");
        g_assert_null(driver->column_blob(find, 2, &length));
    }
    driver->reset(find);
    driver->bind_int(find, 1, 5);
    driver->bind_int(find, 2, 6);
    g_assert_true(driver->step(find, &row, &error) && row);
    g_assert_cmpstr(driver->column_text(find, 1), ==, "a\357\277\275,{\"\\'");
    g_assert_cmpmem(driver->column_blob(find, 2, &length), 2, "\0\xff", 2);
    g_assert_cmpint((int)length, ==, 2);
    g_assert_true(driver->step(find, &row, &error) && row);
    g_assert_null(driver->column_text(find, 1));
    fixture_commit(fixture->store);
    driver->finalize(add);
    driver->finalize(find);
}

/* Rows that wait go with the transaction, and what is wrong with them fails the commit. */
static void
test_many_lost(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    fixture_exec(fixture->path, "CREATE TABLE many (a BIGINT PRIMARY KEY, b TEXT, c BYTEA)");
    DriverStatement *add = prepare(fixture, "INSERT INTO many VALUES ($1, $2, $3)");
    fixture_begin(fixture->store);
    add_many(fixture, add, 1, 3);
    store_rollback(fixture->store);
    fixture_begin(fixture->store);
    add_many(fixture, add, 2, 4);
    fixture_commit(fixture->store);
    g_assert_cmpint(ask_int(fixture->store, "SELECT SUM(a)::BIGINT FROM many"), ==, 2 + 3 + 4);
    fixture_begin(fixture->store);
    add_many(fixture, add, 4, 6);
    g_assert_false(store_commit(fixture->store, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_CORRUPT);
    g_assert_cmpint(ask_int(fixture->store, "SELECT COUNT(*) FROM many"), ==, 3);
    /* On a new connection too. */
    cut(fixture);
    fixture_begin(fixture->store);
    add_many(fixture, add, 5, 6);
    fixture_commit(fixture->store);
    g_assert_cmpint(ask_int(fixture->store, "SELECT COUNT(*) FROM many"), ==, 5);
    fixture->store->driver->finalize(add);
}

/* Old days move to their month when it is asked for; nothing else changes. */
static void
test_partitions(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    Store *store = fixture->store;
    put(fixture, 1);
    put(fixture, 2);
    g_autofree char *before = fixture_rollups(store, NULL);
    g_assert_cmpint(ask_int(store, "SELECT COUNT(*) FROM report_other"), ==, 2);
    g_assert_true(
        store->driver->make_room(store->connection, DAY0_NUMBER, DAY0_NUMBER + 40, &error));
    g_assert_cmpint(ask_int(store, "SELECT COUNT(*) FROM report_other"), ==, 0);
    g_assert_cmpint(ask_int(store, "SELECT COUNT(*) FROM report_2023_11"), ==, 2);
    g_assert_cmpint(ask_int(store, "SELECT COUNT(*) FROM daily_total_2023_11"), ==, 1);
    g_assert_cmpint(ask_int(store, "SELECT COUNT(*) FROM daily_failure_2023_12"), ==, 0);
    g_autofree char *after = fixture_rollups(store, NULL);
    g_assert_cmpstr(after, ==, before);
    put(fixture, 3);
    g_assert_cmpint(ask_int(store, "SELECT COUNT(*) FROM report_2023_11"), ==, 3);
    fixture_assert_rebuild_same(store);
}

#endif

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/postgresql/shown", test_shown);
#ifdef HAVE_LIBPQ
    g_test_add_func("/store/postgresql/widened", test_widened);
    static const FixtureTest tests[] = {
        {"/store/postgresql/lost", test_lost},
        {"/store/postgresql/locked", test_locked},
        {"/store/postgresql/many", test_many},
        {"/store/postgresql/many-lost", test_many_lost},
        {"/store/postgresql/partitions", test_partitions},
    };
    static const FixtureTest tests_that_open[] = {
        {"/store/postgresql/absent", test_absent},
        {"/store/postgresql/not-ours", test_not_ours},
    };
    if (fixture_server() != NULL) {
        fixture_add(tests, G_N_ELEMENTS(tests), fixture_open);
        fixture_add(tests_that_open, G_N_ELEMENTS(tests_that_open), fixture_folder);
    }
#endif
    return g_test_run();
}
