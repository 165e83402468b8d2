/* explain_group.c: failures grouped into problems as a person would.
 *
 * Reports tell the MX of failed sessions only, so the grouping rests on who fails together: where
 * several senders fail alike at one MX within a few days, the fault is at that MX (a crowd); what
 * one sender sees alone is that sender's, at however many MX hosts.
 */
#include <string.h>

#include "report/explain-internal.h"

#define CROWD_DAYS 3 /* failures of another sender so near make a crowd */
#define RUN_DAYS   7 /* days without a failure that do not end a run: some send once a week */
/* MX hosts whose crowds are compared with each other: the square of it is a minute's work at most.
 */
#define MERGE_MAX  256

typedef struct {
    const EvidenceFailure *row;
    gboolean not_in_policy;
    gboolean crowded; /* another sender fails alike at this MX, about that day */
} Mark;

/* ---- what is alike ------------------------------------------------------------------------- */

static int
by_pointer(const void *a, const void *b)
{
    return a < b ? -1 : a > b;
}

/* Texts are interned, so pointers tell them apart; the order of clusters does not matter. */
static int
compare_keys(const Mark *a, const Mark *b)
{
    int order = by_pointer(a->row->type_word, b->row->type_word);
    if (order == 0)
        order = by_pointer(a->row->result_word, b->row->result_word);
    if (order == 0)
        order = (int)a->row->effect - (int)b->row->effect;
    return order != 0 ? order : a->not_in_policy - b->not_in_policy;
}

static int
by_key_mx_sender_day(gconstpointer left, gconstpointer right)
{
    const Mark *a = left, *b = right;
    int order = compare_keys(a, b);
    if (order == 0)
        order = by_pointer(a->row->mx, b->row->mx);
    if (order == 0)
        order = by_pointer(a->row->sender, b->row->sender);
    return order != 0 ? order : a->row->day < b->row->day ? -1 : a->row->day > b->row->day;
}

static int
by_day(gconstpointer left, gconstpointer right)
{
    const Mark *const *a = left, *const *b = right;
    return (*a)->row->day < (*b)->row->day ? -1 : (*a)->row->day > (*b)->row->day;
}

/* ---- crowds -------------------------------------------------------------------------------- */

/* MARKS are of one key and MX. A row is crowded when the nearest row of another sender, before or
 * after it, is near. */
static void
mark_crowds(Mark *marks, guint n)
{
    g_autoptr(GPtrArray) days = g_ptr_array_sized_new(n);
    for (guint i = 0; i < n; i++)
        g_ptr_array_add(days, &marks[i]);
    g_ptr_array_sort(days, by_day);
    for (int forwards = 0; forwards < 2; forwards++) {
        const Mark *last = NULL, *other = NULL; /* the latest row, and that of another sender */
        for (guint i = 0; i < n; i++) {
            Mark *mark = g_ptr_array_index(days, forwards ? i : n - 1 - i);
            if (last != NULL && last->row->sender != mark->row->sender)
                other = last;
            if (other != NULL && ABS(mark->row->day - other->row->day) <= CROWD_DAYS)
                mark->crowded = TRUE;
            last = mark;
        }
    }
}

/* MARKS are of one key, MX and sender, by day: a run that is a crowd on half of its days is one
 * throughout, so that the first days of an outage, seen by one sender yet, are not cut off. */
static void
level_runs(Mark *marks, guint n)
{
    guint start = 0;
    while (start < n) {
        guint end = start + 1, days = 1, crowded = marks[start].crowded ? 1 : 0;
        while (end < n && marks[end].row->day - marks[end - 1].row->day <= RUN_DAYS) {
            if (marks[end].row->day != marks[end - 1].row->day) {
                days++;
                crowded += marks[end].crowded ? 1 : 0;
            }
            end++;
        }
        if (crowded * 2 >= days) {
            for (guint i = start; i < end; i++)
                marks[i].crowded = TRUE;
        }
        start = end;
    }
}

/* ---- clusters ------------------------------------------------------------------------------ */

static void
cluster_free(gpointer data)
{
    Cluster *cluster = data;
    g_ptr_array_unref(cluster->rows);
    g_free(cluster);
}

static Cluster *
cluster_for(GPtrArray *clusters, GHashTable *known, const void *key, const Mark *mark)
{
    Cluster *cluster = g_hash_table_lookup(known, key);
    if (cluster == NULL) {
        cluster = g_new0(Cluster, 1);
        cluster->first = mark->row;
        cluster->not_in_policy = mark->not_in_policy;
        cluster->rows = g_ptr_array_new();
        g_ptr_array_add(clusters, cluster);
        g_hash_table_insert(known, (gpointer)key, cluster);
    }
    g_ptr_array_add(cluster->rows, (gpointer)mark->row);
    return cluster;
}

/* The different days (or senders) of a cluster. */
static GHashTable *
set_of(const Cluster *cluster, gboolean senders)
{
    GHashTable *set = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < cluster->rows->len; i++) {
        const EvidenceFailure *row = g_ptr_array_index(cluster->rows, i);
        g_hash_table_add(set, senders ? (gpointer)row->sender : GINT_TO_POINTER(row->day));
    }
    return set;
}

static guint
n_common(GHashTable *a, GHashTable *b)
{
    GHashTableIter iterator;
    gpointer key;
    guint n = 0;
    g_hash_table_iter_init(&iterator, a);
    while (g_hash_table_iter_next(&iterator, &key, NULL))
        n += g_hash_table_contains(b, key) ? 1 : 0;
    return n;
}

/* What A and B have in common is at least half of what they have together. */
static gboolean
much_alike(const Cluster *a, const Cluster *b, gboolean senders)
{
    g_autoptr(GHashTable) left = set_of(a, senders);
    g_autoptr(GHashTable) right = set_of(b, senders);
    guint common = n_common(left, right);
    return common * 2 >= g_hash_table_size(left) + g_hash_table_size(right) - common;
}

static gboolean
names_mx(const Cluster *cluster)
{
    for (guint i = 0; i < cluster->rows->len; i++) {
        if (((const EvidenceFailure *)g_ptr_array_index(cluster->rows, i))->mx != NULL)
            return TRUE;
    }
    return FALSE;
}

/* A cluster without any MX (Microsoft names none) belongs to one that names some when it lies in
 * the days of that, mostly, and covers a good part of them. */
static gboolean
lies_within(const Cluster *nameless, const Cluster *named)
{
    g_autoptr(GHashTable) inner = set_of(nameless, FALSE);
    g_autoptr(GHashTable) outer = set_of(named, FALSE);
    guint common = n_common(inner, outer);
    return common * 2 >= g_hash_table_size(inner) && common * 3 >= g_hash_table_size(outer);
}

static gboolean
is_one_problem(const Cluster *a, const Cluster *b)
{
    gboolean a_named = names_mx(a), b_named = names_mx(b);
    if (a_named != b_named)
        return a_named ? lies_within(b, a) : lies_within(a, b);
    return much_alike(a, b, FALSE) && much_alike(a, b, TRUE);
}

/* Puts together the clusters from START on, all of one key. */
static void
merge_alike(GPtrArray *clusters, guint start)
{
    if (clusters->len - start > MERGE_MAX)
        return;
    for (guint i = start; i < clusters->len; i++) {
        Cluster *into = g_ptr_array_index(clusters, i);
        for (guint j = clusters->len; j > i + 1; j--) {
            Cluster *from = g_ptr_array_index(clusters, j - 1);
            if (!is_one_problem(into, from))
                continue;
            g_ptr_array_extend(into->rows, from->rows, NULL, NULL);
            g_ptr_array_remove_index(clusters, j - 1);
        }
    }
}

/* MARKS are all of one key. */
static void
cluster_key(GPtrArray *clusters, Mark *marks, guint n)
{
    guint start = clusters->len;
    g_autoptr(GHashTable) crowds = g_hash_table_new(NULL, NULL);  /* MX -> Cluster */
    g_autoptr(GHashTable) singles = g_hash_table_new(NULL, NULL); /* sender -> Cluster */
    for (guint i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && marks[end].row->mx == marks[i].row->mx;)
            end++;
        mark_crowds(marks + i, end - i);
        for (guint j = i, stop; j < end; j = stop) {
            for (stop = j + 1; stop < end && marks[stop].row->sender == marks[j].row->sender;)
                stop++;
            level_runs(marks + j, stop - j);
        }
        for (guint j = i; j < end; j++) {
            /* An MX that is missing in the policy is no matter of who found it. */
            if (marks[j].crowded || marks[j].not_in_policy)
                cluster_for(clusters, crowds, marks[j].row->mx, &marks[j]);
            else
                cluster_for(clusters, singles, marks[j].row->sender, &marks[j]);
        }
    }
    merge_alike(clusters, start);
}

GPtrArray *
explain_clusters(Explain *explain)
{
    GPtrArray *clusters = g_ptr_array_new_with_free_func(cluster_free);
    g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(Mark));
    const GArray *failures = explain->evidence->failures;
    for (guint i = 0; i < failures->len; i++) {
        const EvidenceFailure *row = &g_array_index(failures, EvidenceFailure, i);
        Mark mark = {row, explain_lacks_mx(explain, row), FALSE};
        if (row->sessions > 0)
            g_array_append_val(marks, mark);
    }
    g_array_sort(marks, by_key_mx_sender_day);
    Mark *all = (Mark *)(void *)marks->data;
    for (guint i = 0, end; i < marks->len; i = end) {
        for (end = i + 1; end < marks->len && compare_keys(&all[i], &all[end]) == 0;)
            end++;
        cluster_key(clusters, all + i, end - i);
    }
    return clusters;
}
