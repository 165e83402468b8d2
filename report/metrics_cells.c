#include "report/metrics_cells.h"

#include <string.h>

#include "report/prometheus.h"
#include "report/summary.h"
#include "schema/effect.h"

/* How long a sender that has fallen silent is remembered, and its last numbers are told. */
#define NEWEST_DAYS  30
#define SESSION_DAYS 7

typedef struct {
    MetricsCells *cells;
    GHashTable *by_labels; /* labels joined -> index + 1 */
} Gather;

/* ---- names --------------------------------------------------------------------------------- */

static void
name_free(gpointer data)
{
    MetricsName *name = data;
    g_clear_pointer(&name->inner, g_hash_table_unref);
    g_free(name->label);
    g_free(name);
}

static MetricsName *
name_for(GHashTable *names, const char *text, gboolean is_domain)
{
    MetricsName *name = g_hash_table_lookup(names, text);
    if (name != NULL)
        return name;
    name = g_new0(MetricsName, 1);
    name->label = prometheus_label(text);
    name->newest = G_MININT32;
    if (is_domain)
        name->inner = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, name_free);
    g_hash_table_insert(names, g_strdup(text), name);
    return name;
}

static gboolean
on_name(gpointer data, const StoreTotal *row)
{
    MetricsCells *cells = data;
    gint64 sessions = sessions_plus(row->successful, row->failed);
    MetricsName *domain = name_for(cells->names, row->domain, TRUE);
    MetricsName *sender = name_for(domain->inner, row->sender, FALSE);
    domain->weight = sessions_plus(domain->weight, sessions);
    sender->weight = sessions_plus(sender->weight, sessions);
    domain->newest = MAX(domain->newest, row->day);
    sender->newest = MAX(sender->newest, row->day);
    return TRUE;
}

static gint
by_weight(gconstpointer a, gconstpointer b)
{
    const MetricsName *x = a, *y = b;
    int order = (x->weight < y->weight) - (x->weight > y->weight);
    return order != 0 ? order : strcmp(x->label, y->label);
}

/* Those past the first N become METRICS_OTHER. */
static void
cap(GHashTable *names, guint n)
{
    g_autoptr(GList) ranked = g_list_sort(g_hash_table_get_values(names), by_weight);
    for (GList *each = g_list_nth(ranked, n); each != NULL; each = each->next) {
        MetricsName *name = each->data;
        g_free(name->label);
        name->label = g_strdup(METRICS_OTHER);
    }
}

static gint
by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
settle_names(MetricsCells *cells, const MetricsOptions *options)
{
    GHashTableIter iterator;
    gpointer key, value;
    if (options->accept != NULL) {
        g_hash_table_iter_init(&iterator, options->accept);
        while (g_hash_table_iter_next(&iterator, &key, NULL))
            (void)name_for(cells->names, key, TRUE);
    }
    cap(cells->names, options->domains > 0 ? options->domains : METRICS_DOMAINS);
    g_hash_table_iter_init(&iterator, cells->names);
    while (g_hash_table_iter_next(&iterator, &key, &value)) {
        MetricsName *domain = value;
        cap(domain->inner, options->senders > 0 ? options->senders : METRICS_SENDERS);
        if (strcmp(domain->label, METRICS_OTHER) != 0)
            g_ptr_array_add(cells->domains, key);
    }
    g_ptr_array_sort(cells->domains, by_text);
}

/* ---- cells --------------------------------------------------------------------------------- */

/* The index of the cell of these labels in ARRAY, which gets an element without numbers for new
 * ones. Labels are printable, so no separator can be in them. */
static guint
index_of(Gather *gather, GArray *array, const char *const labels[5])
{
    g_autofree char *key =
        g_strjoin("\x1f", array == gather->cells->newest ? "n" : "c", labels[0], labels[1],
                  labels[2], labels[3] != NULL ? labels[3] : "\x1e", labels[4], NULL);
    gpointer index = g_hash_table_lookup(gather->by_labels, key);
    if (index != NULL)
        return GPOINTER_TO_UINT(index) - 1;
    g_array_set_size(array, array->len + 1);
    g_hash_table_insert(gather->by_labels, g_steal_pointer(&key), GUINT_TO_POINTER(array->len));
    return array->len - 1;
}

static MetricsCell *
cell_for(Gather *gather, GArray *array, const char *const labels[5])
{
    GStringChunk *strings = gather->cells->strings;
    guint index = index_of(gather, array, labels);
    MetricsCell *cell = &g_array_index(array, MetricsCell, index);
    if (cell->domain == NULL) {
        cell->domain = g_string_chunk_insert_const(strings, labels[0]);
        cell->policy_type = g_string_chunk_insert_const(strings, labels[1]);
        cell->sender = g_string_chunk_insert_const(strings, labels[2]);
        cell->result_type = labels[3]; /* static, as the effect is */
        cell->effect = labels[4];
    }
    return cell;
}

/* The names under which a row of DAY is told; FALSE where it is not the newest of its sender. */
static gboolean
find_names(const Gather *gather, const char *domain, const char *sender, gint32 day,
           const char *labels[5])
{
    const MetricsName *outer = g_hash_table_lookup(gather->cells->names, domain);
    const MetricsName *inner = outer == NULL ? NULL : g_hash_table_lookup(outer->inner, sender);
    if (inner == NULL || inner->newest != day)
        return FALSE;
    gboolean other = strcmp(outer->label, METRICS_OTHER) == 0;
    labels[0] = outer->label;
    labels[2] = other ? METRICS_OTHER : inner->label;
    return TRUE;
}

/* Words that the RFC does not have are anybody's, so they cannot be labels. */
static const char *
known_type(const char *policy_type)
{
    return policy_type_from_word(policy_type) == POLICY_TYPE_OTHER ? METRICS_OTHER : policy_type;
}

static gboolean
on_total(gpointer data, const StoreTotal *row)
{
    Gather *gather = data;
    const char *labels[5] = {NULL, known_type(row->policy_type)};
    if (!find_names(gather, row->domain, row->sender, row->day, labels))
        return TRUE;
    MetricsCell *cell = cell_for(gather, gather->cells->totals, labels);
    cell->successful = sessions_plus(cell->successful, row->successful);
    cell->failed = sessions_plus(cell->failed, row->failed);
    return TRUE;
}

static gboolean
on_failure(gpointer data, const StoreFailure *row)
{
    Gather *gather = data;
    ResultType result = result_type_from_word(row->result_word);
    Effect effect = effect_of(policy_type_from_word(row->policy_type), row->mode, result);
    const char *labels[5] = {NULL, known_type(row->policy_type), NULL,
                             result == RESULT_OTHER ? METRICS_OTHER : result_type_word(result),
                             effect_name(effect)};
    if (!find_names(gather, row->domain, row->sender, row->day, labels))
        return TRUE;
    MetricsCell *cell = cell_for(gather, gather->cells->failures, labels);
    cell->failed = sessions_plus(cell->failed, row->sessions);
    return TRUE;
}

static void
add_newest(Gather *gather)
{
    MetricsCells *cells = gather->cells;
    GHashTableIter domains, senders;
    gpointer domain_name, domain, sender_name, sender;
    g_hash_table_iter_init(&domains, cells->names);
    while (g_hash_table_iter_next(&domains, &domain_name, &domain)) {
        g_hash_table_iter_init(&senders, ((MetricsName *)domain)->inner);
        while (g_hash_table_iter_next(&senders, &sender_name, &sender)) {
            const char *labels[5] = {NULL, ""};
            gint32 day = ((MetricsName *)sender)->newest;
            if (!find_names(gather, domain_name, sender_name, day, labels))
                continue;
            guint index = index_of(gather, cells->newest, labels);
            MetricsNewest *newest = &g_array_index(cells->newest, MetricsNewest, index);
            if (newest->domain == NULL)
                *newest =
                    (MetricsNewest){g_string_chunk_insert_const(cells->strings, labels[0]),
                                    g_string_chunk_insert_const(cells->strings, labels[2]), day};
            newest->day = MAX(newest->day, day);
        }
    }
}

/* ---- order --------------------------------------------------------------------------------- */

static gint
by_labels(gconstpointer a, gconstpointer b)
{
    const MetricsCell *x = a, *y = b;
    int order = strcmp(x->domain, y->domain);
    if (order == 0)
        order = strcmp(x->policy_type, y->policy_type);
    if (order == 0)
        order = strcmp(x->sender, y->sender);
    if (order == 0)
        order = g_strcmp0(x->result_type, y->result_type);
    return order != 0 ? order : g_strcmp0(x->effect, y->effect);
}

static gint
by_names(gconstpointer a, gconstpointer b)
{
    const MetricsNewest *x = a, *y = b;
    int order = strcmp(x->domain, y->domain);
    return order != 0 ? order : strcmp(x->sender, y->sender);
}

static gboolean
read_rows(Store *store, const MetricsOptions *options, Gather *gather, GError **error)
{
    MetricsCells *cells = gather->cells;
    StoreQuery query;
    store_query_init(&query);
    query.until_day = options->today - 1;
    query.since_day = options->today - NEWEST_DAYS;
    if (!store_each_total(store, &query, on_name, cells, error))
        return FALSE;
    settle_names(cells, options);
    add_newest(gather);
    query.since_day = options->today - SESSION_DAYS;
    if (!store_each_total(store, &query, on_total, gather, error))
        return FALSE;
    g_hash_table_remove_all(gather->by_labels);
    if (!store_each_failure(store, &query, on_failure, gather, error))
        return FALSE;
    g_array_sort(cells->totals, by_labels);
    g_array_sort(cells->failures, by_labels);
    g_array_sort(cells->newest, by_names);
    return TRUE;
}

MetricsCells *
metrics_cells_read(Store *store, const MetricsOptions *options, GError **error)
{
    g_autoptr(MetricsCells) cells = g_new0(MetricsCells, 1);
    g_autoptr(GHashTable) by_labels_table =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Gather gather = {cells, by_labels_table};
    cells->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, name_free);
    cells->strings = g_string_chunk_new(4096);
    cells->domains = g_ptr_array_new();
    cells->totals = g_array_new(FALSE, TRUE, sizeof(MetricsCell));
    cells->failures = g_array_new(FALSE, TRUE, sizeof(MetricsCell));
    cells->newest = g_array_new(FALSE, TRUE, sizeof(MetricsNewest));
    /* One view: the cells hold each other. */
    if (!store_begin_read(store, error))
        return NULL;
    gboolean ok = read_rows(store, options, &gather, error);
    store_end_read(store);
    return ok ? g_steal_pointer(&cells) : NULL;
}

void
metrics_cells_free(MetricsCells *cells)
{
    if (cells == NULL)
        return;
    g_ptr_array_unref(cells->domains);
    g_array_unref(cells->totals);
    g_array_unref(cells->failures);
    g_array_unref(cells->newest);
    g_hash_table_unref(cells->names);
    g_string_chunk_free(cells->strings);
    g_free(cells);
}
