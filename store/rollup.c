#include "store/rollup.h"

#include "schema/limits.h"

/* Sums up to here cannot bring any daily sum near its limit, whatever it was: 4 million reports
 * would have to come. Only larger ones are worth a look at the row. */
#define USUAL_SUM (G_GINT64_CONSTANT(1) << 40)

struct Rollup {
    GArray *rows[DAILY_KINDS]; /* of DailyRow */
    gboolean too_much;
};

static const struct {
    const char *sums, *drop, *subtract;
    guint first_sum, last_sum; /* columns of sessions, which may be of any size */
} tables[DAILY_KINDS] = {
    [DAILY_TOTAL] = {"total_sums", "total_drop", "total_subtract", DAILY_TOTAL_SUCCESSFUL,
                     DAILY_TOTAL_DETAILED},
    [DAILY_FAILURE] = {"failure_sums", "failure_drop", "failure_subtract", DAILY_FAILURE_SESSIONS,
                       DAILY_FAILURE_SESSIONS},
};

void
rollup_free(Rollup *rollup)
{
    if (rollup == NULL)
        return;
    for (guint kind = 0; kind < DAILY_KINDS; kind++)
        g_array_unref(rollup->rows[kind]);
    g_free(rollup);
}

static DailyRow *
row_at(const Rollup *rollup, DailyKind kind, guint i)
{
    return &g_array_index(rollup->rows[kind], DailyRow, i);
}

/* ---- making ---------------------------------------------------------------------------- */

/* Both are within the limit. */
static gint64
add_up(Rollup *rollup, gint64 a, gint64 b)
{
    if (a <= LIMIT_DAILY_SUM - b)
        return a + b;
    rollup->too_much = TRUE;
    return LIMIT_DAILY_SUM;
}

static int
by_policy_type(gconstpointer a, gconstpointer b)
{
    return daily_sums_compare(a, b, DAILY_POLICY_TYPE + 1);
}

static int
by_total_key(gconstpointer a, gconstpointer b)
{
    return daily_sums_compare(a, b, daily_sums_keys(DAILY_TOTAL));
}

static int
by_failure_key(gconstpointer a, gconstpointer b)
{
    return daily_sums_compare(a, b, daily_sums_keys(DAILY_FAILURE));
}

/* The report counts under the policy of its first entry of a (domain, policy type): the sum of
 * reports over the policies is then the number of reports. Rows are in the order of the entries,
 * and sorting leaves equal ones in theirs. */
static void
mark_first_entries(Rollup *rollup)
{
    g_array_sort(rollup->rows[DAILY_TOTAL], by_policy_type);
    for (guint i = 0; i < rollup->rows[DAILY_TOTAL]->len; i++) {
        DailyRow *row = row_at(rollup, DAILY_TOTAL, i);
        row->columns[DAILY_TOTAL_REPORTS] = i == 0 || by_policy_type(row - 1, row) != 0;
    }
}

/* Rows with one key as one. */
static void
merge(Rollup *rollup, DailyKind kind, GCompareFunc by_key)
{
    guint kept = 0;
    GArray *rows = rollup->rows[kind];
    g_array_sort(rows, by_key);
    for (guint i = 1; i < rows->len; i++) {
        const DailyRow *row = row_at(rollup, kind, i);
        DailyRow *last = row_at(rollup, kind, kept);
        if (by_key(last, row) != 0) {
            *row_at(rollup, kind, ++kept) = *row;
            continue;
        }
        for (guint column = daily_sums_keys(kind); column < DAILY_COLUMNS; column++)
            last->columns[column] = add_up(rollup, last->columns[column], row->columns[column]);
    }
    if (rows->len > 0)
        g_array_set_size(rows, kept + 1);
}

static int
by_value(gconstpointer a, gconstpointer b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return (x > y) - (x < y);
}

/* Name ids of the domains, each once. */
static gboolean
domain_ids(Intern *intern, const char *const *domains, GArray *ids, GError **error)
{
    g_array_set_size(ids, 0);
    for (; domains != NULL && *domains != NULL; domains++) {
        gint64 id;
        if (!intern_name(intern, *domains, &id, error))
            return FALSE;
        g_array_append_val(ids, id);
    }
    if (ids->len > 1)
        g_array_sort(ids, by_value);
    for (guint i = ids->len; i > 1; i--) {
        if (g_array_index(ids, gint64, i - 1) == g_array_index(ids, gint64, i - 2))
            g_array_remove_index(ids, i - 1);
    }
    return TRUE;
}

/* ROW once for each domain. */
static void
append_rows(Rollup *rollup, DailyKind kind, DailyRow *row, const GArray *domains)
{
    for (guint i = 0; i < domains->len; i++) {
        row->columns[DAILY_DOMAIN] = g_array_index(domains, gint64, i);
        g_array_append_vals(rollup->rows[kind], row, 1);
    }
}

static gboolean
make_failures(Rollup *rollup, Intern *intern, const PolicyEntry *entry, DailyRow row,
              const GArray *domains, GError **error)
{
    for (gsize i = 0; i < entry->n_failures; i++) {
        const FailureDetail *detail = &entry->failures[i];
        if (!intern_name(intern, detail->mx_hostname, &row.columns[DAILY_FAILURE_MX], error) ||
            !intern_name(intern, detail->result_word, &row.columns[DAILY_FAILURE_RESULT], error) ||
            !intern_name(intern, detail->reason_code, &row.columns[DAILY_FAILURE_REASON], error))
            return FALSE;
        row.columns[DAILY_FAILURE_SESSIONS] = detail->failed_sessions;
        row.columns[DAILY_FAILURE_ENTRIES] = 1;
        append_rows(rollup, DAILY_FAILURE, &row, domains);
    }
    return TRUE;
}

/* ROW has the day, the sender and the trust. */
static gboolean
make_entry(Rollup *rollup, Intern *intern, const PolicyEntry *entry, DailyRow row,
           const GArray *domains, GError **error)
{
    /* Before anything is made of it: an entry may count for many domains. */
    guint64 rows = (guint64)rollup->rows[DAILY_TOTAL]->len + rollup->rows[DAILY_FAILURE]->len +
                   (guint64)domains->len * (1 + entry->n_failures);
    if (rows > LIMIT_ROLLUP_ROWS)
        rollup->too_much = TRUE;
    if (rollup->too_much || domains->len == 0)
        return TRUE;
    if (!intern_name(intern, policy_entry_type_name(entry), &row.columns[DAILY_POLICY_TYPE],
                     error) ||
        !intern_policy(intern, entry, &row.columns[DAILY_POLICY], error))
        return FALSE;
    DailyRow failure = row;
    row.columns[DAILY_TOTAL_SUCCESSFUL] = entry->successful_sessions;
    row.columns[DAILY_TOTAL_FAILED] = entry->failed_sessions;
    row.columns[DAILY_TOTAL_ENTRIES] = 1;
    gint64 *detailed = &row.columns[DAILY_TOTAL_DETAILED];
    for (gsize i = 0; i < entry->n_failures; i++)
        *detailed = add_up(rollup, *detailed, entry->failures[i].failed_sessions);
    append_rows(rollup, DAILY_TOTAL, &row, domains);
    return make_failures(rollup, intern, entry, failure, domains, error);
}

Rollup *
rollup_new(Intern *intern, const Report *report, const GPtrArray *lists, gint64 sender, Trust trust,
           GError **error)
{
    g_autoptr(GArray) domains = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(Rollup) rollup = g_new0(Rollup, 1);
    DailyRow row = {{[DAILY_DAY] = report_day(report), [DAILY_SENDER] = sender}};
    for (guint kind = 0; kind < DAILY_KINDS; kind++)
        rollup->rows[kind] = g_array_new(FALSE, FALSE, sizeof(DailyRow));
    if (!intern_name(intern, trust_name(trust), &row.columns[DAILY_TRUST], error))
        return NULL;
    for (gsize i = 0; i < report->n_policies; i++) {
        const char *const *list =
            lists != NULL ? g_ptr_array_index(lists, i) : report->policies[i].counts_for;
        if (!domain_ids(intern, list, domains, error) ||
            !make_entry(rollup, intern, &report->policies[i], row, domains, error))
            return NULL;
    }
    mark_first_entries(rollup);
    merge(rollup, DAILY_TOTAL, by_total_key);
    merge(rollup, DAILY_FAILURE, by_failure_key);
    return g_steal_pointer(&rollup);
}

/* ---- adding and taking away ------------------------------------------------------------ */

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
        for (guint i = 0; fits && i < rollup->rows[kind]->len; i++) {
            const DailyRow *row = row_at(rollup, kind, i);
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
        for (guint i = 0; i < rollup->rows[kind]->len; i++) {
            if (!daily_sums_add(sums, kind, row_at(rollup, kind, i), error))
                return FALSE;
        }
    }
    return TRUE;
}

/* Runs the statement NAME on ROW; *ret_row says whether it gave a row back. */
static gboolean
run_row(StatementCache *statements, const char *name, const DailyRow *row, gboolean *ret_row,
        GError **error)
{
    gint64 ignored;
    g_autoptr(Statement) statement = row_statement(statements, name, row, DAILY_COLUMNS, error);
    return statement != NULL && statement_value(statement, &ignored, ret_row, error);
}

/* Takes ROW out where nothing else is in it, else subtracts. */
static gboolean
subtract_row(StatementCache *statements, DailyKind kind, const DailyRow *row, GError **error)
{
    gboolean done;
    if (!run_row(statements, tables[kind].drop, row, &done, error))
        return FALSE;
    if (!done && !run_row(statements, tables[kind].subtract, row, &done, error))
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
    static const DailyKind kinds[] = {DAILY_FAILURE, DAILY_TOTAL};
    if (!daily_sums_write(sums, error))
        return FALSE;
    for (guint k = 0; k < G_N_ELEMENTS(kinds); k++) {
        for (guint i = 0; i < rollup->rows[kinds[k]]->len; i++) {
            if (!subtract_row(statements, kinds[k], row_at(rollup, kinds[k], i), error))
                return FALSE;
        }
    }
    return TRUE;
}
