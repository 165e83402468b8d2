/* rebuild.c: all derived rows anew from the raw reports. Part of store.h. */
#include <string.h>

#include "store/claims.h"
#include "store/prepare.h"
#include "store/rebuild_rows.h"
#include "store/rollup.h"

typedef struct {
    GHashTable *kept_days; /* set: nothing is left of a report of theirs */
    gint64 reports, failed;
} Rebuild;

static gboolean
run(Store *store, const char *name, GError **error)
{
    g_autoptr(Statement) statement = statement_get(store->statements, name, error);
    return statement != NULL && statement_run(statement, error);
}

/* A report that cannot be read is a copy that does not count. */
static gboolean
add_unreadable(Store *store, const StoredRow *stored, GError **error)
{
    const RollupCopies copies = {.day = (gint32)stored->row.day,
                                 .counts_for = stored->row.counts_for,
                                 .sender = stored->row.sender,
                                 .trust = stored->item.trust,
                                 .duplicates = stored->row.times_seen - 1,
                                 .uncounted = 1};
    g_autoptr(Rollup) rollup = rollup_of_copies(store->intern, &copies, error);
    return rollup != NULL && rollup_add(rollup, store->sums, error);
}

/* Its raw report stays, all that was made of it goes. */
static gboolean
set_unreadable(Store *store, const StoredRow *stored, GError **error)
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
    return statement_send(set, error) && add_unreadable(store, stored, error);
}

/* It stays as it is, and the roll-ups hold it. */
static void
keep_row(Store *store, const StoredRow *stored)
{
    store->counters.value[COUNTER_REPORTS]++;
    store->counters.value[COUNTER_COUNTED] += stored->row.counted;
    store->counters.value[COUNTER_DUPLICATES] += stored->row.times_seen - 1;
}

static gboolean
rebuild_row(Store *store, Rebuild *rebuild, StoredRow *stored, GError **error)
{
    StorePut put = STORE_REFUSED;
    gint64 id;
    if (g_hash_table_contains(rebuild->kept_days, GINT_TO_POINTER((gint32)stored->row.day))) {
        keep_row(store, stored);
        return TRUE;
    }
    g_autoptr(Report) report =
        store->decode(store->decode_data, stored->item.raw, stored->item.hint_domain);
    stored->item.report = report;
    g_autoptr(StorePrepared) prepared = report != NULL ? store_prepare(&stored->item) : NULL;
    /* Without its addresses it still is the report that came in. */
    if (report != NULL && stored->held != STORE_HELD_WHOLE)
        memcpy(prepared->content, stored->row.content, sizeof prepared->content);
    if (report != NULL)
        prepared->codes = stored->codes;
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

/* ROWS one after the other, of which no other is read meanwhile: the copies of their claims, in one
 * go, are those with lower ids than all of them. */
static gboolean
rebuild_rows(Store *store, Rebuild *rebuild, const GArray *rows, GError **error)
{
    g_autofree ClaimAsked *asked = g_new(ClaimAsked, rows->len);
    for (guint i = 0; i < rows->len; i++) {
        const StoredRow *stored = &g_array_index(rows, StoredRow, i);
        asked[i] = (ClaimAsked){stored->row.claim, (gint32)stored->row.day};
    }
    gboolean ok =
        claims_read(store, asked, rows->len, g_array_index(rows, StoredRow, 0).row.id, error);
    for (guint i = 0; ok && i < rows->len; i++)
        ok = rebuild_row(store, rebuild, &g_array_index(rows, StoredRow, i), error);
    claims_forget(store->claims);
    return ok;
}

static gboolean
rebuild_reports(Store *store, Rebuild *rebuild, GError **error)
{
    g_autoptr(RebuildRows) reader = rebuild_rows_new(store);
    for (;;) {
        const GArray *rows = rebuild_rows_next(reader, error);
        if (rows == NULL)
            return FALSE;
        if (rows->len == 0)
            return TRUE;
        if (!rebuild_rows(store, rebuild, rows, error))
            return FALSE;
    }
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
    store->counters.value[COUNTER_GENERATION]++;
    store->counters.value[COUNTER_REPORTS] = 0;
    store->counters.value[COUNTER_COUNTED] = 0;
    store->counters.value[COUNTER_DUPLICATES] = 0;
    /* What a cache remembers may be damaged in the table: names are looked up afresh. */
    intern_forget(store->intern);
    changes_note_all(store->changes);
    if (!load_kept_days(store, rebuild, error) || !run(store, "rebuild_clear_totals", error) ||
        !run(store, "rebuild_clear_failures", error) ||
        !run(store, "rebuild_clear_copies", error) ||
        !run(store, "rebuild_clear_deviations", error) ||
        !run(store, "rebuild_clear_policies", error) || !count_quarantine(store, error) ||
        !rebuild_reports(store, rebuild, error))
        return FALSE;
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
