#include "report/week.h"

#include "schema/day.h"

static gint32
day_of(const char *text)
{
    gint32 day;
    g_assert_true(day_parse(text, &day));
    return day;
}

static void
test_years_turn(void)
{
    /* ISO 8601: the week belongs to the year of its Thursday. */
    static const struct {
        const char *day, *week, *monday;
    } cases[] = {
        {"2026-11-22", "2026-W47", "2026-11-16"}, {"2026-11-23", "2026-W48", "2026-11-23"},
        {"2021-01-03", "2020-W53", "2020-12-28"}, {"2021-01-04", "2021-W01", "2021-01-04"},
        {"2018-12-31", "2019-W01", "2018-12-31"}, {"2027-01-01", "2026-W53", "2026-12-28"},
        {"2024-12-30", "2025-W01", "2024-12-30"}, {"1970-01-01", "1970-W01", "1969-12-29"},
        {"2000-02-29", "2000-W09", "2000-02-28"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        gint32 monday;
        g_autofree char *week = week_format(day_of(cases[i].day));
        g_assert_cmpstr(week, ==, cases[i].week);
        g_assert_true(week_parse(cases[i].week, 0, &monday));
        g_autofree char *text = day_format(monday);
        g_assert_cmpstr(text, ==, cases[i].monday);
    }
}

/* Every week of two centuries: both ways, against GLib's own calendar. */
static void
test_round_trip(void)
{
    gint32 last = day_of("2120-12-31");
    for (gint32 day = day_of("1971-01-01"); day <= last; day++) {
        g_autofree char *week = week_format(day);
        gint32 monday;
        g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc((gint64)day * 86400);
        g_autofree char *expected = g_date_time_format(time, "%G-W%V");
        g_assert_cmpstr(week, ==, expected);
        g_assert_true(week_parse(week, 0, &monday));
        g_assert_cmpint(monday, ==, week_monday(day));
        g_assert_true(monday <= day && day < monday + 7);
    }
}

static void
test_last(void)
{
    gint32 monday;
    /* On a Monday the week that ended yesterday is over; on a Sunday the present one is not. */
    g_assert_true(week_parse("last", day_of("2026-11-23"), &monday));
    g_assert_cmpint(monday, ==, day_of("2026-11-16"));
    g_assert_true(week_parse("last", day_of("2026-11-22"), &monday));
    g_assert_cmpint(monday, ==, day_of("2026-11-09"));
}

static void
test_wrong(void)
{
    static const char *const words[] = {
        "",       "2026-W00", "2026-W54", "2025-W53",  "2026-W1", "2026-W471", "2026-47",
        "26-W47", "W47",      "2026-Wxx", "2026-W47 ", "next",    "0000-W001", "20-26-W47"};
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        gint32 monday = 77;
        g_assert_false(week_parse(words[i], 20000, &monday));
        g_assert_cmpint(monday, ==, 77);
    }
    gint32 monday;
    g_assert_true(week_parse("2026w47", 0, &monday));
    g_assert_true(week_parse("2026-W53", 0, &monday));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/week/years-turn", test_years_turn);
    g_test_add_func("/week/round-trip", test_round_trip);
    g_test_add_func("/week/last", test_last);
    g_test_add_func("/week/wrong", test_wrong);
    return g_test_run();
}
