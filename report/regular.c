#include "report/regular.h"

#define DAYS_MIN 5

gboolean
regular_is(const GArray *days, gint32 from, gint32 until)
{
    gint32 first = G_MAXINT32, previous = G_MININT32;
    guint n = 0;
    for (guint i = 0; i < days->len; i++) {
        gint32 day = g_array_index(days, gint32, i);
        if (day < from || day >= until || day == previous)
            continue;
        first = MIN(first, day);
        previous = day;
        n++;
    }
    return n >= DAYS_MIN && n * 2 > (guint)(until - first);
}
