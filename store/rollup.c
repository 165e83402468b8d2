#include "store/rollup-internal.h"

#include "schema/limits.h"
#include "store/counts_for.h"

/* ---- memory ---------------------------------------------------------------------------- */

/* Rows up to which a roll-up is kept for the next report of its thread: far more than most have. */
#define KEPT_ROWS 64

static void
destroy(gpointer data)
{
    Rollup *rollup = data;
    for (guint kind = 0; kind < DAILY_KINDS; kind++)
        g_array_unref(rollup->rows[kind]);
    g_array_unref(rollup->domains);
    g_free(rollup);
}

static GPrivate spare = G_PRIVATE_INIT(destroy);

void
rollup_free(Rollup *rollup)
{
    if (rollup == NULL)
        return;
    if (rollup->appended <= KEPT_ROWS && rollup->domains->len <= KEPT_ROWS &&
        g_private_get(&spare) == NULL)
        g_private_set(&spare, rollup);
    else
        destroy(rollup);
}

/* Empty. */
static Rollup *
create(gint32 day, gint64 sender)
{
    Rollup *rollup = g_private_get(&spare);
    if (rollup != NULL) {
        g_private_set(&spare, NULL);
    } else {
        rollup = g_new(Rollup, 1);
        for (guint kind = 0; kind < DAILY_KINDS; kind++)
            rollup->rows[kind] = g_array_new(FALSE, FALSE, sizeof(DailyRow));
        rollup->domains = g_array_new(FALSE, FALSE, sizeof(gint64));
    }
    for (guint kind = 0; kind < DAILY_KINDS; kind++)
        g_array_set_size(rollup->rows[kind], 0);
    g_array_set_size(rollup->domains, 0);
    rollup->day = day;
    rollup->sender = sender;
    rollup->appended = 0;
    rollup->too_much = FALSE;
    return rollup;
}

static void
append(Rollup *rollup, DailyKind kind, const DailyRow *row)
{
    rollup->appended++;
    g_array_append_vals(rollup->rows[kind], row, 1);
}

/* ---- sessions -------------------------------------------------------------------------- */

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
    if (rollup_rows(rollup, DAILY_TOTAL) > 1)
        g_array_sort(rollup->rows[DAILY_TOTAL], by_policy_type);
    for (guint i = 0; i < rollup_rows(rollup, DAILY_TOTAL); i++) {
        DailyRow *row = rollup_row(rollup, DAILY_TOTAL, i);
        row->columns[DAILY_TOTAL_REPORTS] = i == 0 || by_policy_type(row - 1, row) != 0;
    }
}

/* Rows with one key as one. */
static void
merge(Rollup *rollup, DailyKind kind, GCompareFunc by_key)
{
    guint kept = 0;
    GArray *rows = rollup->rows[kind];
    if (rows->len < 2)
        return;
    g_array_sort(rows, by_key);
    for (guint i = 1; i < rows->len; i++) {
        const DailyRow *row = rollup_row(rollup, kind, i);
        DailyRow *last = rollup_row(rollup, kind, kept);
        if (by_key(last, row) != 0) {
            *rollup_row(rollup, kind, ++kept) = *row;
            continue;
        }
        for (guint column = daily_sums_keys(kind); column < DAILY_COLUMNS; column++)
            last->columns[column] = add_up(rollup, last->columns[column], row->columns[column]);
    }
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
set_domains(Rollup *rollup, Intern *intern, const char *const *domains, GError **error)
{
    GArray *ids = rollup->domains;
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
append_rows(Rollup *rollup, DailyKind kind, DailyRow *row)
{
    for (guint i = 0; i < rollup->domains->len; i++) {
        row->columns[DAILY_DOMAIN] = g_array_index(rollup->domains, gint64, i);
        append(rollup, kind, row);
    }
}

static gboolean
make_failures(Rollup *rollup, Intern *intern, const PolicyEntry *entry, DailyRow row,
              GError **error)
{
    for (gsize i = 0; i < entry->n_failures; i++) {
        const FailureDetail *detail = &entry->failures[i];
        if (!intern_name(intern, detail->mx_hostname, &row.columns[DAILY_FAILURE_MX], error) ||
            !intern_name(intern, detail->result_word, &row.columns[DAILY_FAILURE_RESULT], error) ||
            !intern_name(intern, detail->reason_code, &row.columns[DAILY_FAILURE_REASON], error))
            return FALSE;
        row.columns[DAILY_FAILURE_SESSIONS] = detail->failed_sessions;
        row.columns[DAILY_FAILURE_ENTRIES] = 1;
        append_rows(rollup, DAILY_FAILURE, &row);
    }
    return TRUE;
}

/* For the domains that are set. ROW has the day, the sender and the trust. */
static gboolean
make_entry(Rollup *rollup, Intern *intern, const PolicyEntry *entry, DailyRow row, GError **error)
{
    const GArray *domains = rollup->domains;
    /* Before anything is made of it: an entry may count for many domains. */
    guint64 rows = (guint64)rollup_rows(rollup, DAILY_TOTAL) + rollup_rows(rollup, DAILY_FAILURE) +
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
    append_rows(rollup, DAILY_TOTAL, &row);
    return make_failures(rollup, intern, entry, failure, error);
}

/* ---- reports --------------------------------------------------------------------------- */

/* The domain of row I of the totals, where it is the first one of it. */
static gboolean
is_first_of_domain(const Rollup *rollup, guint i)
{
    const DailyRow *row = rollup_row(rollup, DAILY_TOTAL, i);
    return i == 0 || row[-1].columns[DAILY_DOMAIN] != row->columns[DAILY_DOMAIN];
}

/* What lies between the sums of reports over policy types and domains, and the one report. ROW has
 * the day and the sender; the totals are in the order of domains, their reports marked. */
static void
make_surplus(Rollup *rollup, DailyRow row, gint64 trust)
{
    guint domains = 0, n = rollup_rows(rollup, DAILY_TOTAL);
    row.columns[DAILY_COPY_TRUST] = trust;
    for (guint i = 0, next; i < n; i = next) {
        gint64 types = 0;
        for (next = i; next == i || (next < n && !is_first_of_domain(rollup, next)); next++)
            types += rollup_row(rollup, DAILY_TOTAL, next)->columns[DAILY_TOTAL_REPORTS];
        domains++;
        if (types == 1)
            continue;
        row.columns[DAILY_DOMAIN] = rollup_row(rollup, DAILY_TOTAL, i)->columns[DAILY_DOMAIN];
        row.columns[DAILY_COPY_SURPLUS] = types - 1;
        append(rollup, DAILY_COPY, &row);
    }
    if (domains == 1)
        return;
    row.columns[DAILY_DOMAIN] = DAILY_ALL_DOMAINS;
    row.columns[DAILY_COPY_SURPLUS] = domains > 0 ? domains - 1 : 0;
    row.columns[DAILY_COPY_HOMELESS] = domains == 0;
    append(rollup, DAILY_COPY, &row);
}

void
rollup_set_deviations(Rollup *rollup, gint64 codes, gint64 id)
{
    guint domains = 0;
    DailyRow row = {{[DAILY_DAY] = rollup->day,
                     [DAILY_SENDER] = rollup->sender,
                     [DAILY_DEVIATION_CODES] = codes,
                     [DAILY_DEVIATION_REPORTS] = 1,
                     [DAILY_DEVIATION_NEWEST] = id,
                     [DAILY_DEVIATION_OLDEST] = id}};
    for (guint i = 0; i < rollup_rows(rollup, DAILY_TOTAL); i++) {
        if (!is_first_of_domain(rollup, i))
            continue;
        domains++;
        row.columns[DAILY_DOMAIN] = rollup_row(rollup, DAILY_TOTAL, i)->columns[DAILY_DOMAIN];
        append(rollup, DAILY_DEVIATION, &row);
    }
    if (domains == 1)
        return;
    row.columns[DAILY_DOMAIN] = DAILY_ALL_DOMAINS;
    row.columns[DAILY_DEVIATION_REPORTS] = domains == 0;
    row.columns[DAILY_DEVIATION_SURPLUS] = domains > 0 ? domains - 1 : 0;
    append(rollup, DAILY_DEVIATION, &row);
}

Rollup *
rollup_new(Intern *intern, const Report *report, const GPtrArray *lists, gint64 sender, Trust trust,
           GError **error)
{
    g_autoptr(Rollup) rollup = create(report_day(report), sender);
    DailyRow row = {{[DAILY_DAY] = rollup->day, [DAILY_SENDER] = sender}};
    const DailyRow bare = row;
    if (!intern_name(intern, trust_name(trust), &row.columns[DAILY_TRUST], error))
        return NULL;
    for (gsize i = 0; i < report->n_policies; i++) {
        const char *const *list =
            lists != NULL ? g_ptr_array_index(lists, i) : report->policies[i].counts_for;
        if (!set_domains(rollup, intern, list, error) ||
            !make_entry(rollup, intern, &report->policies[i], row, error))
            return NULL;
    }
    mark_first_entries(rollup);
    make_surplus(rollup, bare, row.columns[DAILY_TRUST]);
    merge(rollup, DAILY_TOTAL, by_total_key);
    merge(rollup, DAILY_FAILURE, by_failure_key);
    return g_steal_pointer(&rollup);
}

Rollup *
rollup_of_copies(Intern *intern, const RollupCopies *copies, GError **error)
{
    g_autofree char *text = counts_for_domains(copies->counts_for);
    g_auto(GStrv) names = g_strsplit(text, ",", -1);
    g_autoptr(Rollup) rollup = create(copies->day, copies->sender);
    DailyRow row = {{[DAILY_DAY] = copies->day,
                     [DAILY_SENDER] = copies->sender,
                     [DAILY_COPY_DUPLICATES] = copies->duplicates,
                     [DAILY_COPY_UNCOUNTED] = copies->uncounted}};
    if (!intern_name(intern, trust_name(copies->trust), &row.columns[DAILY_COPY_TRUST], error) ||
        !set_domains(rollup, intern, (const char *const *)names, error))
        return NULL;
    append_rows(rollup, DAILY_COPY, &row);
    return g_steal_pointer(&rollup);
}
