#include "store/rollup.h"

#include "schema/limits.h"

/* Sums up to here cannot bring any daily sum near its limit, whatever it was: 4 million reports
 * would have to come. Only larger ones are worth a look at the row. */
#define USUAL_SUM (G_GINT64_CONSTANT(1) << 40)

typedef struct {
    gint64 domain, policy_type, policy;
    gsize entry; /* number of the policy entry, before rows are added up */
    gint64 reports, successful, failed, detailed, entries;
} TotalRow;

typedef struct {
    gint64 domain, policy_type, policy, mx, result, reason;
    gint64 sessions, entries;
} FailureRow;

struct Rollup {
    gint32 day;
    gint64 sender, trust;
    GArray *totals;   /* of TotalRow */
    GArray *failures; /* of FailureRow */
    gboolean too_much;
};

void
rollup_free(Rollup *rollup)
{
    if (rollup == NULL)
        return;
    g_array_unref(rollup->totals);
    g_array_unref(rollup->failures);
    g_free(rollup);
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
compare_ids(const gint64 *a, const gint64 *b, gsize n)
{
    for (gsize i = 0; i < n; i++) {
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    }
    return 0;
}

static int
by_domain_and_entry(gconstpointer a, gconstpointer b)
{
    const TotalRow *one = a, *other = b;
    const gint64 x[] = {one->domain, one->policy_type, (gint64)one->entry};
    const gint64 y[] = {other->domain, other->policy_type, (gint64)other->entry};
    return compare_ids(x, y, G_N_ELEMENTS(x));
}

static int
by_total_key(gconstpointer a, gconstpointer b)
{
    const TotalRow *one = a, *other = b;
    const gint64 x[] = {one->domain, one->policy_type, one->policy};
    const gint64 y[] = {other->domain, other->policy_type, other->policy};
    return compare_ids(x, y, G_N_ELEMENTS(x));
}

static int
by_failure_key(gconstpointer a, gconstpointer b)
{
    const FailureRow *one = a, *other = b;
    const gint64 x[] = {one->domain, one->policy_type, one->policy,
                        one->mx,     one->result,      one->reason};
    const gint64 y[] = {other->domain, other->policy_type, other->policy,
                        other->mx,     other->result,      other->reason};
    return compare_ids(x, y, G_N_ELEMENTS(x));
}

/* The report counts under the policy of its first entry of a (domain, policy type): the sum of
 * reports over the policies is then the number of reports. */
static void
mark_first_entries(Rollup *rollup)
{
    g_array_sort(rollup->totals, by_domain_and_entry);
    for (guint i = 0; i < rollup->totals->len; i++) {
        TotalRow *row = &g_array_index(rollup->totals, TotalRow, i);
        const TotalRow *before = i > 0 ? row - 1 : NULL;
        row->reports = before == NULL || before->domain != row->domain ||
                       before->policy_type != row->policy_type;
    }
}

static void
merge_totals(Rollup *rollup)
{
    guint kept = 0;
    g_array_sort(rollup->totals, by_total_key);
    for (guint i = 1; i < rollup->totals->len; i++) {
        const TotalRow *row = &g_array_index(rollup->totals, TotalRow, i);
        TotalRow *last = &g_array_index(rollup->totals, TotalRow, kept);
        if (by_total_key(last, row) != 0) {
            g_array_index(rollup->totals, TotalRow, ++kept) = *row;
            continue;
        }
        last->reports += row->reports;
        last->successful = add_up(rollup, last->successful, row->successful);
        last->failed = add_up(rollup, last->failed, row->failed);
        last->detailed = add_up(rollup, last->detailed, row->detailed);
        last->entries += row->entries;
    }
    if (rollup->totals->len > 0)
        g_array_set_size(rollup->totals, kept + 1);
}

static void
merge_failures(Rollup *rollup)
{
    guint kept = 0;
    g_array_sort(rollup->failures, by_failure_key);
    for (guint i = 1; i < rollup->failures->len; i++) {
        const FailureRow *row = &g_array_index(rollup->failures, FailureRow, i);
        FailureRow *last = &g_array_index(rollup->failures, FailureRow, kept);
        if (by_failure_key(last, row) != 0) {
            g_array_index(rollup->failures, FailureRow, ++kept) = *row;
            continue;
        }
        last->sessions = add_up(rollup, last->sessions, row->sessions);
        last->entries += row->entries;
    }
    if (rollup->failures->len > 0)
        g_array_set_size(rollup->failures, kept + 1);
}

static int
by_value(gconstpointer a, gconstpointer b)
{
    return compare_ids(a, b, 1);
}

/* Name ids of the domains, each once. */
static gboolean
domain_ids(Intern *intern, char *const *domains, GArray *ids, GError **error)
{
    g_array_set_size(ids, 0);
    for (; *domains != NULL; domains++) {
        gint64 id;
        if (!intern_name(intern, *domains, &id, error))
            return FALSE;
        g_array_append_val(ids, id);
    }
    g_array_sort(ids, by_value);
    for (guint i = ids->len; i > 1; i--) {
        if (g_array_index(ids, gint64, i - 1) == g_array_index(ids, gint64, i - 2))
            g_array_remove_index(ids, i - 1);
    }
    return TRUE;
}

static gboolean
make_failures(Rollup *rollup, Intern *intern, const PolicyEntry *entry, FailureRow row,
              const GArray *domains, GError **error)
{
    for (gsize i = 0; i < entry->n_failures; i++) {
        const FailureDetail *detail = &entry->failures[i];
        if (!intern_name(intern, detail->mx_hostname, &row.mx, error) ||
            !intern_name(intern, detail->result_word, &row.result, error) ||
            !intern_name(intern, detail->reason_code, &row.reason, error))
            return FALSE;
        row.sessions = detail->failed_sessions;
        row.entries = 1;
        for (guint j = 0; j < domains->len; j++) {
            row.domain = g_array_index(domains, gint64, j);
            g_array_append_val(rollup->failures, row);
        }
    }
    return TRUE;
}

static gboolean
make_entry(Rollup *rollup, Intern *intern, const PolicyEntry *entry, gsize number,
           const GArray *domains, GError **error)
{
    TotalRow total = {.entry = number,
                      .successful = entry->successful_sessions,
                      .failed = entry->failed_sessions,
                      .entries = 1};
    /* Before anything is made of it: an entry may count for many domains. */
    guint64 rows = (guint64)rollup->totals->len + rollup->failures->len +
                   (guint64)domains->len * (1 + entry->n_failures);
    if (rows > LIMIT_ROLLUP_ROWS)
        rollup->too_much = TRUE;
    if (rollup->too_much || domains->len == 0)
        return TRUE;
    if (!intern_name(intern, policy_entry_type_name(entry), &total.policy_type, error) ||
        !intern_policy(intern, entry, &total.policy, error))
        return FALSE;
    for (gsize i = 0; i < entry->n_failures; i++)
        total.detailed = add_up(rollup, total.detailed, entry->failures[i].failed_sessions);
    for (guint i = 0; i < domains->len; i++) {
        total.domain = g_array_index(domains, gint64, i);
        g_array_append_val(rollup->totals, total);
    }
    FailureRow failure = {.policy_type = total.policy_type, .policy = total.policy};
    return make_failures(rollup, intern, entry, failure, domains, error);
}

Rollup *
rollup_new(Intern *intern, const Report *report, const GPtrArray *lists, gint64 sender, Trust trust,
           GError **error)
{
    g_autoptr(GArray) domains = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(Rollup) rollup = g_new0(Rollup, 1);
    rollup->day = report_day(report);
    rollup->sender = sender;
    rollup->totals = g_array_new(FALSE, FALSE, sizeof(TotalRow));
    rollup->failures = g_array_new(FALSE, FALSE, sizeof(FailureRow));
    if (!intern_name(intern, trust_name(trust), &rollup->trust, error))
        return NULL;
    for (gsize i = 0; i < report->n_policies; i++) {
        if (!domain_ids(intern, g_ptr_array_index(lists, i), domains, error) ||
            !make_entry(rollup, intern, &report->policies[i], i, domains, error))
            return NULL;
    }
    mark_first_entries(rollup);
    merge_totals(rollup);
    merge_failures(rollup);
    return g_steal_pointer(&rollup);
}

/* ---- adding and taking away ------------------------------------------------------------ */

/* The part of the key that both tables share, as $1 to $6. */
static void
bind_key(const Rollup *rollup, Statement *statement, gint64 domain, gint64 policy_type,
         gint64 policy)
{
    statement_int(statement, 1, rollup->day);
    statement_int(statement, 2, domain);
    statement_int(statement, 3, rollup->sender);
    statement_int(statement, 4, policy_type);
    statement_int(statement, 5, policy);
    statement_int(statement, 6, rollup->trust);
}

static Statement *
total_statement(const Rollup *rollup, StatementCache *statements, const char *name, guint i,
                gboolean values, GError **error)
{
    const TotalRow *row = &g_array_index(rollup->totals, TotalRow, i);
    Statement *statement = statement_get(statements, name, error);
    if (statement == NULL)
        return NULL;
    bind_key(rollup, statement, row->domain, row->policy_type, row->policy);
    if (values) {
        statement_int(statement, 7, row->reports);
        statement_int(statement, 8, row->successful);
        statement_int(statement, 9, row->failed);
        statement_int(statement, 10, row->detailed);
        statement_int(statement, 11, row->entries);
    }
    return statement;
}

static Statement *
failure_statement(const Rollup *rollup, StatementCache *statements, const char *name, guint i,
                  gboolean values, GError **error)
{
    const FailureRow *row = &g_array_index(rollup->failures, FailureRow, i);
    Statement *statement = statement_get(statements, name, error);
    if (statement == NULL)
        return NULL;
    bind_key(rollup, statement, row->domain, row->policy_type, row->policy);
    statement_int(statement, 7, row->mx);
    statement_int(statement, 8, row->result);
    statement_int(statement, 9, row->reason);
    if (values) {
        statement_int(statement, 10, row->sessions);
        statement_int(statement, 11, row->entries);
    }
    return statement;
}

typedef Statement *(*RowStatement)(const Rollup *rollup, StatementCache *statements,
                                   const char *name, guint i, gboolean values, GError **error);

/* Whether each of the first N columns of the row there (none: 0) can take its number of MORE. */
static gboolean
row_fits(Statement *statement, const gint64 *more, int n, gboolean *ret_fits, GError **error)
{
    gboolean row;
    if (statement == NULL || !statement_step(statement, &row, error))
        return FALSE;
    for (int i = 0; row && i < n; i++) {
        if (statement_get_int(statement, i) > LIMIT_DAILY_SUM - more[i])
            *ret_fits = FALSE;
    }
    return TRUE;
}

gboolean
rollup_fits(const Rollup *rollup, StatementCache *statements, gboolean *ret_fits, GError **error)
{
    gboolean fits = !rollup->too_much;
    for (guint i = 0; fits && i < rollup->totals->len; i++) {
        const TotalRow *row = &g_array_index(rollup->totals, TotalRow, i);
        const gint64 more[] = {row->successful, row->failed, row->detailed};
        if (MAX(MAX(more[0], more[1]), more[2]) <= USUAL_SUM)
            continue;
        g_autoptr(Statement) sums =
            total_statement(rollup, statements, "total_sums", i, FALSE, error);
        if (!row_fits(sums, more, G_N_ELEMENTS(more), &fits, error))
            return FALSE;
    }
    for (guint i = 0; fits && i < rollup->failures->len; i++) {
        const FailureRow *row = &g_array_index(rollup->failures, FailureRow, i);
        if (row->sessions <= USUAL_SUM)
            continue;
        g_autoptr(Statement) sums =
            failure_statement(rollup, statements, "failure_sums", i, FALSE, error);
        if (!row_fits(sums, &row->sessions, 1, &fits, error))
            return FALSE;
    }
    *ret_fits = fits;
    return TRUE;
}

/* Runs the statement NAME on row I; *ret_row says whether it gave a row back. */
static gboolean
run_row(const Rollup *rollup, StatementCache *statements, RowStatement make, const char *name,
        guint i, gboolean *ret_row, GError **error)
{
    gint64 ignored;
    g_autoptr(Statement) statement = make(rollup, statements, name, i, TRUE, error);
    return statement != NULL && statement_value(statement, &ignored, ret_row, error);
}

gboolean
rollup_add(const Rollup *rollup, StatementCache *statements, GError **error)
{
    for (guint i = 0; i < rollup->totals->len; i++) {
        g_autoptr(Statement) add = total_statement(rollup, statements, "total_add", i, TRUE, error);
        if (add == NULL || !statement_send(add, error))
            return FALSE;
    }
    for (guint i = 0; i < rollup->failures->len; i++) {
        g_autoptr(Statement) add =
            failure_statement(rollup, statements, "failure_add", i, TRUE, error);
        if (add == NULL || !statement_send(add, error))
            return FALSE;
    }
    return TRUE;
}

/* Takes row I out where nothing else is in it, else subtracts. */
static gboolean
subtract_row(const Rollup *rollup, StatementCache *statements, RowStatement make, const char *drop,
             const char *subtract, guint i, GError **error)
{
    gboolean done;
    if (!run_row(rollup, statements, make, drop, i, &done, error))
        return FALSE;
    if (!done && !run_row(rollup, statements, make, subtract, i, &done, error))
        return FALSE;
    if (!done)
        g_set_error(error, STORE_ERROR, STORE_ERROR_CORRUPT,
                    "the roll-ups do not hold what a stored report added to them: rebuild the "
                    "store");
    return done;
}

gboolean
rollup_subtract(const Rollup *rollup, StatementCache *statements, GError **error)
{
    /* Failures first: they refer to their totals. */
    for (guint i = 0; i < rollup->failures->len; i++) {
        if (!subtract_row(rollup, statements, failure_statement, "failure_drop", "failure_subtract",
                          i, error))
            return FALSE;
    }
    for (guint i = 0; i < rollup->totals->len; i++) {
        if (!subtract_row(rollup, statements, total_statement, "total_drop", "total_subtract", i,
                          error))
            return FALSE;
    }
    return TRUE;
}
