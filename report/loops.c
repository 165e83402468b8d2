#include "report/loops.h"

static int
by_day(gconstpointer a, gconstpointer b)
{
    const LoopDay *left = a, *right = b;
    return left->day < right->day ? -1 : left->day > right->day;
}

/* One element a day. */
static void
merge(GArray *days)
{
    guint kept = 0;
    g_array_sort(days, by_day);
    for (guint i = 0; i < days->len; i++) {
        const LoopDay *each = &g_array_index(days, LoopDay, i);
        LoopDay *last = kept == 0 ? NULL : &g_array_index(days, LoopDay, kept - 1);
        if (last == NULL || last->day != each->day) {
            g_array_index(days, LoopDay, kept++) = *each;
            continue;
        }
        /* Only 0, 1 and "more" matter here, so large counts need not be added exactly. */
        last->successful = MIN(last->successful, G_MAXINT32) + MIN(each->successful, G_MAXINT32);
        last->failed = MAX(last->failed, each->failed);
        last->mailed = last->mailed || each->mailed;
    }
    g_array_set_size(days, kept);
}

void
loops_mark(GArray *days)
{
    merge(days);
    for (guint i = 0; i < days->len; i++) {
        const LoopDay *before = i == 0 ? NULL : &g_array_index(days, LoopDay, i - 1);
        LoopDay *each = &g_array_index(days, LoopDay, i);
        each->loop = each->successful == 1 && each->failed == 0 && before != NULL &&
                     before->day == each->day - 1 && before->mailed;
    }
}

void
loops_count(GArray *days, gint64 *ret_days, gint64 *ret_loop_days)
{
    loops_mark(days);
    *ret_days = days->len;
    *ret_loop_days = 0;
    for (guint i = 0; i < days->len; i++)
        *ret_loop_days += g_array_index(days, LoopDay, i).loop ? 1 : 0;
}
