/* kill -9 in the middle of writing: what was acknowledged is there, once, and nothing is half. */
#include <signal.h>
#include <sys/wait.h>

#include "store/store-internal.h"
#include "test_store_fixture.h"

#define ROUNDS 40

/* Report NUMBER: many share a claim, so that copies displace each other all the time. */
static char *
numbered(guint number)
{
    return g_strdup_printf("org Google Inc.\ncontact t@google.com\nid r-%u\nstart %" G_GINT64_FORMAT
                           "\nentry sts a.example %u %u testing:%u\n"
                           "fail mx%u.a.example certificate-expired - 1\n",
                           number / 3, DAY0 + 86400 * (gint64)(number / 3 % 5), number, number % 7,
                           number % 4, number % 11);
}

static Trust
trust_of(guint number)
{
    return (Trust)((number * 7 + number / 3) % 4);
}

/* Writes groups of 1 to 20 reports for ever, and tells the last number after each commit. */
G_GNUC_NORETURN static void
run_child(const Fixture *fixture, guint number, int told)
{
    Store *store = fixture_another(fixture);
    for (;;) {
        fixture_begin(store);
        for (guint group = 1 + number % 20; group > 0; group--) {
            g_autofree char *text = numbered(number);
            StorePut put;
            gint64 id;
            if (!fixture_try(store, text, trust_of(number), "google.com", &put, &id, NULL))
                _exit(1);
            number++;
        }
        fixture_commit(store);
        if (write(told, &number, sizeof number) != sizeof number)
            _exit(2);
    }
}

/* One child, killed after USEC microseconds; returns the number that it acknowledged last. */
static guint
run_round(const Fixture *fixture, guint number, gulong usec)
{
    int told[2], status;
    guint next;
    g_assert_cmpint(pipe(told), ==, 0);
    pid_t child = fork();
    g_assert_cmpint(child, >=, 0);
    if (child == 0) {
        close(told[0]);
        run_child(fixture, number, told[1]);
    }
    close(told[1]);
    /* It gets as far as one commit, and from there is struck anywhere. */
    g_assert_cmpint(read(told[0], &next, sizeof next), ==, sizeof next);
    g_usleep(usec);
    g_assert_cmpint(kill(child, SIGKILL), ==, 0);
    do
        number = next;
    while (read(told[0], &next, sizeof next) == sizeof next);
    close(told[0]);
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFSIGNALED(status));
    return number;
}

/* The number of a report is its count of successful sessions. */
static gboolean
see_report(gpointer data, const StoreReportRow *row)
{
    GHashTable *seen = data;
    g_assert_true(g_hash_table_add(seen, GUINT_TO_POINTER((guint)row->successful + 1)));
    return TRUE;
}

static void
check_store(const Fixture *fixture, guint acknowledged)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    g_autoptr(Store) store = fixture_another(fixture);
    StoreQuery all;
    gboolean row;
    store_query_init(&all);

    if (fixture_server() == NULL) {
        DriverStatement *check =
            store->driver->prepare(store->connection, "PRAGMA integrity_check", &error);
        g_assert_no_error(error);
        g_assert_true(store->driver->step(check, &row, &error));
        g_assert_cmpstr(store->driver->column_text(check, 0), ==, "ok");
        store->driver->finalize(check);
    }
    g_assert_true(store_each_report(store, &all, 0, see_report, seen, &error));
    for (guint i = 0; i < acknowledged; i++)
        g_assert_true(g_hash_table_contains(seen, GUINT_TO_POINTER(i + 1)));
    fixture_assert_rebuild_same(store);
}

static void
test_kill(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GRand) random = g_rand_new();
    guint acknowledged = 0;
    for (guint round = 0; round < ROUNDS; round++) {
        /* It begins with what may be there without having been acknowledged: then a duplicate. */
        guint number = run_round(fixture, acknowledged, (gulong)g_rand_int_range(random, 0, 30000));
        g_assert_cmpuint(number, >, acknowledged);
        acknowledged = number;
        if (round % 5 == 4)
            check_store(fixture, acknowledged);
    }
    g_test_message("%u reports acknowledged in %u rounds", acknowledged, ROUNDS);
    fixture->store = fixture_another(fixture);
    StoreCounts counts = fixture_counts(fixture->store);
    g_assert_cmpint(counts.reports, >=, acknowledged);
    g_assert_cmpint(counts.uncounted, >, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/store/crash/kill", Fixture, NULL, fixture_folder, test_kill, fixture_close);
    return g_test_run();
}
