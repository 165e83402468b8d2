#include "schema/day.h"

#define SECONDS_OF_DAY 86400
/* 9999-12-31T23:59:59Z */
#define LAST_SECOND    G_GINT64_CONSTANT(253402300799)

/* Days since 1970-01-01 of a date in the proleptic Gregorian calendar. Years begin in March here,
 * so that the leap day is the last of its year; an era is 400 years. */
static gint64
days_from_date(gint64 year, guint month, guint day)
{
    year -= month <= 2;
    gint64 era = (year >= 0 ? year : year - 399) / 400;
    gint64 year_of_era = year - era * 400;
    gint64 day_of_year = (153 * ((gint64)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    gint64 day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void
date_from_days(gint64 days, gint64 *ret_year, guint *ret_month, guint *ret_day)
{
    days += 719468;
    gint64 era = (days >= 0 ? days : days - 146096) / 146097;
    gint64 day_of_era = days - era * 146097;
    gint64 year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    gint64 day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    gint64 month = (5 * day_of_year + 2) / 153;
    *ret_day = (guint)(day_of_year - (153 * month + 2) / 5 + 1);
    *ret_month = (guint)(month < 10 ? month + 3 : month - 9);
    *ret_year = year_of_era + era * 400 + (*ret_month <= 2);
}

static gboolean
is_date(guint year, guint month, guint day)
{
    return month <= 12 && g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year);
}

/* Reads exactly DIGITS digits and moves *TEXT past them. */
static gboolean
take_number(const char **text, guint digits, guint *ret_number)
{
    guint number = 0;
    for (guint i = 0; i < digits; i++) {
        if (!g_ascii_isdigit((*text)[i]))
            return FALSE;
        number = number * 10 + (guint)g_ascii_digit_value((*text)[i]);
    }
    *text += digits;
    *ret_number = number;
    return TRUE;
}

static gboolean
take_char(const char **text, char c)
{
    if (g_ascii_tolower(**text) != c)
        return FALSE;
    (*text)++;
    return TRUE;
}

static gboolean
take_date(const char **text, gint64 *ret_days)
{
    guint year, month, day;
    if (!take_number(text, 4, &year) || !take_char(text, '-') || !take_number(text, 2, &month) ||
        !take_char(text, '-') || !take_number(text, 2, &day) || !is_date(year, month, day))
        return FALSE;
    *ret_days = days_from_date(year, month, day);
    return TRUE;
}

/* partial-time of RFC 3339 5.6. A leap second counts as the second after it. */
static gboolean
take_time(const char **text, gint64 *ret_seconds)
{
    guint hour, minute, second;
    if (!take_number(text, 2, &hour) || !take_char(text, ':') || !take_number(text, 2, &minute) ||
        !take_char(text, ':') || !take_number(text, 2, &second))
        return FALSE;
    if (hour > 23 || minute > 59 || second > 60)
        return FALSE;
    if (take_char(text, '.')) {
        if (!g_ascii_isdigit(**text))
            return FALSE;
        while (g_ascii_isdigit(**text))
            (*text)++;
    }
    *ret_seconds = (gint64)hour * 3600 + minute * 60 + second;
    return TRUE;
}

/* time-offset of RFC 3339 5.6, or nothing at all. */
static gboolean
take_zone(const char **text, gint64 *ret_offset, DatetimeOddity *oddity)
{
    guint hour, minute;
    *ret_offset = 0;
    if (take_char(text, 'z'))
        return TRUE;
    if (**text != '+' && **text != '-') {
        *oddity |= DATETIME_NO_ZONE;
        return TRUE;
    }
    gint64 sign = *(*text)++ == '-' ? -1 : 1;
    if (!take_number(text, 2, &hour) || !take_char(text, ':') || !take_number(text, 2, &minute) ||
        hour > 23 || minute > 59)
        return FALSE;
    *ret_offset = sign * ((gint64)hour * 3600 + minute * 60);
    return TRUE;
}

static void
skip_space(const char **text, DatetimeOddity *oddity)
{
    while (g_ascii_isspace(**text)) {
        *oddity |= DATETIME_SPACE;
        (*text)++;
    }
}

gboolean
datetime_parse(const char *text, gint64 *ret_unix, DatetimeOddity *ret_oddity)
{
    DatetimeOddity oddity = DATETIME_PLAIN;
    gint64 days, seconds, offset;
    skip_space(&text, &oddity);
    if (!take_date(&text, &days))
        return FALSE;
    if (take_char(&text, ' '))
        oddity |= DATETIME_SPACE;
    else if (!take_char(&text, 't'))
        return FALSE;
    if (!take_time(&text, &seconds) || !take_zone(&text, &offset, &oddity))
        return FALSE;
    skip_space(&text, &oddity);
    gint64 result = days * SECONDS_OF_DAY + seconds - offset;
    if (*text != '\0' || result < 0 || result > LAST_SECOND)
        return FALSE;
    *ret_unix = result;
    *ret_oddity = oddity;
    return TRUE;
}

gboolean
day_parse(const char *text, gint32 *ret_day)
{
    gint64 days;
    if (!take_date(&text, &days) || *text != '\0')
        return FALSE;
    *ret_day = (gint32)days;
    return TRUE;
}

char *
day_format(gint32 day)
{
    gint64 year;
    guint month, day_of_month;
    date_from_days(day, &year, &month, &day_of_month);
    return g_strdup_printf("%04" G_GINT64_FORMAT "-%02u-%02u", year, month, day_of_month);
}

char *
day_span_format(gint32 first, gint32 last)
{
    g_autofree char *from = day_format(first), *to = day_format(last);
    return first == last ? g_steal_pointer(&from) : g_strdup_printf("%s to %s", from, to);
}

char *
datetime_format(gint64 unix_seconds)
{
    gint64 days = unix_seconds / SECONDS_OF_DAY;
    gint64 seconds = unix_seconds % SECONDS_OF_DAY;
    if (seconds < 0) {
        seconds += SECONDS_OF_DAY;
        days--;
    }
    gint64 year;
    guint month, day;
    date_from_days(days, &year, &month, &day);
    return g_strdup_printf("%04" G_GINT64_FORMAT "-%02u-%02uT%02u:%02u:%02uZ", year, month, day,
                           (guint)(seconds / 3600), (guint)(seconds / 60 % 60),
                           (guint)(seconds % 60));
}
