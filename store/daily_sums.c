#include "store/daily_sums.h"

#include "schema/limits.h"
#include "store/id_groups.h"

static const struct {
    const char *add;
    guint n_keys;
    guint n_summed;  /* columns up to here are keys and sums: */
    guint n_columns; /* the highest and the lowest id are behind them */
} tables[DAILY_KINDS] = {
    [DAILY_TOTAL] = {"total_add", 6, 11, 11},
    [DAILY_FAILURE] = {"failure_add", 9, 11, 11},
    [DAILY_COPY] = {"copy_add", 4, 8, 8},
    [DAILY_DEVIATION] = {"deviation_add", 4, DAILY_DEVIATION_NEWEST, 8},
};

struct DailySums {
    StatementCache *statements;
    IdGroups *rows[DAILY_KINDS]; /* of DailyRow */
};

guint
daily_sums_keys(DailyKind kind)
{
    return tables[kind].n_keys;
}

guint
daily_sums_columns(DailyKind kind)
{
    return tables[kind].n_columns;
}

int
daily_sums_compare(const DailyRow *one, const DailyRow *other, guint n)
{
    for (guint i = 0; i < n; i++) {
        if (one->columns[i] != other->columns[i])
            return one->columns[i] < other->columns[i] ? -1 : 1;
    }
    return 0;
}

/* ---- one table ------------------------------------------------------------------------- */

/* Whether all sums of ROW and MORE stay within what a column may be given. */
static gboolean
fits(DailyKind kind, const DailyRow *row, const DailyRow *more)
{
    for (guint i = tables[kind].n_keys; i < tables[kind].n_summed; i++) {
        if (row->columns[i] > LIMIT_DAILY_SUM - more->columns[i])
            return FALSE;
    }
    return TRUE;
}

static void
add_up(DailyKind kind, DailyRow *row, const DailyRow *more)
{
    gint64 *to = row->columns;
    const gint64 *from = more->columns;
    for (guint i = tables[kind].n_keys; i < tables[kind].n_summed; i++)
        to[i] += from[i];
    if (kind != DAILY_DEVIATION)
        return;
    to[DAILY_DEVIATION_NEWEST] = MAX(to[DAILY_DEVIATION_NEWEST], from[DAILY_DEVIATION_NEWEST]);
    to[DAILY_DEVIATION_OLDEST] = MIN(to[DAILY_DEVIATION_OLDEST], from[DAILY_DEVIATION_OLDEST]);
}

static int
by_key(gconstpointer a, gconstpointer b, gpointer n_keys)
{
    return daily_sums_compare(a, b, GPOINTER_TO_UINT(n_keys));
}

static gboolean
write_rows(DailySums *sums, DailyKind kind, GError **error)
{
    guint n = id_groups_count(sums->rows[kind]);
    if (n == 0)
        return TRUE;
    g_autoptr(Statement) statement = statement_get(sums->statements, tables[kind].add, error);
    if (statement == NULL)
        return FALSE;
    DailyRow *rows = id_groups_get(sums->rows[kind], 0);
    g_qsort_with_data(rows, (gint)n, sizeof *rows, by_key, GUINT_TO_POINTER(tables[kind].n_keys));
    return statement_send_rows(statement, rows->columns, tables[kind].n_columns, DAILY_COLUMNS, n,
                               error);
}

/* ---- all ------------------------------------------------------------------------------- */

DailySums *
daily_sums_new(StatementCache *statements)
{
    DailySums *sums = g_new0(DailySums, 1);
    sums->statements = statements;
    for (guint i = 0; i < DAILY_KINDS; i++)
        sums->rows[i] = id_groups_new(tables[i].n_keys, sizeof(DailyRow));
    return sums;
}

void
daily_sums_free(DailySums *sums)
{
    if (sums == NULL)
        return;
    for (guint i = 0; i < DAILY_KINDS; i++)
        id_groups_free(sums->rows[i]);
    g_free(sums);
}

gboolean
daily_sums_add(DailySums *sums, DailyKind kind, const DailyRow *row, GError **error)
{
    IdGroups *rows = sums->rows[kind];
    if (id_groups_count(rows) >= LIMIT_ROLLUPS_HELD && !daily_sums_write(sums, error))
        return FALSE;
    guint before = id_groups_count(rows);
    DailyRow *sum = id_groups_at(rows, row->columns);
    gboolean known = id_groups_count(rows) == before;
    if (known && fits(kind, sum, row)) {
        add_up(kind, sum, row);
        return TRUE;
    }
    if (known) {
        if (!daily_sums_write(sums, error))
            return FALSE;
        sum = id_groups_at(rows, row->columns);
    }
    *sum = *row;
    return TRUE;
}

gboolean
daily_sums_write(DailySums *sums, GError **error)
{
    for (guint i = 0; i < DAILY_KINDS; i++) {
        if (!write_rows(sums, (DailyKind)i, error))
            return FALSE;
    }
    daily_sums_forget(sums);
    return TRUE;
}

void
daily_sums_forget(DailySums *sums)
{
    for (guint i = 0; i < DAILY_KINDS; i++)
        id_groups_clear(sums->rows[i]);
}
