/* week.h: ISO 8601 weeks: Monday to Sunday, numbered by the year that holds their Thursday. */
#pragma once

#include <glib.h>

/* The Monday of the week of DAY (UTC days since 1970-01-01). */
gint32 week_monday(gint32 day);

/* "2026-W47" (also "2026W47"), or "last": the last week that is over before TODAY. FALSE for
 * anything else, a week 53 that the year does not have included; *ret_monday is then untouched. */
gboolean week_parse(const char *text, gint32 today, gint32 *ret_monday);

/* "2026-W47" of the week that holds DAY; newly allocated. */
char *week_format(gint32 day);
