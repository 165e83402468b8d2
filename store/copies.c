#include "store/copies.h"

#include <string.h>

#include "store/claims.h"
#include "store/counts_for.h"
#include "store/findings_json.h"
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
    copy->times_seen = statement_get_int(row, 9);
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

static Copy *
find_digest(const GPtrArray *copies, const guint8 content[REPORT_DIGEST_BYTES])
{
    for (guint i = 0; i < copies->len; i++) {
        Copy *copy = g_ptr_array_index(copies, i);
        if (memcmp(copy->content, content, REPORT_DIGEST_BYTES) == 0)
            return copy;
    }
    return NULL;
}

Copy *
copies_find(const GPtrArray *copies, const Report *report,
            const guint8 content[REPORT_DIGEST_BYTES])
{
    guint8 before_8[REPORT_DIGEST_BYTES];
    if (copies->len == 0) /* nearly always */
        return NULL;
    Copy *copy = find_digest(copies, content);
    if (copy != NULL)
        return copy;
    report_content_before_8(report, before_8);
    return find_digest(copies, before_8);
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
    copy->times_seen = 1;
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

static gboolean
has_content(const Copy *copy, const Report *report)
{
    guint8 content[REPORT_DIGEST_BYTES];
    report_content(report, content);
    if (memcmp(content, copy->content, sizeof content) == 0)
        return TRUE;
    report_content_before_8(report, content);
    return memcmp(content, copy->content, sizeof content) == 0;
}

/* The report of a stored copy. What it adds to the roll-ups must be what it added then, so it has
 * to decode to the very content that was stored. */
static Report *
decode_copy(Store *store, const Copy *copy, GError **error)
{
    gboolean row = FALSE;
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
    /* Without its addresses it is another content, and adds the same to the roll-ups. */
    if (report == NULL || (copy->held == STORE_HELD_WHOLE && !has_content(copy, report))) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_CORRUPT,
                    "report r%" G_GINT64_FORMAT
                    " does not decode to what was stored: rebuild the store",
                    copy->id);
        return NULL;
    }
    return g_steal_pointer(&report);
}

/* ---- what a copy adds ------------------------------------------------------------------ */

static gboolean
set_deviations(Store *store, const Copy *copy, Rollup *rollup, GError **error)
{
    gint64 id;
    g_autofree char *findings = NULL;
    if (!store_get_findings(store, copy->id, copy->day, &findings, error))
        return FALSE;
    g_autofree char *codes = findings != NULL ? findings_json_codes(findings) : NULL;
    if (codes == NULL)
        return TRUE;
    if (!intern_name(store->intern, codes, &id, error))
        return FALSE;
    rollup_set_deviations(rollup, id, copy->id);
    return TRUE;
}

/* Where it counts, given its decoded REPORT. */
static Rollup *
rollup_of(Store *store, const Copy *copy, const Report *report, GError **error)
{
    g_autoptr(GPtrArray) lists = counts_for_lists(copy->counts_for, report->n_policies);
    if (lists == NULL) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_CORRUPT,
                    "report r%" G_GINT64_FORMAT
                    " has other policy entries than when it was stored: rebuild the store",
                    copy->id);
        return NULL;
    }
    g_autoptr(Rollup) rollup =
        rollup_new(store->intern, report, lists, copy->sender, copy->trust, error);
    if (rollup == NULL || !set_deviations(store, copy, rollup, error))
        return NULL;
    return g_steal_pointer(&rollup);
}

/* Whether it is among the copies of the roll-ups: not one that is not settled yet, or whose day has
 * gone from them. */
static gboolean
is_told(gboolean counted, gint64 instead)
{
    return counted || instead != 0;
}

static Rollup *
rollup_copies(Store *store, const Copy *copy, gint64 duplicates, gint64 uncounted, GError **error)
{
    const RollupCopies copies = {.day = copy->day,
                                 .counts_for = copy->counts_for,
                                 .sender = copy->sender,
                                 .trust = copy->trust,
                                 .duplicates = duplicates,
                                 .uncounted = uncounted};
    return rollup_of_copies(store->intern, &copies, error);
}

static gboolean
add_copies(Store *store, const Copy *copy, gint64 duplicates, gint64 uncounted, GError **error)
{
    if (duplicates == 0 && uncounted == 0)
        return TRUE;
    g_autoptr(Rollup) rollup = rollup_copies(store, copy, duplicates, uncounted, error);
    return rollup != NULL && rollup_add(rollup, store->sums, error);
}

static gboolean
subtract_copies(Store *store, const Copy *copy, gint64 duplicates, gint64 uncounted, GError **error)
{
    if (duplicates == 0 && uncounted == 0)
        return TRUE;
    g_autoptr(Rollup) rollup = rollup_copies(store, copy, duplicates, uncounted, error);
    return rollup != NULL && rollup_subtract(rollup, store->sums, store->statements, error);
}

gboolean
copies_repeat(Store *store, Copy *copy, gint64 duplicates, GError **error)
{
    copy->times_seen += duplicates;
    return !is_told(copy->counted, copy->instead) || add_copies(store, copy, duplicates, 0, error);
}

gboolean
copies_enter(Store *store, const Copy *copy, GError **error)
{
    return add_copies(store, copy, copy->times_seen - 1, !copy->counted, error);
}

/* ---- changing it ------------------------------------------------------------------------ */

/* Into the roll-ups, or out of them. */
static gboolean
turn(Store *store, const Copy *copy, gboolean in, const Report *report, GError **error)
{
    g_autoptr(Report) decoded = NULL;
    if (report == NULL)
        report = decoded = decode_copy(store, copy, error);
    if (report == NULL)
        return FALSE;
    g_autoptr(Rollup) rollup = rollup_of(store, copy, report, error);
    if (rollup == NULL)
        return FALSE;
    if (in ? !rollup_add(rollup, store->sums, error)
           : !rollup_subtract(rollup, store->sums, store->statements, error))
        return FALSE;
    store->counters.value[COUNTER_COUNTED] += in ? 1 : -1;
    return TRUE;
}

static gboolean
write_state(Store *store, const Copy *copy, GError **error)
{
    g_autoptr(Statement) update = statement_get(store->statements, "report_count", error);
    if (update == NULL)
        return FALSE;
    statement_int(update, 1, copy->id);
    statement_int(update, 2, copy->counted);
    statement_int(update, 3, copy->instead);
    statement_int(update, 4, copy->day);
    return statement_send(update, error);
}

gboolean
copies_leave(Store *store, Copy *copy, const Report *report, GError **error)
{
    if (!is_told(copy->counted, copy->instead))
        return TRUE;
    if (copy->counted && !turn(store, copy, FALSE, report, error))
        return FALSE;
    if (!subtract_copies(store, copy, copy->times_seen - 1, !copy->counted, error))
        return FALSE;
    copy->counted = FALSE;
    copy->instead = 0;
    return write_state(store, copy, error);
}

/* The copy has the wanted state, in its row too: whoever leaves the roll-ups after it must not find
 * it there. */
static gboolean
settle(Store *store, Copy *copy, const Report *report, GError **error)
{
    gboolean was_counted = copy->counted, was_told = is_told(copy->counted, copy->instead);
    if (was_counted != copy->want_counted && !turn(store, copy, copy->want_counted, report, error))
        return FALSE;
    if (!was_told) {
        copy->counted = copy->want_counted;
        if (is_told(copy->want_counted, copy->want_instead) && !copies_enter(store, copy, error))
            return FALSE;
    } else if (was_counted != copy->want_counted &&
               !(was_counted ? add_copies(store, copy, 0, 1, error)
                             : subtract_copies(store, copy, 0, 1, error))) {
        return FALSE;
    }
    copy->counted = copy->want_counted;
    copy->instead = copy->want_instead;
    changes_note(store->changes, STORE_CHANGE_REPORT, copy->id);
    return write_state(store, copy, error);
}

gboolean
copies_apply(Store *store, const GPtrArray *copies, const Copy *fresh, const Report *fresh_report,
             GError **error)
{
    /* Out before in: a sum never passes for a moment what it will be. */
    for (int pass = 0; pass < 2; pass++) {
        for (guint i = 0; i < copies->len; i++) {
            Copy *copy = g_ptr_array_index(copies, i);
            gboolean out = copy->counted && !copy->want_counted;
            if (copy->counted == copy->want_counted && copy->instead == copy->want_instead)
                continue;
            if (out == (pass == 0) &&
                !settle(store, copy, copy == fresh ? fresh_report : NULL, error))
                return FALSE;
        }
    }
    return TRUE;
}
