#include "store/daily_sums.h"

#include <string.h>

#include "schema/limits.h"

/* What there is room for from the start. A group of a busy collector grows past it, one report of
 * every day does not. */
#define FEW_ROWS 128

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

typedef struct {
    DailyKind kind;
    guint n_keys;
    GArray *rows;  /* of DailyRow */
    guint32 *find; /* number of a row + 1 by the hash of its key, 0: free */
    guint32 mask;
} Table;

struct DailySums {
    StatementCache *statements;
    Table tables[DAILY_KINDS];
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

static void
table_init(Table *table, DailyKind kind)
{
    table->kind = kind;
    table->n_keys = tables[kind].n_keys;
    table->rows = g_array_sized_new(FALSE, FALSE, sizeof(DailyRow), FEW_ROWS);
    table->mask = 2 * FEW_ROWS - 1;
    table->find = g_new0(guint32, (gsize)table->mask + 1);
}

static void
table_clear(Table *table)
{
    g_array_unref(table->rows);
    g_free(table->find);
}

/* Gives back what a large group took. */
static void
table_empty(Table *table)
{
    if (table->rows->len == 0)
        return;
    if (table->rows->len > FEW_ROWS) {
        table_clear(table);
        table_init(table, table->kind);
        return;
    }
    g_array_set_size(table->rows, 0);
    memset(table->find, 0, ((gsize)table->mask + 1) * sizeof *table->find);
}

static DailyRow *
row_at(const Table *table, guint32 number)
{
    return &g_array_index(table->rows, DailyRow, number);
}

static guint32 *
place_of(const Table *table, const DailyRow *row)
{
    const gint64 *key = row->columns;
    guint64 hash = 0;
    for (guint i = 0; i < table->n_keys; i++)
        hash = (hash ^ (guint64)key[i]) * G_GUINT64_CONSTANT(0x9E3779B97F4A7C15) + (hash >> 29);
    guint32 at = (guint32)(hash >> 32) & table->mask;
    while (table->find[at] != 0 && memcmp(row_at(table, table->find[at] - 1)->columns, key,
                                          table->n_keys * sizeof *key) != 0)
        at = (at + 1) & table->mask;
    return &table->find[at];
}

static void
table_grow(Table *table)
{
    g_free(table->find);
    table->mask = table->mask * 2 + 1;
    table->find = g_new0(guint32, (gsize)table->mask + 1);
    for (guint32 i = 0; i < table->rows->len; i++)
        *place_of(table, row_at(table, i)) = i + 1;
}

static void
table_append(Table *table, guint32 *place, const DailyRow *row)
{
    g_array_append_vals(table->rows, row, 1);
    *place = table->rows->len;
    if (table->rows->len > table->mask / 2)
        table_grow(table);
}

/* Whether all sums of ROW and MORE stay within what a column may be given. */
static gboolean
fits(const Table *table, const DailyRow *row, const DailyRow *more)
{
    for (guint i = table->n_keys; i < tables[table->kind].n_summed; i++) {
        if (row->columns[i] > LIMIT_DAILY_SUM - more->columns[i])
            return FALSE;
    }
    return TRUE;
}

static void
add_up(const Table *table, DailyRow *row, const DailyRow *more)
{
    gint64 *to = row->columns;
    const gint64 *from = more->columns;
    for (guint i = table->n_keys; i < tables[table->kind].n_summed; i++)
        to[i] += from[i];
    if (table->kind != DAILY_DEVIATION)
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
table_write(Table *table, StatementCache *statements, GError **error)
{
    if (table->rows->len == 0)
        return TRUE;
    g_autoptr(Statement) statement = statement_get(statements, tables[table->kind].add, error);
    if (statement == NULL)
        return FALSE;
    g_array_sort_with_data(table->rows, by_key, GUINT_TO_POINTER(table->n_keys));
    return statement_send_rows(statement, row_at(table, 0)->columns, tables[table->kind].n_columns,
                               DAILY_COLUMNS, table->rows->len, error);
}

/* ---- all ------------------------------------------------------------------------------- */

DailySums *
daily_sums_new(StatementCache *statements)
{
    DailySums *sums = g_new0(DailySums, 1);
    sums->statements = statements;
    for (guint i = 0; i < DAILY_KINDS; i++)
        table_init(&sums->tables[i], (DailyKind)i);
    return sums;
}

void
daily_sums_free(DailySums *sums)
{
    if (sums == NULL)
        return;
    for (guint i = 0; i < DAILY_KINDS; i++)
        table_clear(&sums->tables[i]);
    g_free(sums);
}

gboolean
daily_sums_add(DailySums *sums, DailyKind kind, const DailyRow *row, GError **error)
{
    Table *table = &sums->tables[kind];
    guint32 *place = place_of(table, row);
    if (*place != 0 && fits(table, row_at(table, *place - 1), row)) {
        add_up(table, row_at(table, *place - 1), row);
        return TRUE;
    }
    if (*place != 0 || table->rows->len >= LIMIT_ROLLUPS_HELD) {
        if (!daily_sums_write(sums, error))
            return FALSE;
        place = place_of(table, row);
    }
    table_append(table, place, row);
    return TRUE;
}

gboolean
daily_sums_write(DailySums *sums, GError **error)
{
    for (guint i = 0; i < DAILY_KINDS; i++) {
        if (!table_write(&sums->tables[i], sums->statements, error))
            return FALSE;
    }
    daily_sums_forget(sums);
    return TRUE;
}

void
daily_sums_forget(DailySums *sums)
{
    for (guint i = 0; i < DAILY_KINDS; i++)
        table_empty(&sums->tables[i]);
}
