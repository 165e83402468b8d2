#include "report/week.h"

#include <string.h>

#include "schema/day.h"

#define DAYS 7

gint32
week_monday(gint32 day)
{
    gint32 weekday = (day + 3) % DAYS; /* 1970-01-01 was a Thursday */
    return day - (weekday < 0 ? weekday + DAYS : weekday);
}

/* The year of the Thursday of the week that begins on MONDAY, and the first Monday of that year. */
static gint32
first_monday(gint32 monday, guint *ret_year)
{
    g_autofree char *thursday = day_format(monday + 3);
    *ret_year = (guint)g_ascii_strtoull(thursday, NULL, 10);
    g_autofree char *fourth = g_strdup_printf("%04u-01-04", *ret_year); /* always in week 1 */
    gint32 day = monday;
    (void)day_parse(fourth, &day);
    return week_monday(day);
}

char *
week_format(gint32 day)
{
    gint32 monday = week_monday(day);
    guint year;
    gint32 first = first_monday(monday, &year);
    return g_strdup_printf("%04u-W%02d", year, (monday - first) / DAYS + 1);
}

static gboolean
take_digits(const char **text, guint count, guint *ret_number)
{
    *ret_number = 0;
    for (guint i = 0; i < count; i++, (*text)++) {
        if (!g_ascii_isdigit(**text))
            return FALSE;
        *ret_number = *ret_number * 10 + (guint)g_ascii_digit_value(**text);
    }
    return TRUE;
}

gboolean
week_parse(const char *text, gint32 today, gint32 *ret_monday)
{
    guint year, week, its_year;
    gint32 fourth;
    if (strcmp(text, "last") == 0) {
        *ret_monday = week_monday(today) - DAYS;
        return TRUE;
    }
    if (!take_digits(&text, 4, &year))
        return FALSE;
    if (*text == '-')
        text++;
    if (g_ascii_toupper(*text) != 'W')
        return FALSE;
    text++;
    if (!take_digits(&text, 2, &week) || *text != '\0' || week < 1)
        return FALSE;
    g_autofree char *date = g_strdup_printf("%04u-01-04", year);
    if (!day_parse(date, &fourth))
        return FALSE;
    gint32 monday = week_monday(fourth) + (gint32)(week - 1) * DAYS;
    (void)first_monday(monday, &its_year);
    if (its_year != year) /* weeks past the last one of the year */
        return FALSE;
    *ret_monday = monday;
    return TRUE;
}
