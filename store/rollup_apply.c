/* rollup_apply.c: what a report adds to the roll-ups, into them and out again. Part of rollup.h. */
#include "schema/limits.h"
#include "store/deviation_ends.h"
#include "store/rollup-internal.h"

/* Sums up to here cannot bring any daily sum near its limit, whatever it was: 4 million reports
 * would have to come. Only larger ones are worth a look at the row. */
#define USUAL_SUM (G_GINT64_CONSTANT(1) << 40)

static const struct {
    const char *sums; /* NULL: they count reports and copies, and cannot be large */
    const char *drop, *subtract;
    guint first_sum, last_sum; /* columns of sessions, which may be of any size */
} tables[DAILY_KINDS] = {
    [DAILY_TOTAL] = {"total_sums", "total_drop", "total_subtract", DAILY_TOTAL_SUCCESSFUL,
                     DAILY_TOTAL_DETAILED},
    [DAILY_FAILURE] = {"failure_sums", "failure_drop", "failure_subtract", DAILY_FAILURE_SESSIONS,
                       DAILY_FAILURE_SESSIONS},
    [DAILY_COPY] = {NULL, "copy_drop", "copy_subtract", 0, 0},
    [DAILY_DEVIATION] = {NULL, "deviation_drop", "deviation_subtract", 0, 0},
};

/* The statement NAME with the first N columns of ROW. */
static Statement *
row_statement(StatementCache *statements, const char *name, const DailyRow *row, guint n,
              GError **error)
{
    Statement *statement = statement_get(statements, name, error);
    for (guint i = 0; statement != NULL && i < n; i++)
        statement_int(statement, (int)i + 1, row->columns[i]);
    return statement;
}

static gboolean
is_usual(DailyKind kind, const DailyRow *row)
{
    for (guint i = tables[kind].first_sum; i <= tables[kind].last_sum; i++) {
        if (row->columns[i] > USUAL_SUM)
            return FALSE;
    }
    return TRUE;
}

/* Whether each sum of the row that is there can take that of ROW. */
static gboolean
row_fits(StatementCache *statements, DailyKind kind, const DailyRow *row, gboolean *ret_fits,
         GError **error)
{
    gboolean found;
    g_autoptr(Statement) sums =
        row_statement(statements, tables[kind].sums, row, daily_sums_keys(kind), error);
    if (sums == NULL || !statement_step(sums, &found, error))
        return FALSE;
    guint n = tables[kind].last_sum - tables[kind].first_sum + 1;
    for (guint i = 0; found && i < n; i++) {
        gint64 more = row->columns[tables[kind].first_sum + i];
        if (statement_get_int(sums, (int)i) > LIMIT_DAILY_SUM - more)
            *ret_fits = FALSE;
    }
    return TRUE;
}

gboolean
rollup_fits(const Rollup *rollup, DailySums *sums, StatementCache *statements, gboolean *ret_fits,
            GError **error)
{
    gboolean fits = !rollup->too_much;
    for (guint kind = 0; kind < DAILY_KINDS; kind++) {
        guint n = tables[kind].sums != NULL ? rollup_rows(rollup, kind) : 0;
        for (guint i = 0; fits && i < n; i++) {
            const DailyRow *row = rollup_row(rollup, kind, i);
            if (!is_usual(kind, row) &&
                (!daily_sums_write(sums, error) || !row_fits(statements, kind, row, &fits, error)))
                return FALSE;
        }
    }
    *ret_fits = fits;
    return TRUE;
}

gboolean
rollup_add(const Rollup *rollup, DailySums *sums, GError **error)
{
    for (guint kind = 0; kind < DAILY_KINDS; kind++) {
        for (guint i = 0; i < rollup_rows(rollup, kind); i++) {
            if (!daily_sums_add(sums, kind, rollup_row(rollup, kind, i), error))
                return FALSE;
        }
    }
    return TRUE;
}

/* Runs the statement NAME on ROW; *ret_row says whether it gave a row back. */
static gboolean
run_row(StatementCache *statements, const char *name, DailyKind kind, const DailyRow *row,
        gboolean *ret_row, GError **error)
{
    gint64 ignored;
    g_autoptr(Statement) statement =
        row_statement(statements, name, row, daily_sums_columns(kind), error);
    return statement != NULL && statement_value(statement, &ignored, ret_row, error);
}

/* Takes ROW out where nothing else is in it, else subtracts. */
static gboolean
subtract_row(StatementCache *statements, DailyKind kind, const DailyRow *row, GError **error)
{
    gboolean done;
    DailyRow less = *row;
    if (!run_row(statements, tables[kind].drop, kind, row, &done, error))
        return FALSE;
    if (!done && kind == DAILY_DEVIATION && !deviation_ends_without(statements, &less, error))
        return FALSE;
    if (!done && !run_row(statements, tables[kind].subtract, kind, &less, &done, error))
        return FALSE;
    if (!done)
        g_set_error(error, STORE_ERROR, STORE_ERROR_CORRUPT,
                    "the roll-ups do not hold what a stored report added to them: rebuild the "
                    "store");
    return done;
}

gboolean
rollup_subtract(const Rollup *rollup, DailySums *sums, StatementCache *statements, GError **error)
{
    /* Failures first: they refer to their totals. */
    static const DailyKind kinds[] = {DAILY_FAILURE, DAILY_TOTAL, DAILY_COPY, DAILY_DEVIATION};
    if (!daily_sums_write(sums, error))
        return FALSE;
    for (guint k = 0; k < G_N_ELEMENTS(kinds); k++) {
        for (guint i = 0; i < rollup_rows(rollup, kinds[k]); i++) {
            if (!subtract_row(statements, kinds[k], rollup_row(rollup, kinds[k], i), error))
                return FALSE;
        }
    }
    return TRUE;
}
