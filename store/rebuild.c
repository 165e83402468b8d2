/* rebuild.c: all derived rows anew from the raw reports. Part of store.h. */
#include <string.h>

#include "store/prepare.h"
#include "store/store-internal.h"
#include "store/take.h"

/* A row as it is read, owning its texts: it is changed while it is being taken. */
typedef struct {
    TakeRow row;
    StoreReport item;
    char *authenticated_by, *hint_domain, *road, *source;
    guint8 content[REPORT_DIGEST_BYTES]; /* as it is now */
    StoreHeld held;
    gint32 day;
    gboolean counted;
} Stored;

typedef struct {
    GHashTable *kept_days; /* set: nothing is left of a report of theirs */
    gint64 reports, failed;
} Rebuild;

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
    const void *content = statement_get_blob(next, 10, &length);
    if (length == sizeof stored->content)
        memcpy(stored->content, content, length);
    stored->held = (StoreHeld)statement_get_int(next, 11);
    stored->day = (gint32)statement_get_int(next, 12);
    stored->counted = statement_get_int(next, 13) != 0;
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

/* It stays as it is, and the roll-ups hold it. */
static void
keep_row(Store *store, const Stored *stored)
{
    store->counters.value[COUNTER_REPORTS]++;
    store->counters.value[COUNTER_COUNTED] += stored->counted;
    store->counters.value[COUNTER_DUPLICATES] += stored->row.times_seen - 1;
}

static gboolean
rebuild_row(Store *store, Rebuild *rebuild, Stored *stored, GError **error)
{
    StorePut put = STORE_REFUSED;
    gint64 id;
    if (g_hash_table_contains(rebuild->kept_days, GINT_TO_POINTER(stored->day))) {
        keep_row(store, stored);
        return TRUE;
    }
    g_autoptr(Report) report =
        store->decode(store->decode_data, stored->item.raw, stored->hint_domain);
    stored->item.report = report;
    g_autoptr(StorePrepared) prepared = report != NULL ? store_prepare(&stored->item) : NULL;
    /* Without its addresses it still is the report that came in. */
    if (report != NULL && stored->held != STORE_HELD_WHOLE)
        memcpy(prepared->content, stored->content, sizeof prepared->content);
    stored->item.prepared = prepared;
    if (report != NULL && !take_report(store, &stored->item, &stored->row, &put, &id, error))
        return FALSE;
    if (put != STORE_REFUSED) {
        rebuild->reports++;
        return TRUE;
    }
    rebuild->failed++;
    return set_unreadable(store, stored, error);
}

static gboolean
load_kept_days(Store *store, Rebuild *rebuild, GError **error)
{
    gboolean row;
    g_autoptr(Statement) days = statement_get(store->statements, "rebuild_kept_days", error);
    if (days == NULL || !statement_step(days, &row, error))
        return FALSE;
    while (row) {
        g_hash_table_add(rebuild->kept_days, GINT_TO_POINTER((gint32)statement_get_int(days, 0)));
        if (!statement_step(days, &row, error))
            return FALSE;
    }
    return TRUE;
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
rebuild_all(Store *store, Rebuild *rebuild, GError **error)
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
    if (!load_kept_days(store, rebuild, error) || !run(store, "rebuild_clear_totals", error) ||
        !run(store, "rebuild_clear_failures", error) ||
        !run(store, "rebuild_clear_policies", error) || !count_quarantine(store, error))
        return FALSE;
    while (found) {
        g_auto(Stored) stored = {0};
        if (!next_row(store, last, &stored, &found, error))
            return FALSE;
        if (found && !rebuild_row(store, rebuild, &stored, error))
            return FALSE;
        last = stored.row.id;
    }
    /* Names that nobody needs any more, and those that were damaged. */
    gboolean ok = daily_sums_write(store->sums, error) && run(store, "rebuild_drop_names", error) &&
                  run(store, "rebuild_drop_policies", error);
    intern_forget(store->intern);
    return ok;
}

static gboolean
rebuild_in_transaction(Store *store, Rebuild *rebuild, GError **error)
{
    if (!store_begin(store, error))
        return FALSE;
    if (rebuild_all(store, rebuild, error))
        return store_commit(store, error);
    store_rollback(store);
    return FALSE;
}

gboolean
store_rebuild(Store *store, gint64 *ret_reports, gint64 *ret_failed, GError **error)
{
    Rebuild rebuild = {0};

    if (store->transaction != TRANSACTION_NONE || store->decode == NULL) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INTERNAL, "%s",
                    store->decode == NULL ? "no decoder is set" : "a transaction is open");
        return FALSE;
    }
    rebuild.kept_days = g_hash_table_new(NULL, NULL);
    gboolean ok = rebuild_in_transaction(store, &rebuild, error);
    g_hash_table_unref(rebuild.kept_days);
    if (!ok)
        return FALSE;
    *ret_reports = rebuild.reports;
    *ret_failed = rebuild.failed;
    return TRUE;
}
