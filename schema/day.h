/* day.h: UTC days and RFC 3339 date-times. */
#pragma once

#include <glib.h>

/* How a date-time departs from RFC 3339 5.6; a bit set. */
typedef enum {
    DATETIME_PLAIN = 0,
    DATETIME_NO_ZONE = 1 << 0, /* UTC is assumed (Microsoft until 2023) */
    DATETIME_SPACE = 1 << 1,   /* a space, or white space around, where "T" or nothing belongs */
} DatetimeOddity;

/* Reads an RFC 3339 date-time (lower-case t and z, fractions, offsets and :60 are legal). Years
 * 1970 to 9999. FALSE leaves the results untouched. */
gboolean datetime_parse(const char *text, gint64 *ret_unix, DatetimeOddity *ret_oddity);

/* Days since 1970-01-01 of a "YYYY-MM-DD"; FALSE for anything else. */
gboolean day_parse(const char *text, gint32 *ret_day);
/* "YYYY-MM-DD" for DAY; newly allocated. */
char *day_format(gint32 day);
/* "2026-11-17 to 2026-11-19", and "2026-11-17" where FIRST is LAST; newly allocated. */
char *day_span_format(gint32 first, gint32 last);
/* "YYYY-MM-DDTHH:MM:SSZ"; newly allocated. */
char *datetime_format(gint64 unix_seconds);
