/* Opening, refusing to open, transactions, and reading single reports back. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "schema/finding.h"
#include "store/driver.h"
#include "store/migrate.h"
#include "store/sql_text.h"
#include "store/store-internal.h"
#include "test_store_fixture.h"

#define REPORT                                                                                     \
    "org Google Inc.\ncontact tls@google.com\nid r-1\nstart 1700006400\n"                          \
    "entry sts a.example 10 2 testing:1\n"

static void
assert_cannot_open(const char *uri, StoreMode mode, StoreErrorCode code, const char *says)
{
    g_autoptr(GError) error = NULL;
    Store *store = store_open(uri, mode, 50, &error);
    g_assert_null(store);
    g_assert_error(error, STORE_ERROR, (int)code);
    if (strstr(error->message, says) == NULL)
        g_error("\"%s\" does not say \"%s\"", error->message, says);
}

/* ---- places ---------------------------------------------------------------------------- */

static guint
mode_of(const char *path)
{
    GStatBuf info;
    g_assert_cmpint(g_stat(path, &info), ==, 0);
    return info.st_mode & 07777;
}

/* Only the owner may read what senders tell about the domain, however lax the umask. */
static void
test_file_modes(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    mode_t before = umask(0);
    fixture->store = fixture_another(fixture);
    fixture_put(fixture->store, REPORT, TRUST_LOCAL, NULL, STORE_NEW);
    umask(before);
    g_autofree char *log = g_strconcat(fixture->path, "-wal", NULL);
    g_autofree char *shared = g_strconcat(fixture->path, "-shm", NULL);
    g_assert_cmpuint(mode_of(fixture->path), ==, 0600);
    g_assert_cmpuint(mode_of(log), ==, 0600);
    g_assert_cmpuint(mode_of(shared), ==, 0600);
}

static void
test_uris(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *before = g_get_current_dir();
    g_autofree char *uri = g_strconcat("sqlite:", fixture->path, NULL);
    static const char *const odd[] = {"file:odd.db?mode=memory", "sqlite::odd:"};

    g_assert_cmpint(g_chdir(fixture->folder), ==, 0);
    g_autoptr(Store) store = store_open(uri, STORE_WRITE, 0, &error);
    g_assert_no_error(error);
    g_assert_true(g_file_test(fixture->path, G_FILE_TEST_EXISTS));
    for (guint i = 0; i < G_N_ELEMENTS(odd); i++) {
        g_autoptr(Store) other = store_open(odd[i], STORE_WRITE, 0, &error);
        g_assert_no_error(error);
    }
    g_assert_true(g_file_test("file:odd.db?mode=memory", G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(":odd:", G_FILE_TEST_EXISTS));
    assert_cannot_open("postgresql://host/db", STORE_WRITE, STORE_ERROR_BAD_URI, "postgresql://");
    assert_cannot_open("mysql://host/db", STORE_READ, STORE_ERROR_BAD_URI, "mysql://");
    assert_cannot_open("", STORE_WRITE, STORE_ERROR_BAD_URI, "no name");
    assert_cannot_open("sqlite:", STORE_WRITE, STORE_ERROR_BAD_URI, "no name");
    assert_cannot_open(NULL, STORE_WRITE, STORE_ERROR_BAD_URI, "no name");
    g_assert_cmpint(g_chdir(before), ==, 0);
}

static void
test_memory(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Store) store = store_open(":memory:", STORE_WRITE, 0, &error);
    g_assert_no_error(error);
    fixture_put(store, REPORT, TRUST_LOCAL, NULL, STORE_NEW);
    g_assert_cmpint(fixture_counts(store).reports, ==, 1);
    g_assert_false(g_file_test(":memory:", G_FILE_TEST_EXISTS));
}

static void
test_absent(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *deep = g_build_filename(fixture->folder, "no", "reports.db", NULL);
    g_autofree char *no = g_build_filename(fixture->folder, "no", NULL);
    assert_cannot_open(fixture->path, STORE_READ, STORE_ERROR_NOT_FOUND, "no store");
    g_assert_false(g_file_test(fixture->path, G_FILE_TEST_EXISTS));
    assert_cannot_open(deep, STORE_READ, STORE_ERROR_NOT_FOUND, deep);
    assert_cannot_open(deep, STORE_WRITE, STORE_ERROR_IO, no);
    assert_cannot_open(fixture->folder, STORE_WRITE, STORE_ERROR_IO, "folder");
    assert_cannot_open(fixture->folder, STORE_READ, STORE_ERROR_IO, "folder");
    /* Nothing waits for the other end of a pipe. */
    g_assert_cmpint(mkfifo(fixture->path, 0600), ==, 0);
    assert_cannot_open(fixture->path, STORE_READ, STORE_ERROR_IO, "special file");
    assert_cannot_open(fixture->path, STORE_WRITE, STORE_ERROR_IO, "special file");
}

/* Runs TRY in a child that is not root; its failed assertions fail the test. */
static void
as_nobody(void (*try)(Fixture *fixture), Fixture *fixture)
{
    pid_t child = fork();
    g_assert_cmpint(child, >=, 0);
    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(3);
        try(fixture);
        _exit(0);
    }
    int status;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}

static void
try_unwritable_folder(Fixture *fixture)
{
    assert_cannot_open(fixture->path, STORE_WRITE, STORE_ERROR_IO, "not writable");
}

static void
try_readable_file(Fixture *fixture)
{
    assert_cannot_open(fixture->path, STORE_WRITE, STORE_ERROR_IO, "the file is not writable");
}

static void
try_unreadable_file(Fixture *fixture)
{
    assert_cannot_open(fixture->path, STORE_READ, STORE_ERROR_IO, "the file is not readable");
}

static void
try_no_log(Fixture *fixture)
{
    assert_cannot_open(fixture->path, STORE_WRITE, STORE_ERROR_IO, "write-ahead log");
}

static void
test_permissions(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_cmpint(g_chmod(fixture->folder, 0555), ==, 0);
    as_nobody(try_unwritable_folder, fixture);
    g_assert_cmpint(g_chmod(fixture->folder, 0755), ==, 0);
    g_clear_pointer(&fixture->store, store_close);
    fixture->store = fixture_another(fixture);
    g_clear_pointer(&fixture->store, store_close);
    g_assert_cmpint(g_chmod(fixture->path, 0), ==, 0);
    as_nobody(try_unreadable_file, fixture);
    g_assert_cmpint(g_chmod(fixture->path, 0444), ==, 0);
    as_nobody(try_readable_file, fixture);
    g_assert_cmpint(g_chmod(fixture->path, 0666), ==, 0);
    g_assert_cmpint(g_chmod(fixture->folder, 0555), ==, 0);
    as_nobody(try_no_log, fixture);
    g_assert_cmpint(g_chmod(fixture->folder, 0755), ==, 0);
}

/* ---- whose file it is ------------------------------------------------------------------ */

static DriverConnection *
raw_connection(const char *path)
{
    g_autoptr(GError) error = NULL;
    DriverConnection *connection = driver_sqlite.open(path, STORE_WRITE, 1000, &error);
    g_assert_no_error(error);
    return connection;
}

static void
raw_exec(DriverConnection *connection, const char *sql)
{
    g_autoptr(GError) error = NULL;
    driver_sqlite.exec(connection, sql, &error);
    g_assert_no_error(error);
}

static gint64
raw_int(DriverConnection *connection, const char *sql)
{
    g_autoptr(GError) error = NULL;
    gboolean row;
    DriverStatement *statement = driver_sqlite.prepare(connection, sql, &error);
    g_assert_no_error(error);
    driver_sqlite.step(statement, &row, &error);
    g_assert_no_error(error);
    g_assert_true(row);
    gint64 value = driver_sqlite.column_int(statement, 0);
    driver_sqlite.finalize(statement);
    return value;
}

static void
test_settings(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static const struct {
        const char *pragma;
        gint64 value;
    } settings[] = {
        {"PRAGMA application_id", 0x544C5347},
        {"PRAGMA user_version", 1},
        {"PRAGMA page_size", 16384},
        {"PRAGMA synchronous", 2}, /* FULL */
        {"PRAGMA foreign_keys", 1},
        {"PRAGMA trusted_schema", 0},
        {"PRAGMA busy_timeout", 5000},
        {"SELECT journal_mode = 'wal' FROM pragma_journal_mode", 1},
        {"SELECT COUNT(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
         "AND strict = 0 AND name NOT LIKE 'sqlite_%'",
         0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(settings); i++) {
        gint64 value = raw_int(fixture->store->connection, settings[i].pragma);
        g_test_message("%s", settings[i].pragma);
        g_assert_cmpint(value, ==, settings[i].value);
    }
}

static void
test_newer_schema(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    raw_exec(fixture->store->connection, "PRAGMA user_version = 2");
    g_clear_pointer(&fixture->store, store_close);
    assert_cannot_open(fixture->path, STORE_WRITE, STORE_ERROR_NEWER_SCHEMA, "newer");
    assert_cannot_open(fixture->path, STORE_READ, STORE_ERROR_NEWER_SCHEMA, fixture->path);
    DriverConnection *connection = raw_connection(fixture->path);
    g_assert_cmpint(raw_int(connection, "PRAGMA user_version"), ==, 2);
    raw_exec(connection, "PRAGMA user_version = 1");
    driver_sqlite.close(connection);
    fixture->store = fixture_another(fixture);
}

static void
assert_unchanged(const char *path, const char *bytes, gsize length)
{
    g_autofree char *now = NULL;
    gsize now_length;
    g_assert_true(g_file_get_contents(path, &now, &now_length, NULL));
    g_assert_cmpuint(now_length, ==, length);
    g_assert_true(memcmp(now, bytes, length) == 0);
}

/* Another program's database is left exactly as it is, whatever it looks like. */
static void
test_not_ours(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static const char *const makers[] = {
        "CREATE TABLE messages (id INTEGER)",
        "CREATE TABLE report (id INTEGER); PRAGMA user_version = 1",
        "PRAGMA application_id = 252006673",
        "PRAGMA user_version = 1",
    };
    for (guint i = 0; i < G_N_ELEMENTS(makers); i++) {
        g_autofree char *bytes = NULL;
        gsize length;
        DriverConnection *connection = raw_connection(fixture->path);
        raw_exec(connection, "PRAGMA journal_mode = DELETE");
        raw_exec(connection, makers[i]);
        driver_sqlite.close(connection);
        g_assert_true(g_file_get_contents(fixture->path, &bytes, &length, NULL));
        assert_cannot_open(fixture->path, STORE_WRITE, STORE_ERROR_NOT_OURS, "another program");
        assert_cannot_open(fixture->path, STORE_READ, STORE_ERROR_NOT_OURS, "another program");
        assert_unchanged(fixture->path, bytes, length);
        g_assert_cmpint(g_remove(fixture->path), ==, 0);
    }
}

static void
test_not_a_database(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *bytes = g_strnfill(40000, 'x');
    memcpy(bytes, "{\"organization-name\"", 20);
    g_assert_true(g_file_set_contents(fixture->path, bytes, 40000, NULL));
    assert_cannot_open(fixture->path, STORE_WRITE, STORE_ERROR_CORRUPT, fixture->path);
    assert_cannot_open(fixture->path, STORE_READ, STORE_ERROR_CORRUPT, fixture->path);
    assert_unchanged(fixture->path, bytes, 40000);
}

/* What a crash between creating the file and its schema leaves. */
static void
test_empty_file(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_true(g_file_set_contents(fixture->path, "", 0, NULL));
    assert_cannot_open(fixture->path, STORE_READ, STORE_ERROR_NOT_FOUND, "empty");
    fixture->store = fixture_another(fixture);
    fixture_put(fixture->store, REPORT, TRUST_LOCAL, NULL, STORE_NEW);
}

/* ---- migrations ------------------------------------------------------------------------ */

static gboolean
migrate(Fixture *fixture, const char *const *scripts, int n, StoreMode mode, GError **error)
{
    DriverConnection *connection = raw_connection(fixture->path);
    MigrateSteps steps = {scripts, n};
    gboolean ok = migrate_run(&driver_sqlite, connection, steps, mode, error);
    driver_sqlite.close(connection);
    return ok;
}

static void
test_migrations(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    const char *const steps[] = {
        migrate_steps().scripts[0],
        "ALTER TABLE report ADD COLUMN later TEXT; UPDATE report SET later = 'two'",
        "UPDATE report SET later = later || ' three'",
        "UPDATE report SET later = 'four'; CREATE TABLE no good",
    };
    fixture_put(fixture->store, REPORT, TRUST_LOCAL, NULL, STORE_NEW);
    g_clear_pointer(&fixture->store, store_close);

    /* Reading changes nothing. */
    g_assert_false(migrate(fixture, steps, 3, STORE_READ, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_IO);
    g_clear_error(&error);
    /* A step that fails takes the ones before it back. */
    g_assert_false(migrate(fixture, steps, 4, STORE_WRITE, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INTERNAL);
    g_clear_error(&error);
    DriverConnection *connection = raw_connection(fixture->path);
    g_assert_cmpint(raw_int(connection, "PRAGMA user_version"), ==, 1);
    g_assert_cmpint(
        raw_int(connection,
                "SELECT COUNT(*) FROM pragma_table_info('report') WHERE name = 'later'"),
        ==, 0);
    driver_sqlite.close(connection);
    /* In order, and once. */
    for (guint i = 0; i < 2; i++) {
        g_assert_true(migrate(fixture, steps, 3, STORE_WRITE, &error));
        g_assert_no_error(error);
    }
    connection = raw_connection(fixture->path);
    g_assert_cmpint(raw_int(connection, "PRAGMA user_version"), ==, 3);
    g_assert_cmpint(raw_int(connection, "SELECT later = 'two three' FROM report"), ==, 1);
    driver_sqlite.close(connection);
    /* This program knows one version. */
    assert_cannot_open(fixture->path, STORE_WRITE, STORE_ERROR_NEWER_SCHEMA, "version 3");
}

/* Two programs that start on nothing at once. */
static gpointer
open_store(gpointer data)
{
    return store_open(data, STORE_WRITE, 10000, NULL);
}

static void
test_created_at_once(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    for (guint round = 0; round < 20; round++) {
        GThread *threads[4];
        g_autofree char *path = g_strdup_printf("%s/%u.db", fixture->folder, round);
        for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
            threads[i] = g_thread_new("opener", open_store, path);
        for (guint i = 0; i < G_N_ELEMENTS(threads); i++) {
            Store *store = g_thread_join(threads[i]);
            g_assert_nonnull(store);
            store_close(store);
        }
    }
}

/* Another program is just making the store, and has not yet changed to the write-ahead log: SQLite
 * itself does not wait there. */
static void
test_created_meanwhile(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    DriverConnection *maker = raw_connection(fixture->path);
    raw_exec(maker, "PRAGMA journal_mode = DELETE; BEGIN IMMEDIATE");
    GThread *opener = g_thread_new("opener", open_store, fixture->path);
    g_usleep(300000);
    raw_exec(maker, "COMMIT");
    fixture->store = g_thread_join(opener);
    g_assert_nonnull(fixture->store);
    driver_sqlite.close(maker);
    fixture_put(fixture->store, REPORT, TRUST_LOCAL, NULL, STORE_NEW);
}

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
    DriverConnection *connection = fixture->store->connection;
    for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_test_message("%s", refused[i]);
        g_assert_null(driver_sqlite.prepare(connection, refused[i], &error));
        g_assert_error(error, STORE_ERROR, STORE_ERROR_INTERNAL);
        g_clear_error(&error);
    }
    /* $2 stands first, and is still the second. */
    DriverStatement *statement = driver_sqlite.prepare(
        connection, "SELECT $2, $1, $2 -- and a comment\n;  /* more */ ", &error);
    g_assert_no_error(error);
    driver_sqlite.bind_int(statement, 1, 11);
    driver_sqlite.bind_text(statement, 2, "22");
    g_assert_true(driver_sqlite.step(statement, &row, &error));
    g_assert_cmpstr(driver_sqlite.column_text(statement, 0), ==, "22");
    g_assert_cmpint(driver_sqlite.column_int(statement, 1), ==, 11);
    driver_sqlite.reset(statement);
    /* One left out, and one too many. */
    driver_sqlite.bind_int(statement, 1, 11);
    g_assert_false(driver_sqlite.step(statement, &row, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INTERNAL);
    g_clear_error(&error);
    driver_sqlite.reset(statement);
    for (int i = 1; i <= 3; i++)
        driver_sqlite.bind_int(statement, i, i);
    g_assert_false(driver_sqlite.step(statement, &row, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INTERNAL);
    driver_sqlite.finalize(statement);
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

/* ---- single reports -------------------------------------------------------------------- */

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

int
main(int argc, char **argv)
{
    typedef void (*Test)(Fixture *, gconstpointer);
    static const struct {
        const char *path;
        Test set_up, test;
    } tests[] = {
        {"/store/open/file-modes", fixture_folder, test_file_modes},
        {"/store/open/uris", fixture_folder, test_uris},
        {"/store/open/absent", fixture_folder, test_absent},
        {"/store/open/permissions", fixture_folder, test_permissions},
        {"/store/open/settings", fixture_open, test_settings},
        {"/store/open/newer-schema", fixture_open, test_newer_schema},
        {"/store/open/not-ours", fixture_folder, test_not_ours},
        {"/store/open/not-a-database", fixture_folder, test_not_a_database},
        {"/store/open/empty-file", fixture_folder, test_empty_file},
        {"/store/open/migrations", fixture_open, test_migrations},
        {"/store/open/created-at-once", fixture_folder, test_created_at_once},
        {"/store/open/created-meanwhile", fixture_folder, test_created_meanwhile},
        {"/store/statement/all-prepare", fixture_open, test_statements},
        {"/store/statement/placeholders", fixture_open, test_placeholders},
        {"/store/transaction/rollback", fixture_open, test_transactions},
        {"/store/transaction/one-view", fixture_open, test_one_view},
        {"/store/transaction/reader-cannot-write", fixture_open, test_reader_cannot_write},
        {"/store/transaction/two-writers", fixture_open, test_two_writers},
        {"/store/report/fields", fixture_open, test_report_fields},
        {"/store/report/filters", fixture_open, test_list_filters},
    };
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/open/memory", test_memory);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].path, Fixture, NULL, tests[i].set_up, tests[i].test, fixture_close);
    return g_test_run();
}
