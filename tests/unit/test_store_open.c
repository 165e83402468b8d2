/* Opening a store: what is made, what is refused and left alone, what is brought up to date. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store/driver.h"
#include "store/migrate.h"
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
    const struct {
        const char *pragma;
        gint64 value;
    } settings[] = {
        {"PRAGMA application_id", 0x544C5347},
        {"PRAGMA user_version", migrate_steps(&driver_sqlite).n},
        {"PRAGMA page_size", 16384},
        {"PRAGMA synchronous", 2}, /* FULL */
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
    int version = migrate_steps(&driver_sqlite).n;
    g_autofree char *newer = g_strdup_printf("PRAGMA user_version = %d", version + 1);
    g_autofree char *ours = g_strdup_printf("PRAGMA user_version = %d", version);
    raw_exec(fixture->store->connection, newer);
    g_clear_pointer(&fixture->store, store_close);
    assert_cannot_open(fixture->path, STORE_WRITE, STORE_ERROR_NEWER_SCHEMA, "newer");
    assert_cannot_open(fixture->path, STORE_READ, STORE_ERROR_NEWER_SCHEMA, fixture->path);
    DriverConnection *connection = raw_connection(fixture->path);
    g_assert_cmpint(raw_int(connection, "PRAGMA user_version"), ==, version + 1);
    raw_exec(connection, ours);
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
    MigrateSteps steps = {.scripts = scripts, .n = n};
    gboolean ok = migrate_run(&driver_sqlite, connection, steps, mode, error);
    driver_sqlite.close(connection);
    return ok;
}

static void
test_migrations(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    int version = migrate_steps(&driver_sqlite).n;
    const char *steps[16] = {NULL};
    static const char *const later[] = {
        "ALTER TABLE report ADD COLUMN later TEXT; UPDATE report SET later = 'two'",
        "UPDATE report SET later = later || ' three'",
        "UPDATE report SET later = 'four'; CREATE TABLE no good",
    };
    for (int i = 0; i < version; i++)
        steps[i] = migrate_steps(&driver_sqlite).scripts[i];
    for (guint i = 0; i < G_N_ELEMENTS(later); i++)
        steps[(guint)version + i] = later[i];
    fixture_put(fixture->store, REPORT, TRUST_LOCAL, NULL, STORE_NEW);
    g_clear_pointer(&fixture->store, store_close);

    /* Reading changes nothing. */
    g_assert_false(migrate(fixture, steps, version + 2, STORE_READ, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_IO);
    g_clear_error(&error);
    /* A step that fails takes the ones before it back. */
    g_assert_false(migrate(fixture, steps, version + 3, STORE_WRITE, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INTERNAL);
    g_clear_error(&error);
    DriverConnection *connection = raw_connection(fixture->path);
    g_assert_cmpint(raw_int(connection, "PRAGMA user_version"), ==, version);
    g_assert_cmpint(
        raw_int(connection,
                "SELECT COUNT(*) FROM pragma_table_info('report') WHERE name = 'later'"),
        ==, 0);
    driver_sqlite.close(connection);
    /* In order, and once. */
    for (guint i = 0; i < 2; i++) {
        g_assert_true(migrate(fixture, steps, version + 2, STORE_WRITE, &error));
        g_assert_no_error(error);
    }
    connection = raw_connection(fixture->path);
    g_assert_cmpint(raw_int(connection, "PRAGMA user_version"), ==, version + 2);
    g_assert_cmpint(raw_int(connection, "SELECT later = 'two three' FROM report"), ==, 1);
    driver_sqlite.close(connection);
    g_autofree char *says = g_strdup_printf("schema version %d", version + 2);
    assert_cannot_open(fixture->path, STORE_WRITE, STORE_ERROR_NEWER_SCHEMA, says);
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

int
main(int argc, char **argv)
{
    static const FixtureTest tests[] = {
        {"/store/open/settings", test_settings},
        {"/store/open/newer-schema", test_newer_schema},
        {"/store/open/migrations", test_migrations},
    };
    static const FixtureTest tests_that_open[] = {
        {"/store/open/file-modes", test_file_modes},
        {"/store/open/uris", test_uris},
        {"/store/open/absent", test_absent},
        {"/store/open/permissions", test_permissions},
        {"/store/open/not-ours", test_not_ours},
        {"/store/open/not-a-database", test_not_a_database},
        {"/store/open/empty-file", test_empty_file},
        {"/store/open/created-at-once", test_created_at_once},
        {"/store/open/created-meanwhile", test_created_meanwhile},
    };
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/open/memory", test_memory);
    fixture_add(tests, G_N_ELEMENTS(tests), fixture_open);
    fixture_add(tests_that_open, G_N_ELEMENTS(tests_that_open), fixture_folder);
    return g_test_run();
}
