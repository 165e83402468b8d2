/* A full disk, a locked store, a damaged file: told as what they are, and survived. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "store/store-internal.h"
#include "test_store_fixture.h"

/* A report of about a kilobyte, and none like another. */
static char *
numbered(guint number)
{
    g_autofree char *padding = g_strnfill(1000, 'p');
    return g_strdup_printf("org %s\nid %u\nstart 1700006400\nentry sts a.example 1 0 -\n", padding,
                           number);
}

/* Puts reports in one transaction until that fails, and returns how many went well. */
static guint
fill(Store *store, guint first, guint n, GError **error)
{
    if (!store_begin(store, error))
        return 0;
    for (guint i = 0; i < n; i++) {
        g_autofree char *text = numbered(first + i);
        StorePut put;
        gint64 id;
        if (!fixture_try(store, text, TRUST_LOCAL, NULL, &put, &id, error)) {
            store_rollback(store);
            return i;
        }
    }
    return store_commit(store, error) ? n : 0;
}

/* ---- no room --------------------------------------------------------------------------- */

static void
test_full(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    if (fixture_needs_file())
        return;
    g_autoptr(GError) error = NULL;
    Store *store = fixture->store;
    g_assert_cmpuint(fill(store, 0, 10, &error), ==, 10);
    store->driver->exec(store->connection, "PRAGMA max_page_count = 40", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(fill(store, 10, 5000, &error), <, 5000);
    g_assert_error(error, STORE_ERROR, STORE_ERROR_FULL);
    g_clear_error(&error);
    /* All of that group is gone, all before is there, and the next that fits comes in. */
    g_assert_cmpint(fixture_counts(store).reports, ==, 10);
    g_assert_cmpuint(fill(store, 10, 3, &error), ==, 3);
    g_assert_no_error(error);
    store->driver->exec(store->connection, "PRAGMA max_page_count = 100000", &error);
    g_assert_cmpuint(fill(store, 20, 5000, &error), ==, 5000);
    g_assert_cmpint(fixture_counts(store).reports, ==, 5013);
    fixture_assert_rebuild_same(store);
}

/* After a failed put, whatever the caller does, nothing more gets into the store by itself. */
static void
test_spoilt(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    if (fixture_needs_file())
        return;
    g_autoptr(GError) error = NULL;
    Store *store = fixture->store;
    StorePut put;
    gint64 id;
    gboolean ok = TRUE;
    store->driver->exec(store->connection, "PRAGMA max_page_count = 40", &error);
    fixture_begin(store);
    for (guint i = 0; ok && i < 5000; i++) {
        g_autofree char *text = numbered(i);
        ok = fixture_try(store, text, TRUST_LOCAL, NULL, &put, &id, &error);
    }
    g_assert_error(error, STORE_ERROR, STORE_ERROR_FULL);
    g_clear_error(&error);
    store->driver->exec(store->connection, "PRAGMA max_page_count = 100000", NULL);
    g_assert_false(fixture_try(store, "org X\nid 1\nstart 1700006400\n", TRUST_LOCAL, NULL, &put,
                               &id, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INTERNAL);
    g_clear_error(&error);
    g_assert_false(store_commit(store, &error));
    g_assert_cmpint(fixture_counts(store).reports, ==, 0);
    fixture_put(store, "org X\nid 1\nstart 1700006400\n", TRUST_LOCAL, NULL, STORE_NEW);
}

/* The child may write files of 1 MB at most, as by a quota. Exit status 0 is success. */
static int
child_with_quota(Fixture *fixture)
{
    const struct rlimit limit = {1000000, 1000000};
    g_autoptr(GError) error = NULL;
    Store *store = fixture_another(fixture);
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 2;
    if (fill(store, 0, 5, &error) != 5)
        return 3;
    (void)fill(store, 5, 5000, &error);
    if (!g_error_matches(error, STORE_ERROR, STORE_ERROR_FULL)) {
        g_printerr("# %s\n", error != NULL ? error->message : "no error");
        return 4;
    }
    if (fixture_counts(store).reports != 5)
        return 5;
    store_close(store);
    return 0;
}

static void
test_quota(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    if (fixture_needs_file())
        return;
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(child_with_quota(fixture));
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
    fixture->store = fixture_another(fixture);
    g_assert_cmpint(fixture_counts(fixture->store).reports, ==, 5);
    fixture_assert_rebuild_same(fixture->store);
}

/* ---- locked ---------------------------------------------------------------------------- */

/* Another process holds the write lock until its standard input ends. */
static pid_t
start_holder(Fixture *fixture, int *ret_release)
{
    int ready[2], release[2];
    char byte;
    g_assert_cmpint(pipe(ready), ==, 0);
    g_assert_cmpint(pipe(release), ==, 0);
    pid_t child = fork();
    g_assert_cmpint(child, >=, 0);
    if (child == 0) {
        Store *store = fixture_another(fixture);
        close(release[1]);
        fixture_begin(store);
        if (write(ready[1], "x", 1) != 1 || read(release[0], &byte, 1) != 0)
            _exit(1);
        store_close(store);
        _exit(0);
    }
    close(release[0]);
    close(ready[1]);
    g_assert_cmpint(read(ready[0], &byte, 1), ==, 1);
    close(ready[0]);
    *ret_release = release[1];
    return child;
}

static void
test_locked(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    int release, status;
    Store *store = fixture_another(fixture);
    fill(store, 0, 3, NULL);
    store_close(store);
    pid_t holder = start_holder(fixture, &release);
    store = store_open(fixture->path, STORE_WRITE, 100, &error);
    g_assert_no_error(error);
    g_assert_false(store_begin(store, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_BUSY);
    g_clear_error(&error);
    /* Reading goes on. */
    g_assert_cmpint(fixture_counts(store).reports, ==, 3);
    g_autofree char *rollups = fixture_rollups(store, NULL);
    g_assert_nonnull(strstr(rollups, "reports=3"));
    close(release);
    g_assert_cmpint(waitpid(holder, &status, 0), ==, holder);
    g_assert_cmpint(status, ==, 0);
    g_assert_cmpuint(fill(store, 3, 1, &error), ==, 1);
    store_close(store);
}

/* ---- damaged --------------------------------------------------------------------------- */

static gboolean
ignore_total(G_GNUC_UNUSED gpointer data, G_GNUC_UNUSED const StoreTotal *row)
{
    return TRUE;
}

static gboolean
ignore_failure(G_GNUC_UNUSED gpointer data, G_GNUC_UNUSED const StoreFailure *row)
{
    return TRUE;
}

static gboolean
ignore_report(G_GNUC_UNUSED gpointer data, G_GNUC_UNUSED const StoreReportRow *row)
{
    return TRUE;
}

/* Everything that can be asked, and something to write. FALSE when one of it failed; an error is
 * then set and is no defect of ours. */
static gboolean
use_all(Store *store, GError **error)
{
    StoreQuery all;
    StoreCounts counts;
    gboolean any;
    gint32 first, last;
    gint64 reports, failed;
    store_query_init(&all);
    return store_counts(store, &counts, error) && store_period(store, &any, &first, &last, error) &&
           store_each_total(store, &all, ignore_total, NULL, error) &&
           store_each_failure(store, &all, ignore_failure, NULL, error) &&
           store_each_report(store, &all, 0, ignore_report, NULL, error) &&
           store_get_report(store, 5, ignore_report, NULL, error) &&
           fill(store, 50000, 3, error) == 3 && store_rebuild(store, &reports, &failed, error);
}

static void
make_template(Fixture *fixture, char **ret_bytes, gsize *ret_length)
{
    Store *store = fixture_another(fixture);
    fixture_begin(store);
    for (guint i = 0; i < 300; i++) {
        g_autofree char *text = g_strdup_printf(
            "org %u\ncontact a@b%u.example\nid %u\nstart 1700006400\n"
            "entry sts a%u.example 1 1 testing:%u\nfail mx%u.example certificate-expired - 1\n",
            i % 7, i, i, i % 13, i % 5, i % 50);
        fixture_put_in(store, text, TRUST_LOCAL, NULL, STORE_NEW);
    }
    fixture_commit(store);
    store_close(store);
    g_assert_true(g_file_get_contents(fixture->path, ret_bytes, ret_length, NULL));
}

static void
test_damaged_pages(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    if (fixture_needs_file())
        return;
    g_autofree char *template = NULL;
    gsize length;
    guint harmed = 0;
    g_autoptr(GRand) random = g_rand_new_with_seed(8460);
    make_template(fixture, &template, &length);
    for (guint round = 0; round < 120; round++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *bytes = g_memdup2(template, length);
        /* A page of garbage, or some bytes anywhere, the header of the file spared in most. */
        gsize from = (gsize)g_rand_int_range(random, round % 10 == 0 ? 0 : 100, (gint32)length);
        gsize n = round % 2 == 0 ? 16384 : 16;
        for (gsize i = from; i < MIN(from + n, length); i++)
            bytes[i] = (char)g_rand_int_range(random, 0, 256);
        g_assert_true(g_file_set_contents(fixture->path, bytes, (gssize)length, NULL));
        g_autoptr(Store) store = store_open(fixture->path, STORE_WRITE, 0, &error);
        if (store != NULL)
            store_set_decoder(store, fixture_decode, NULL);
        if (store != NULL && use_all(store, &error))
            continue;
        g_assert_nonnull(error);
        g_assert_true(error->domain == STORE_ERROR);
        harmed += g_error_matches(error, STORE_ERROR, STORE_ERROR_CORRUPT);
    }
    g_test_message("told as damaged: %u", harmed);
    g_assert_cmpuint(harmed, >, 20);
}

static void
test_truncated(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    if (fixture_needs_file())
        return;
    g_autofree char *template = NULL;
    gsize length;
    make_template(fixture, &template, &length);
    /* SQLite takes a file of one octet for an empty one. */
    for (gsize keep = 2; keep < length; keep += 7919) {
        g_autoptr(GError) error = NULL;
        g_assert_true(g_file_set_contents(fixture->path, template, (gssize)keep, NULL));
        g_autoptr(Store) store = store_open(fixture->path, STORE_WRITE, 0, &error);
        if (store != NULL) {
            store_set_decoder(store, fixture_decode, NULL);
            g_assert_false(use_all(store, &error));
        }
        g_assert_error(error, STORE_ERROR, STORE_ERROR_CORRUPT);
    }
}

int
main(int argc, char **argv)
{
    static const FixtureTest tests[] = {
        {"/store/faults/full", test_full},
        {"/store/faults/spoilt", test_spoilt},
    };
    static const FixtureTest tests_that_open[] = {
        {"/store/faults/quota", test_quota},
        {"/store/faults/locked", test_locked},
        {"/store/faults/damaged-pages", test_damaged_pages},
        {"/store/faults/truncated", test_truncated},
    };
    g_test_init(&argc, &argv, NULL);
    fixture_add(tests, G_N_ELEMENTS(tests), fixture_open);
    fixture_add(tests_that_open, G_N_ELEMENTS(tests_that_open), fixture_folder);
    return g_test_run();
}
