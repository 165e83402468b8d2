/* rebuild.c: all derived rows anew from the raw reports. Part of store.h. */
#include <string.h>

#include "store/store-internal.h"
#include "store/take.h"

/* A row as it is read, owning its texts: it is changed while it is being taken. */
typedef struct {
    TakeRow row;
    StoreReport item;
    char *authenticated_by, *hint_domain, *road, *source;
} Stored;

static void
stored_clear(Stored *stored)
{
    g_clear_pointer(&stored->item.raw, g_bytes_unref);
    g_free(stored->authenticated_by);
    g_free(stored->hint_domain);
    g_free(stored->road);
    g_free(stored->source);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Stored, stored_clear)

static gboolean
run(Store *store, const char *name, GError **error)
{
    g_autoptr(Statement) statement = statement_get(store->statements, name, error);
    return statement != NULL && statement_run(statement, error);
}

/* The first row after AFTER; *ret_found is FALSE at the end. */
static gboolean
next_row(Store *store, gint64 after, Stored *stored, gboolean *ret_found, GError **error)
{
    gsize length;
    g_autoptr(Statement) next = statement_get(store->statements, "rebuild_next", error);
    if (next == NULL || !statement_step(statement_int(next, 1, after), ret_found, error))
        return FALSE;
    if (!*ret_found)
        return TRUE;
    stored->row.id = statement_get_int(next, 0);
    if (stored->row.id <= after) { /* else a damaged tree could lead round in a circle */
        g_set_error(error, STORE_ERROR, STORE_ERROR_CORRUPT, "the table of reports is damaged");
        return FALSE;
    }
    stored->row.times_seen = statement_get_int(next, 7);
    const void *claim = statement_get_blob(next, 9, &length);
    if (claim != NULL && length == REPORT_DIGEST_BYTES)
        memcpy(stored->row.claim, claim, REPORT_DIGEST_BYTES);
    stored->authenticated_by = g_strdup(statement_get_optional(next, 3));
    stored->hint_domain = g_strdup(statement_get_optional(next, 4));
    stored->road = g_strdup(statement_get_text(next, 5));
    stored->source = g_strdup(statement_get_optional(next, 6));
    stored->item = (StoreReport){
        .raw = statement_get_bytes(next, 8),
        .trust = TRUST_UNAUTHENTICATED,
        .authenticated_by = stored->authenticated_by,
        .hint_domain = stored->hint_domain,
        .road = stored->road,
        .source = stored->source,
        .received = statement_get_int(next, 1),
    };
    (void)trust_from_name(statement_get_text(next, 2), &stored->item.trust);
    return TRUE;
}

/* Its raw report stays, all that was made of it goes. */
static gboolean
set_unreadable(Store *store, const Stored *stored, GError **error)
{
    guint8 content[REPORT_DIGEST_BYTES];
    g_autoptr(Statement) set = statement_get(store->statements, "rebuild_unreadable", error);
    if (set == NULL)
        return FALSE;
    take_no_content(stored->row.id, content);
    statement_int(set, 1, stored->row.id);
    statement_blob(set, 2, content, sizeof content);
    store->counters.value[COUNTER_REPORTS]++;
    store->counters.value[COUNTER_DUPLICATES] += stored->row.times_seen - 1;
    return statement_run(set, error);
}

static gboolean
rebuild_row(Store *store, Stored *stored, gint64 *reports, gint64 *failed, GError **error)
{
    StorePut put = STORE_REFUSED;
    gint64 id;
    g_autoptr(Report) report =
        store->decode(store->decode_data, stored->item.raw, stored->hint_domain);
    stored->item.report = report;
    if (report != NULL && !take_report(store, &stored->item, &stored->row, &put, &id, error))
        return FALSE;
    if (put != STORE_REFUSED) {
        ++*reports;
        return TRUE;
    }
    ++*failed;
    return set_unreadable(store, stored, error);
}

static gboolean
count_quarantine(Store *store, GError **error)
{
    gboolean row;
    g_autoptr(Statement) sums = statement_get(store->statements, "quarantine_sums", error);
    if (sums == NULL || !statement_step(sums, &row, error))
        return FALSE;
    store->counters.value[COUNTER_QUARANTINED] = statement_get_int(sums, 0);
    store->counters.value[COUNTER_QUARANTINE_BYTES] = statement_get_int(sums, 1);
    return TRUE;
}

static gboolean
rebuild_all(Store *store, gint64 *reports, gint64 *failed, GError **error)
{
    gint64 last = G_MININT64;
    gboolean found = TRUE;

    store->counters.value[COUNTER_GENERATION]++;
    store->counters.value[COUNTER_REPORTS] = 0;
    store->counters.value[COUNTER_COUNTED] = 0;
    store->counters.value[COUNTER_DUPLICATES] = 0;
    /* What a cache remembers may be damaged in the table: names are looked up afresh. */
    intern_forget(store->intern);
    changes_note_all(store->changes);
    if (!run(store, "rebuild_clear_totals", error) ||
        !run(store, "rebuild_clear_failures", error) ||
        !run(store, "rebuild_clear_policies", error) || !count_quarantine(store, error))
        return FALSE;
    while (found) {
        g_auto(Stored) stored = {0};
        if (!next_row(store, last, &stored, &found, error))
            return FALSE;
        if (found && !rebuild_row(store, &stored, reports, failed, error))
            return FALSE;
        last = stored.row.id;
    }
    /* Names that nobody needs any more, and those that were damaged. */
    gboolean ok =
        run(store, "rebuild_drop_names", error) && run(store, "rebuild_drop_policies", error);
    intern_forget(store->intern);
    return ok;
}

static gboolean
rebuild_in_transaction(Store *store, gint64 *reports, gint64 *failed, GError **error)
{
    if (!store_begin(store, error))
        return FALSE;
    if (rebuild_all(store, reports, failed, error))
        return store_commit(store, error);
    store_rollback(store);
    return FALSE;
}

gboolean
store_rebuild(Store *store, gint64 *ret_reports, gint64 *ret_failed, GError **error)
{
    gint64 reports = 0, failed = 0;

    if (store->transaction != TRANSACTION_NONE || store->decode == NULL) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INTERNAL, "%s",
                    store->decode == NULL ? "no decoder is set" : "a transaction is open");
        return FALSE;
    }
    /* Names are dropped at the end, of which none is in use: looking through all rows for each of
     * them, as the check of a foreign key would, takes for ever. */
    if (!store->driver->check_keys(store->connection, FALSE, error))
        return FALSE;
    gboolean ok = rebuild_in_transaction(store, &reports, &failed, error);
    if (!store->driver->check_keys(store->connection, TRUE, ok ? error : NULL))
        ok = FALSE;
    if (!ok)
        return FALSE;
    *ret_reports = reports;
    *ret_failed = failed;
    return TRUE;
}
