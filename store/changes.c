#include "store/changes.h"

#include "store/store-internal.h"

static const char *const kinds[] = {[STORE_CHANGE_DAY] = "day", [STORE_CHANGE_REPORT] = "report"};

struct Changes {
    GHashTable *keys[G_N_ELEMENTS(kinds)]; /* sets of gint64 */
    gboolean all;
};

Changes *
changes_new(void)
{
    Changes *changes = g_new0(Changes, 1);
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        changes->keys[i] = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    return changes;
}

void
changes_free(Changes *changes)
{
    if (changes == NULL)
        return;
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        g_hash_table_unref(changes->keys[i]);
    g_free(changes);
}

void
changes_note(Changes *changes, StoreChangeKind kind, gint64 key)
{
    if (changes->all && kind == STORE_CHANGE_REPORT)
        return;
    if (!g_hash_table_contains(changes->keys[kind], &key))
        g_hash_table_add(changes->keys[kind], g_memdup2(&key, sizeof key));
}

void
changes_note_all(Changes *changes)
{
    changes->all = TRUE;
    g_hash_table_remove_all(changes->keys[STORE_CHANGE_REPORT]);
}

gboolean
changes_any(const Changes *changes)
{
    return changes->all || g_hash_table_size(changes->keys[STORE_CHANGE_DAY]) > 0 ||
           g_hash_table_size(changes->keys[STORE_CHANGE_REPORT]) > 0;
}

void
changes_forget(Changes *changes)
{
    changes->all = FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        g_hash_table_remove_all(changes->keys[i]);
}

static gint
by_value(gconstpointer a, gconstpointer b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return (x > y) - (x < y);
}

static gboolean
save_kind(const Changes *changes, StoreChangeKind kind, StatementCache *statements, gint64 revision,
          GError **error)
{
    /* In order, so that two writers on one database never wait for each other's rows. */
    g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(changes->keys[kind]), by_value);
    for (const GList *key = keys; key != NULL; key = key->next) {
        g_autoptr(Statement) set = statement_get(statements, "change_set", error);
        if (set == NULL)
            return FALSE;
        statement_text(set, 1, kinds[kind]);
        statement_int(set, 2, *(const gint64 *)key->data);
        statement_int(set, 3, revision);
        if (!statement_send(set, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
save_all(StatementCache *statements, gint64 revision, GError **error)
{
    g_autoptr(Statement) days = statement_get(statements, "change_every_day", error);
    if (days == NULL || !statement_send(statement_int(days, 1, revision), error))
        return FALSE;
    g_autoptr(Statement) reports = statement_get(statements, "change_drop_reports", error);
    return reports != NULL && statement_send(reports, error);
}

gboolean
changes_save(Changes *changes, StatementCache *statements, gint64 revision, GError **error)
{
    if ((changes->all && !save_all(statements, revision, error)) ||
        !save_kind(changes, STORE_CHANGE_DAY, statements, revision, error) ||
        !save_kind(changes, STORE_CHANGE_REPORT, statements, revision, error))
        return FALSE;
    changes_forget(changes);
    return TRUE;
}

/* ---- reading, part of store.h -------------------------------------------------------------- */

gboolean
store_next_change(Store *store, StoreChangeKind kind, const StoreChange *after, gint64 first,
                  gint64 last, StoreChange *ret_change, gboolean *ret_found, GError **error)
{
    gboolean row = FALSE;
    g_autoptr(Statement) next = statement_get(store->statements, "change_next", error);
    if (next == NULL)
        return FALSE;
    statement_text(next, 1, kinds[kind]);
    statement_int(next, 2, after->revision);
    statement_int(next, 3, after->key);
    statement_int(next, 4, first);
    statement_int(next, 5, last);
    if (!statement_step(next, &row, error))
        return FALSE;
    if (row)
        *ret_change = (StoreChange){statement_get_int(next, 0), statement_get_int(next, 1)};
    *ret_found = row;
    return TRUE;
}

gboolean
store_position(Store *store, StorePosition *ret_position, GError **error)
{
    Counters counters = store->counters;
    gint64 last = 0;
    if (store->transaction != TRANSACTION_WRITE &&
        !counters_load(&counters, store->statements, error))
        return FALSE;
    g_autoptr(Statement) find = statement_get(store->statements, "report_last", error);
    if (find == NULL || !statement_value(find, &last, NULL, error))
        return FALSE;
    *ret_position = (StorePosition){
        .generation = counters.value[COUNTER_GENERATION],
        .revision = counters.value[COUNTER_REVISION],
        .last_report = last,
    };
    return TRUE;
}

gboolean
store_size(Store *store, gint64 *ret_bytes, GError **error)
{
    return store->driver->size(store->connection, ret_bytes, error);
}
