/* summary.c: the roll-ups row by row, in the order of their texts. Part of store.h. */
#include "store/id_texts.h"
#include "store/rollup_rows.h"
#include "store/store-internal.h"

/* A walk over all domains holds so many rows or fewer, unless one domain has more; at first it
 * reads so few domains, and never more at once. */
#define WALK_ROWS    8000
#define WALK_DOMAINS 16
#define WALK_MOST    4096

void
store_query_init(StoreQuery *query)
{
    *query = (StoreQuery){
        .since_day = G_MININT32,
        .until_day = G_MAXINT32,
        .policy_type = -1,
    };
}

gboolean
store_each_total(Store *store, const StoreQuery *query, StoreTotalFunc func, gpointer data,
                 GError **error)
{
    StoreTotal total;
    g_autoptr(RollupRows) rows = rollup_rows_new(store, query);
    if (!rollup_rows_read(rows, TRUE, FALSE, NULL, error))
        return FALSE;
    for (guint i = 0; i < rollup_rows_count(rows, ROLLUP_TOTALS); i++) {
        rollup_rows_total(rows, i, &total);
        if (!func(data, &total))
            break;
    }
    return TRUE;
}

gboolean
store_each_failure(Store *store, const StoreQuery *query, StoreFailureFunc func, gpointer data,
                   GError **error)
{
    StoreFailure failure;
    g_autoptr(RollupRows) rows = rollup_rows_new(store, query);
    if (!rollup_rows_read(rows, FALSE, TRUE, NULL, error))
        return FALSE;
    for (guint i = 0; i < rollup_rows_count(rows, ROLLUP_FAILURES); i++) {
        rollup_rows_failure(rows, i, &failure);
        if (!func(data, &failure))
            break;
    }
    return TRUE;
}

/* ---- domain by domain -------------------------------------------------------------------- */

typedef struct {
    const StoreWalk *walk;
    gpointer data;
    const RollupRows *rows;
    guint at[N_ROLLUPS]; /* the next row */
} Walking;

static gboolean
is_next(const Walking *walking, Rollup rollup, guint32 domain)
{
    guint at = walking->at[rollup];
    return at < rollup_rows_count(walking->rows, rollup) &&
           rollup_rows_domain(walking->rows, rollup, at) == domain;
}

/* The totals, the failures and the end of the next domain; FALSE: the walk shall stop. A failure
 * has its total in the same days, so the totals know all domains. */
static gboolean
tell_domain(Walking *walking)
{
    StoreTotal total = {0};
    StoreFailure failure;
    const StoreWalk *walk = walking->walk;
    guint32 domain = rollup_rows_domain(walking->rows, ROLLUP_TOTALS, walking->at[ROLLUP_TOTALS]);
    while (is_next(walking, ROLLUP_TOTALS, domain)) {
        rollup_rows_total(walking->rows, walking->at[ROLLUP_TOTALS]++, &total);
        if (!walk->total(walking->data, &total))
            return FALSE;
    }
    while (walking->at[ROLLUP_FAILURES] < rollup_rows_count(walking->rows, ROLLUP_FAILURES) &&
           rollup_rows_domain(walking->rows, ROLLUP_FAILURES, walking->at[ROLLUP_FAILURES]) <
               domain)
        walking->at[ROLLUP_FAILURES]++;
    while (is_next(walking, ROLLUP_FAILURES, domain)) {
        rollup_rows_failure(walking->rows, walking->at[ROLLUP_FAILURES]++, &failure);
        if (!walk->failure(walking->data, &failure))
            return FALSE;
    }
    return walk->domain(walking->data, total.domain);
}

static gboolean
tell_block(const RollupRows *rows, const StoreWalk *walk, gpointer data)
{
    Walking walking = {walk, data, rows, {0}};
    while (walking.at[ROLLUP_TOTALS] < rollup_rows_count(rows, ROLLUP_TOTALS)) {
        if (!tell_domain(&walking))
            return FALSE;
    }
    return TRUE;
}

static int
by_id(gconstpointer a, gconstpointer b)
{
    gint64 one = *(const gint64 *)a, other = *(const gint64 *)b;
    return (one > other) - (one < other);
}

/* The id of DOMAIN, or nothing: NULL on error. */
static GArray *
find_domain(Store *store, const char *domain, GError **error)
{
    gboolean known;
    DomainRange range;
    if (!rollup_find_domain(store, domain, &range, &known, error))
        return NULL;
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (known)
        g_array_append_val(ids, range.first);
    return ids;
}

/* The ids of the domains with rows in the days of QUERY, or of its domain, ascending: NULL on
 * error. */
static GArray *
read_domains(Store *store, const StoreQuery *query, GError **error)
{
    gboolean row;
    if (query->domain != NULL)
        return find_domain(store, query->domain, error);
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(Statement) each = statement_get(store->statements, "domain_of_days", error);
    if (each == NULL)
        return NULL;
    statement_int(each, 1, query->since_day);
    statement_int(each, 2, query->until_day);
    for (;;) {
        if (!statement_step(each, &row, error))
            return NULL;
        if (!row)
            break;
        gint64 id = statement_get_int(each, 0);
        g_array_append_val(ids, id);
    }
    g_array_sort(ids, by_id);
    return g_steal_pointer(&ids);
}

/* One block, in one view. Ids mean the same as in the views before only if nobody has rebuilt. */
static gboolean
read_block(Store *store, RollupRows *rows, const DomainRange *range, gint64 generation,
           gboolean failures, GError **error)
{
    Counters counters;
    if (!store_begin_read(store, error))
        return FALSE;
    gboolean ok = counters_load(&counters, store->statements, error);
    if (ok && counters.value[COUNTER_GENERATION] != generation) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_BUSY,
                    "the store was rebuilt while it was read: try again");
        ok = FALSE;
    }
    ok = ok && rollup_rows_read(rows, TRUE, failures, range, error);
    store_end_read(store);
    return ok;
}

/* How many domains to read next, when N of them had the rows of ROWS. */
static guint
next_block(const RollupRows *rows, guint n)
{
    guint64 found =
        (guint64)rollup_rows_count(rows, ROLLUP_TOTALS) + rollup_rows_count(rows, ROLLUP_FAILURES);
    return (guint)CLAMP((guint64)n * WALK_ROWS / (found + 1), 1, WALK_MOST);
}

static gboolean
walk_ids(Store *store, RollupRows *rows, const GArray *ids, gint64 generation,
         const StoreWalk *walk, gpointer data, GError **error)
{
    for (guint at = 0, n = WALK_DOMAINS; at < ids->len; n = next_block(rows, n)) {
        n = MIN(n, ids->len - at);
        const DomainRange range = {g_array_index(ids, gint64, at),
                                   g_array_index(ids, gint64, at + n - 1)};
        if (!read_block(store, rows, &range, generation, walk->failure != NULL, error))
            return FALSE;
        if (!tell_block(rows, walk, data))
            return TRUE;
        at += n;
    }
    return TRUE;
}

gboolean
store_walk_domains(Store *store, const StoreQuery *query, const StoreWalk *walk, gpointer data,
                   GError **error)
{
    Counters counters;
    if (!store_begin_read(store, error))
        return FALSE;
    gboolean ok = counters_load(&counters, store->statements, error);
    g_autoptr(GArray) ids = ok ? read_domains(store, query, error) : NULL;
    store_end_read(store);
    g_autoptr(RollupRows) rows = rollup_rows_new(store, query);
    return ids != NULL &&
           walk_ids(store, rows, ids, counters.value[COUNTER_GENERATION], walk, data, error);
}

gboolean
store_count_domains(Store *store, const StoreQuery *query, guint *ret_n, GError **error)
{
    g_autoptr(GArray) ids =
        store_write_sums(store, error) ? read_domains(store, query, error) : NULL;
    if (ids != NULL)
        *ret_n = ids->len;
    return ids != NULL;
}

static gboolean
read_names(Store *store, IdTexts *names, guint *ret_n, GError **error)
{
    StoreQuery all;
    store_query_init(&all);
    if (!store_begin_read(store, error))
        return FALSE;
    g_autoptr(GArray) ids = read_domains(store, &all, error);
    for (guint i = 0; ids != NULL && i < ids->len; i++)
        (void)id_texts_slot(names, g_array_index(ids, gint64, i));
    gboolean ok = ids != NULL && id_texts_load(names, store->statements, error);
    *ret_n = ok ? ids->len : 0;
    store_end_read(store);
    return ok;
}

gboolean
store_each_domain(Store *store, StoreDomainFunc func, gpointer data, GError **error)
{
    guint n;
    g_autoptr(IdTexts) names = id_texts_new("name_one", "name_range");
    if (!read_names(store, names, &n, error))
        return FALSE;
    for (guint32 rank = 0; rank < n && func(data, id_texts_text(names, rank)); rank++)
        ;
    return TRUE;
}

gboolean
store_period(Store *store, gboolean *ret_any, gint32 *ret_first, gint32 *ret_last, GError **error)
{
    gboolean row;
    g_autoptr(Statement) period = statement_get(store->statements, "period", error);
    if (period == NULL || !store_write_sums(store, error) || !statement_step(period, &row, error))
        return FALSE;
    *ret_any = row && statement_get_int(period, 2) > 0;
    if (*ret_any) {
        *ret_first = (gint32)statement_get_int(period, 0);
        *ret_last = (gint32)statement_get_int(period, 1);
    }
    return TRUE;
}
