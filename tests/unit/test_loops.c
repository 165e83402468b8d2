#include "report/loops.h"

typedef struct {
    gint32 day;
    gint64 successful, failed;
    gboolean mailed;
} Row;

static void
assert_loops(const Row *rows, guint n, gint64 expected_days, gint64 expected_loops)
{
    g_autoptr(GArray) days = g_array_new(FALSE, FALSE, sizeof(LoopDay));
    gint64 all, loops;
    for (guint i = 0; i < n; i++) {
        LoopDay day = {rows[i].day, rows[i].successful, rows[i].failed, rows[i].mailed, FALSE};
        g_array_append_val(days, day);
    }
    loops_count(days, &all, &loops);
    g_assert_cmpint(all, ==, expected_days);
    g_assert_cmpint(loops, ==, expected_loops);
}

/* A real mail on the first day, then nothing but the echo of the reports. */
static void
test_echo(void)
{
    static const Row rows[] = {{4, 1, 0, TRUE}, {1, 3, 0, TRUE}, {2, 1, 0, TRUE}, {3, 1, 0, TRUE}};
    assert_loops(rows, G_N_ELEMENTS(rows), 4, 3);
}

/* One session without a report the day before is a mail. */
static void
test_not_an_echo(void)
{
    static const Row gap[] = {{1, 1, 0, TRUE}, {3, 1, 0, TRUE}};
    static const Row failed[] = {{1, 1, 0, TRUE}, {2, 0, 1, TRUE}, {3, 1, 1, TRUE}};
    static const Row busy[] = {{1, 5, 0, TRUE}, {2, 2, 0, TRUE}, {3, 40, 0, TRUE}};
    static const Row posted[] = {{1, 1, 0, FALSE}, {2, 1, 0, FALSE}};
    assert_loops(gap, G_N_ELEMENTS(gap), 2, 0);
    assert_loops(failed, G_N_ELEMENTS(failed), 3, 0);
    assert_loops(busy, G_N_ELEMENTS(busy), 3, 0);
    assert_loops(posted, G_N_ELEMENTS(posted), 2, 0);
    assert_loops(NULL, 0, 0, 0);
}

/* The rows of one day (several policy versions, several reports) are one day. */
static void
test_rows_of_one_day(void)
{
    static const Row two[] = {{1, 1, 0, TRUE}, {2, 1, 0, TRUE}, {2, 1, 0, TRUE}};
    static const Row one[] = {{1, 1, 0, TRUE}, {2, 1, 0, TRUE}, {2, 0, 0, TRUE}};
    static const Row huge[] = {{1, 1, 0, TRUE}, {2, G_MAXINT64, 0, TRUE}, {2, G_MAXINT64, 0, TRUE}};
    assert_loops(two, G_N_ELEMENTS(two), 2, 0);
    assert_loops(one, G_N_ELEMENTS(one), 2, 1);
    assert_loops(huge, G_N_ELEMENTS(huge), 2, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/loops/echo", test_echo);
    g_test_add_func("/loops/not-an-echo", test_not_an_echo);
    g_test_add_func("/loops/rows-of-one-day", test_rows_of_one_day);
    return g_test_run();
}
