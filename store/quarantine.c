/* quarantine.c: what could not be counted, kept whole. Part of store.h. */
#include <string.h>

#include "schema/digest.h"
#include "schema/limits.h"
#include "store/findings_json.h"
#include "store/store-internal.h"

/* What a row takes beside its bytes and its findings, about. */
#define ROW_BYTES   1024
/* From here on a second copy in memory is worth to be spared. */
#define APART_BYTES ((gsize)1024 * 1024)

static gboolean
seen_again(Store *store, const StoreQuarantine *item, const guint8 digest[DIGEST_BYTES],
           gboolean *ret_found, gint64 *ret_id, GError **error)
{
    g_autoptr(Statement) seen = statement_get(store->statements, "quarantine_seen", error);
    if (seen == NULL)
        return FALSE;
    statement_blob(seen, 1, digest, DIGEST_BYTES);
    statement_text(seen, 2, item->reason_code);
    return statement_value(seen, ret_id, ret_found, error);
}

/* Drops the oldest until an entry of SIZE finds room. */
static gboolean
make_room(Store *store, gint64 size, GError **error)
{
    gint64 *value = store->counters.value;
    while (value[COUNTER_QUARANTINED] > 0 &&
           (value[COUNTER_QUARANTINED] >= LIMIT_QUARANTINE_ENTRIES ||
            value[COUNTER_QUARANTINE_BYTES] + size > (gint64)LIMIT_QUARANTINE_BYTES)) {
        gint64 freed = 0;
        gboolean found;
        g_autoptr(Statement) drop =
            statement_get(store->statements, "quarantine_drop_oldest", error);
        if (drop == NULL || !statement_value(drop, &freed, &found, error))
            return FALSE;
        if (!found)
            break; /* the counter was wrong; a rebuild sets it right */
        value[COUNTER_QUARANTINED]--;
        value[COUNTER_QUARANTINE_BYTES] -= freed;
        value[COUNTER_QUARANTINE_DROPPED]++;
    }
    return TRUE;
}

/* Runs ADD with BYTES, its last parameter. */
static gboolean
insert_bytes(Store *store, Statement *add, GBytes *bytes, gint64 *ret_id, GError **error)
{
    gsize length;
    const void *data = g_bytes_get_data(bytes, &length);
    if (length < APART_BYTES || store->driver->write_blob == NULL)
        return statement_insert(statement_bytes(add, 13, bytes), ret_id, error);
    return statement_insert(statement_zeros(add, 13, length), ret_id, error) &&
           store->driver->write_blob(store->connection, "quarantine", "bytes", *ret_id, data,
                                     length, error);
}

static gboolean
insert(Store *store, const StoreQuarantine *item, const guint8 digest[DIGEST_BYTES], gint64 *ret_id,
       GError **error)
{
    g_autofree char *findings = findings_json(item->findings);
    g_autofree char *source = item->source ? g_utf8_make_valid(item->source, -1) : NULL;
    g_autofree char *part = item->part ? g_utf8_make_valid(item->part, -1) : NULL;
    /* Nothing may push out all the rest. The digest is that of the whole. */
    g_autoptr(GBytes) kept =
        g_bytes_get_size(item->bytes) > LIMIT_QUARANTINE_BYTES / 8
            ? g_bytes_new_from_bytes(item->bytes, 0, LIMIT_QUARANTINE_CUT_BYTES)
            : g_bytes_ref(item->bytes);
    gint64 size = (gint64)(g_bytes_get_size(kept) + strlen(findings) + ROW_BYTES);
    if (!make_room(store, size, error))
        return FALSE;
    g_autoptr(Statement) add = statement_get(store->statements, "quarantine_add", error);
    if (add == NULL)
        return FALSE;
    statement_blob(add, 1, digest, DIGEST_BYTES);
    statement_text(add, 2, item->reason_code);
    statement_text(add, 3, item->outcome);
    statement_text(add, 4, item->reason);
    statement_text(add, 5, findings);
    statement_text(add, 6, item->road);
    statement_text(add, 7, source);
    statement_text(add, 8, part);
    statement_int(add, 9, item->is_message != FALSE);
    statement_int(add, 10, (gint64)item->full_size);
    statement_int(add, 11, item->received);
    statement_int(add, 12, size);
    if (!insert_bytes(store, add, kept, ret_id, error))
        return FALSE;
    store->counters.value[COUNTER_QUARANTINED]++;
    store->counters.value[COUNTER_QUARANTINE_BYTES] += size;
    return TRUE;
}

gboolean
store_put_quarantine(Store *store, const StoreQuarantine *item, gint64 *ret_id, GError **error)
{
    guint8 digest[DIGEST_BYTES];
    gint64 id = 0;
    gboolean found = FALSE;

    if (!store_check_writing(store, error))
        return FALSE;
    gsize length;
    const guint8 *data = g_bytes_get_data(item->bytes, &length);
    digest_sha256(data, length, digest);
    if (!seen_again(store, item, digest, &found, &id, error) ||
        (!found && !insert(store, item, digest, &id, error))) {
        store->spoilt = TRUE;
        return FALSE;
    }
    *ret_id = id;
    return TRUE;
}

/* ---- asking ---------------------------------------------------------------------------- */

static gboolean
tell(Statement *row, gboolean with_bytes, StoreQuarantineFunc func, gpointer data)
{
    g_autoptr(GBytes) bytes = with_bytes ? statement_get_bytes(row, 12) : NULL;
    StoreQuarantineRow entry = {
        .id = statement_get_int(row, 0),
        .received = statement_get_int(row, 1),
        .outcome = statement_get_text(row, 2),
        .reason_code = statement_get_text(row, 3),
        .reason = statement_get_text(row, 4),
        .findings_json = statement_get_text(row, 5),
        .road = statement_get_text(row, 6),
        .source = statement_get_optional(row, 7),
        .part = statement_get_optional(row, 8),
        .is_message = statement_get_int(row, 9) != 0,
        .full_size = (guint64)statement_get_int(row, 10),
        .times_seen = statement_get_int(row, 11),
        .bytes = bytes,
    };
    return func(data, &entry);
}

gboolean
store_each_quarantine(Store *store, gint64 before_id, guint limit, StoreQuarantineFunc func,
                      gpointer data, GError **error)
{
    gboolean row;
    g_autoptr(Statement) each = statement_get(store->statements, "quarantine_each", error);
    if (each == NULL)
        return FALSE;
    statement_int(each, 1, before_id == 0 ? G_MAXINT64 : before_id);
    statement_int(each, 2, limit == 0 ? G_MAXINT64 : limit);
    do {
        if (!statement_step(each, &row, error))
            return FALSE;
    } while (row && tell(each, FALSE, func, data));
    return TRUE;
}

static gboolean
not_found(gint64 id, GError **error)
{
    g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND,
                "no entry q%" G_GINT64_FORMAT " in quarantine", id);
    return FALSE;
}

gboolean
store_get_quarantine(Store *store, gint64 id, StoreQuarantineFunc func, gpointer data,
                     GError **error)
{
    gboolean row;
    g_autoptr(Statement) get = statement_get(store->statements, "quarantine_get", error);
    if (get == NULL || !statement_step(statement_int(get, 1, id), &row, error))
        return FALSE;
    if (!row)
        return not_found(id, error);
    (void)tell(get, TRUE, func, data);
    return TRUE;
}

gboolean
store_drop_quarantine(Store *store, gint64 id, GError **error)
{
    gint64 size = 0;
    gboolean found;
    if (!store_check_writing(store, error))
        return FALSE;
    g_autoptr(Statement) drop = statement_get(store->statements, "quarantine_drop", error);
    if (drop == NULL || !statement_value(statement_int(drop, 1, id), &size, &found, error)) {
        store->spoilt = TRUE;
        return FALSE;
    }
    if (!found)
        return not_found(id, error);
    store->counters.value[COUNTER_QUARANTINED]--;
    store->counters.value[COUNTER_QUARANTINE_BYTES] -= size;
    return TRUE;
}
