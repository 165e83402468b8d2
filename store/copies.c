#include "store/copies.h"

#include <string.h>

#include "store/claims.h"
#include "store/counts_for.h"
#include "store/identity.h"

static void
copy_free(gpointer data)
{
    Copy *copy = data;
    g_free(copy->sender_domain);
    g_free(copy->counts_for);
    g_free(copy);
}

/* FALSE for a row that is not as we write them. */
static gboolean
read_copy(Copy *copy, Statement *row)
{
    gsize length;
    copy->id = statement_get_int(row, 0);
    const void *content = statement_get_blob(row, 1, &length);
    copy->sender = statement_get_int(row, 2);
    copy->sender_domain = g_strdup(statement_get_text(row, 3));
    gboolean known = trust_from_name(statement_get_text(row, 4), &copy->trust);
    copy->counted = statement_get_int(row, 5) != 0;
    copy->instead = statement_get_int(row, 6);
    copy->counts_for = g_strdup(statement_get_text(row, 7));
    copy->held = (StoreHeld)statement_get_int(row, 8);
    if (!known || length != REPORT_DIGEST_BYTES)
        return FALSE;
    memcpy(copy->content, content, length);
    return TRUE;
}

GPtrArray *
copies_new(void)
{
    return g_ptr_array_new_with_free_func(copy_free);
}

void
copies_bind(Statement *select, const guint8 claim[REPORT_DIGEST_BYTES], gint32 day, gint64 before)
{
    statement_blob(select, 1, claim, REPORT_DIGEST_BYTES);
    statement_int(select, 2, before);
    statement_int(select, 3, day);
}

gboolean
copies_read(GPtrArray *copies, Statement *select, gint32 day, GError **error)
{
    gboolean row = FALSE;
    for (;;) {
        if (!statement_step(select, &row, error))
            return FALSE;
        if (!row)
            return TRUE;
        Copy *copy = g_new0(Copy, 1);
        copy->day = day;
        g_ptr_array_add(copies, copy);
        if (!read_copy(copy, select)) {
            g_set_error(error, STORE_ERROR, STORE_ERROR_CORRUPT,
                        "report r%" G_GINT64_FORMAT " is damaged: rebuild the store", copy->id);
            return FALSE;
        }
    }
}

GPtrArray *
copies_load(Store *store, const guint8 claim[REPORT_DIGEST_BYTES], gint32 day, gint64 before,
            GError **error)
{
    GPtrArray *known = claims_find(store->claims, claim);
    if (known != NULL)
        return g_ptr_array_ref(known);
    g_autoptr(GPtrArray) copies = copies_new();
    g_autoptr(Statement) select = statement_get(store->statements, "copies_of_claim", error);
    if (select == NULL)
        return NULL;
    copies_bind(select, claim, day, before);
    return copies_read(copies, select, day, error) ? g_steal_pointer(&copies) : NULL;
}

Copy *
copies_find(const GPtrArray *copies, const guint8 content[REPORT_DIGEST_BYTES])
{
    for (guint i = 0; i < copies->len; i++) {
        Copy *copy = g_ptr_array_index(copies, i);
        if (memcmp(copy->content, content, REPORT_DIGEST_BYTES) == 0)
            return copy;
    }
    return NULL;
}

Copy *
copies_append(GPtrArray *copies, gint64 id, const guint8 content[REPORT_DIGEST_BYTES], gint32 day,
              Trust trust, const char *sender_domain, const char *counts_for)
{
    Copy *copy = g_new0(Copy, 1);
    copy->id = id;
    memcpy(copy->content, content, REPORT_DIGEST_BYTES);
    copy->day = day;
    copy->held = STORE_HELD_WHOLE;
    copy->trust = trust;
    copy->sender_domain = g_strdup(sender_domain);
    copy->counts_for = g_strdup(counts_for);
    g_ptr_array_add(copies, copy);
    return copy;
}

void
copies_settle(const GPtrArray *copies)
{
    if (copies->len == 1) { /* nearly always */
        Copy *alone = g_ptr_array_index(copies, 0);
        gboolean fixed = alone->held == STORE_HELD_NOTHING;
        alone->want_counted = fixed ? alone->counted : TRUE;
        alone->want_instead = fixed ? alone->instead : 0;
        return;
    }
    g_autofree IdentityCopy *settled = g_new0(IdentityCopy, copies->len);
    for (guint i = 0; i < copies->len; i++) {
        const Copy *copy = g_ptr_array_index(copies, i);
        settled[i].id = copy->id;
        settled[i].rank = trust_rank(copy->trust);
        settled[i].sender_domain = copy->sender_domain;
        settled[i].fixed = copy->held == STORE_HELD_NOTHING;
        settled[i].counted = copy->counted;
        settled[i].instead = copy->instead;
    }
    identity_settle(settled, copies->len);
    for (guint i = 0; i < copies->len; i++) {
        Copy *copy = g_ptr_array_index(copies, i);
        copy->want_counted = settled[i].counted;
        copy->want_instead = settled[i].instead;
    }
}

Rollup *
copies_rollup(Store *store, const Copy *copy, const Report *report, GError **error)
{
    g_autoptr(GPtrArray) lists = counts_for_lists(copy->counts_for, report->n_policies);
    if (lists == NULL) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_CORRUPT,
                    "report r%" G_GINT64_FORMAT
                    " has other policy entries than when it was stored: rebuild the store",
                    copy->id);
        return NULL;
    }
    return rollup_new(store->intern, report, lists, copy->sender, copy->trust, error);
}

/* The report of a stored copy. What it adds to the roll-ups must be what it added then, so it has
 * to decode to the very content that was stored. */
static Report *
decode_copy(Store *store, const Copy *copy, GError **error)
{
    gboolean row = FALSE;
    guint8 content[REPORT_DIGEST_BYTES];
    g_autoptr(Report) report = NULL;
    g_autoptr(Statement) select = statement_get(store->statements, "report_raw", error);

    if (store->decode == NULL) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INTERNAL,
                    "a stored report has to be decoded and no decoder is set");
        return NULL;
    }
    if (select == NULL)
        return NULL;
    statement_int(select, 1, copy->id);
    statement_int(select, 2, copy->day);
    if (!statement_step(select, &row, error))
        return NULL;
    if (row) {
        g_autoptr(GBytes) raw = statement_get_bytes(select, 0);
        report = store->decode(store->decode_data, raw, statement_get_optional(select, 1));
    }
    if (report != NULL)
        report_content(report, content);
    /* Without its addresses it is another content, and adds the same to the roll-ups. */
    if (report == NULL ||
        (copy->held == STORE_HELD_WHOLE && memcmp(content, copy->content, sizeof content) != 0)) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_CORRUPT,
                    "report r%" G_GINT64_FORMAT
                    " does not decode to what was stored: rebuild the store",
                    copy->id);
        return NULL;
    }
    return g_steal_pointer(&report);
}

/* Into the roll-ups, or out of them. */
static gboolean
turn(Store *store, Copy *copy, const Report *report, GError **error)
{
    g_autoptr(Report) decoded = NULL;
    if (report == NULL)
        report = decoded = decode_copy(store, copy, error);
    if (report == NULL)
        return FALSE;
    g_autoptr(Rollup) rollup = copies_rollup(store, copy, report, error);
    if (rollup == NULL)
        return FALSE;
    if (copy->want_counted ? !rollup_add(rollup, store->sums, error)
                           : !rollup_subtract(rollup, store->sums, store->statements, error))
        return FALSE;
    store->counters.value[COUNTER_COUNTED] += copy->want_counted ? 1 : -1;
    return TRUE;
}

static gboolean
write_state(Store *store, const Copy *copy, GError **error)
{
    g_autoptr(Statement) update = statement_get(store->statements, "report_count", error);
    if (update == NULL)
        return FALSE;
    statement_int(update, 1, copy->id);
    statement_int(update, 2, copy->want_counted);
    statement_int(update, 3, copy->want_instead);
    statement_int(update, 4, copy->day);
    return statement_send(update, error);
}

gboolean
copies_apply(Store *store, const GPtrArray *copies, const Copy *fresh, const Report *fresh_report,
             GError **error)
{
    /* Out before in: a sum never passes for a moment what it will be. */
    for (int pass = 0; pass < 2; pass++) {
        for (guint i = 0; i < copies->len; i++) {
            Copy *copy = g_ptr_array_index(copies, i);
            if (copy->counted == copy->want_counted || copy->want_counted != (pass == 1))
                continue;
            if (!turn(store, copy, copy == fresh ? fresh_report : NULL, error))
                return FALSE;
        }
    }
    for (guint i = 0; i < copies->len; i++) {
        Copy *copy = g_ptr_array_index(copies, i);
        if (copy->counted != copy->want_counted || copy->instead != copy->want_instead) {
            if (!write_state(store, copy, error))
                return FALSE;
            changes_note(store->changes, STORE_CHANGE_REPORT, copy->id);
        }
        copy->counted = copy->want_counted;
        copy->instead = copy->want_instead;
    }
    return TRUE;
}
