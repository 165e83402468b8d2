/* rollup-internal.h: the rows behind rollup.h, for its files alone. Private to store/. */
#pragma once

#include "store/rollup.h"

struct Rollup {
    GArray *rows[DAILY_KINDS]; /* of DailyRow */
    GArray *domains;           /* of gint64: name ids, while an entry is made */
    gint32 day;
    gint64 sender;
    guint appended; /* rows, before equal ones became one */
    gboolean too_much;
};

static inline guint
rollup_rows(const Rollup *rollup, DailyKind kind)
{
    return rollup->rows[kind]->len;
}

static inline DailyRow *
rollup_row(const Rollup *rollup, DailyKind kind, guint i)
{
    return &g_array_index(rollup->rows[kind], DailyRow, i);
}
