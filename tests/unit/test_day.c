#include "schema/day.h"

static const struct {
    const char *text, *utc; /* NULL: must be refused */
    guint oddity;
} datetimes[] = {
    {"2016-04-01T00:00:00Z", "2016-04-01T00:00:00Z", DATETIME_PLAIN},
    {"2016-04-01t23:59:59z", "2016-04-01T23:59:59Z", DATETIME_PLAIN},
    {"2023-01-10T00:00:00", "2023-01-10T00:00:00Z", DATETIME_NO_ZONE},
    {"2023-01-10 00:00:00", "2023-01-10T00:00:00Z", DATETIME_NO_ZONE | DATETIME_SPACE},
    {" 2023-01-10T00:00:00Z\r\n", "2023-01-10T00:00:00Z", DATETIME_SPACE},
    {"2023-01-10T00:00:00.123456789Z", "2023-01-10T00:00:00Z", DATETIME_PLAIN},
    {"2023-01-10T01:30:00+01:30", "2023-01-10T00:00:00Z", DATETIME_PLAIN},
    {"2023-01-09T19:00:00-05:00", "2023-01-10T00:00:00Z", DATETIME_PLAIN},
    {"2023-01-10T00:00:00-00:00", "2023-01-10T00:00:00Z", DATETIME_PLAIN},
    {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", DATETIME_PLAIN},
    {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", DATETIME_PLAIN},
    {"2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z", DATETIME_PLAIN},
    {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z", DATETIME_PLAIN},
    {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", DATETIME_PLAIN},
    {"9999-12-31T23:59:59-00:01", NULL, 0},
    {"9999-12-31T23:59:60Z", NULL, 0},
    {"1970-01-01T00:00:00+00:01", NULL, 0},
    {"1969-12-31T23:59:59Z", NULL, 0},
    {"0000-01-01T00:00:00Z", NULL, 0},
    {"2023-02-29T00:00:00Z", NULL, 0},
    {"2100-02-29T00:00:00Z", NULL, 0},
    {"2023-13-01T00:00:00Z", NULL, 0},
    {"2023-00-01T00:00:00Z", NULL, 0},
    {"2023-01-00T00:00:00Z", NULL, 0},
    {"2023-01-32T00:00:00Z", NULL, 0},
    {"2023-01-10T24:00:00Z", NULL, 0},
    {"2023-01-10T00:60:00Z", NULL, 0},
    {"2023-01-10T00:00:61Z", NULL, 0},
    {"2023-01-10T00:00:00.Z", NULL, 0},
    {"2023-01-10T00:00:00+0100", NULL, 0},
    {"2023-01-10T00:00:00+24:00", NULL, 0},
    {"2023-01-10T00:00:00Zjunk", NULL, 0},
    {"2023-01-10T00:00Z", NULL, 0},
    {"2023-01-10", NULL, 0},
    {"12023-01-10T00:00:00Z", NULL, 0},
    {"2023-1-10T00:00:00Z", NULL, 0},
    {"1673308800", NULL, 0},
    {"", NULL, 0},
    {"Tue, 10 Jan 2023 00:00:00 +0000", NULL, 0},
};

static void
test_datetimes(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(datetimes); i++) {
        gint64 seconds = -42;
        DatetimeOddity oddity = DATETIME_NO_ZONE;
        gboolean read = datetime_parse(datetimes[i].text, &seconds, &oddity);
        g_test_message("\"%s\"", datetimes[i].text);
        g_assert_true(read == (datetimes[i].utc != NULL));
        if (read) {
            g_autofree char *text = datetime_format(seconds);
            g_assert_cmpstr(text, ==, datetimes[i].utc);
            g_assert_cmpuint(oddity, ==, datetimes[i].oddity);
        } else {
            g_assert_cmpint(seconds, ==, -42);
            g_assert_cmpuint(oddity, ==, DATETIME_NO_ZONE);
        }
    }
}

/* Against GLib's own calendar: every day up to 2110, then steps that meet every kind of year. */
static void
test_calendar(void)
{
    g_autoptr(GDate) date = g_date_new_dmy(1, G_DATE_JANUARY, 1970);
    guint step;
    for (gint32 day = 0; g_date_get_year(date) < 9999; day += (gint32)step) {
        char wanted[16];
        gint32 read;
        g_date_strftime(wanted, sizeof wanted, "%Y-%m-%d", date);
        g_autofree char *text = day_format(day);
        g_assert_cmpstr(text, ==, wanted);
        g_assert_true(day_parse(text, &read));
        g_assert_cmpint(read, ==, day);
        step = g_date_get_year(date) < 2110 ? 1 : 59;
        g_date_add_days(date, step);
    }
}

static void
test_span(void)
{
    gint32 day;
    g_assert_true(day_parse("2026-11-17", &day));
    g_autofree char *one = day_span_format(day, day);
    g_assert_cmpstr(one, ==, "2026-11-17");
    g_autofree char *more = day_span_format(day, day + 14);
    g_assert_cmpstr(more, ==, "2026-11-17 to 2026-12-01");
}

static void
test_days(void)
{
    const char *refused[] = {"2016-4-01",  "2016-04-31", "2016-04-01 ", "2016-04-01T00:00:00Z",
                             "20160401",   "",           "2016-04",     " 2016-04-01",
                             "0000-01-01", "2016/04/01"};
    gint32 day = -7;
    for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_assert_false(day_parse(refused[i], &day));
        g_assert_cmpint(day, ==, -7);
    }
    g_assert_true(day_parse("2016-04-01", &day));
    g_assert_cmpint(day, ==, 16892);
    g_assert_true(day_parse("1969-12-31", &day));
    g_assert_cmpint(day, ==, -1);
}

/* "All days" is written as the ends of the type; to show them must not go wrong. */
static void
test_extremes(void)
{
    g_autofree char *first = day_format(G_MININT32);
    g_autofree char *last = day_format(G_MAXINT32);
    g_autofree char *before = datetime_format(-1);
    g_assert_cmpstr(first, ==, "-5877641-06-23");
    g_assert_cmpstr(last, ==, "5881580-07-11");
    g_assert_cmpstr(before, ==, "1969-12-31T23:59:59Z");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/day/datetimes", test_datetimes);
    g_test_add_func("/day/calendar", test_calendar);
    g_test_add_func("/day/days", test_days);
    g_test_add_func("/day/span", test_span);
    g_test_add_func("/day/extremes", test_extremes);
    return g_test_run();
}
