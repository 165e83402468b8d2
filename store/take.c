#include "store/take.h"

#include <string.h>

#include "schema/limits.h"
#include "store/claims.h"
#include "store/copies.h"
#include "store/prepare.h"

/* A report on its way in. */
typedef struct {
    const StoreReport *item;
    const Report *report;
    const TakeRow *row; /* NULL: comes in */
    const StorePrepared *facts;
} Take;

void
take_no_content(gint64 id, guint8 digest[REPORT_DIGEST_BYTES])
{
    gint64 number = GINT64_TO_BE(id);
    memset(digest, 0xff, REPORT_DIGEST_BYTES);
    memcpy(digest, &number, sizeof number);
}

/* ---- rows ------------------------------------------------------------------------------ */

/* The number of the next report: there is no other writer while we write. */
static gboolean
next_id(Store *store, gint64 *ret_id, GError **error)
{
    if (store->last_report < 0) {
        g_autoptr(Statement) last = statement_get(store->statements, "report_last", error);
        if (last == NULL || !statement_value(last, &store->last_report, NULL, error))
            return FALSE;
    }
    *ret_id = ++store->last_report;
    return TRUE;
}

/* The name of a file may be any octets. *RET_MENDED is to be freed. */
static const char *
valid_source(const StoreReport *item, char **ret_mended)
{
    if (item->source == NULL || g_utf8_validate(item->source, -1, NULL))
        return item->source;
    return *ret_mended = g_utf8_make_valid(item->source, -1);
}

static gboolean
insert_row(Store *store, const Take *take, const Copy *copy, gint64 *ret_id, GError **error)
{
    gint64 id;
    const StoreReport *item = take->item;
    const Report *report = take->report;
    g_autofree char *mended = NULL;
    const char *source = valid_source(item, &mended);
    g_autoptr(Statement) insert = statement_get(store->statements, "report_add", error);
    if (insert == NULL || !next_id(store, &id, error))
        return FALSE;
    statement_blob(insert, 1, take->facts->claim, REPORT_DIGEST_BYTES);
    statement_blob(insert, 2, take->facts->content, REPORT_DIGEST_BYTES);
    statement_int(insert, 3, copy->sender);
    statement_text(insert, 4, take->facts->sender.domain);
    statement_int(insert, 5, report_day(report));
    statement_int(insert, 6, report->start);
    statement_int(insert, 7, report->end);
    statement_int(insert, 8, item->received);
    statement_text(insert, 9, trust_name(item->trust));
    statement_text(insert, 10, item->authenticated_by);
    statement_text(insert, 11, item->hint_domain);
    statement_text(insert, 12, item->road);
    statement_text(insert, 13, source);
    statement_int(insert, 14, copy->want_counted);
    statement_int(insert, 15, copy->want_instead);
    statement_text(insert, 16, report->organization_name);
    statement_text(insert, 17, report->contact_info);
    statement_text(insert, 18, report->report_id);
    statement_text(insert, 19, take->facts->counts_for);
    statement_int(insert, 20, take->facts->successful);
    statement_int(insert, 21, take->facts->failed);
    statement_int(insert, 22, item->findings != NULL ? item->findings->len : 0);
    statement_text(insert, 23, take->facts->findings);
    statement_bytes(insert, 24, item->raw);
    statement_int(insert, 25, id);
    if (!statement_add(insert, error))
        return FALSE;
    *ret_id = id;
    return TRUE;
}

/* The row has what no other row can have with it, and keeps that. */
static gboolean
has_own_digests(const Take *take)
{
    const TakeRow *row = take->row;
    return memcmp(row->claim, take->facts->claim, REPORT_DIGEST_BYTES) == 0 &&
           memcmp(row->content, take->facts->content, REPORT_DIGEST_BYTES) == 0 &&
           row->day == report_day(take->report);
}

/* A row that the rebuild has not come to may hold the digests of this one from before. It gets
 * its own right ones when its turn comes. */
static gboolean
free_digests(Store *store, const Take *take, GError **error)
{
    gint64 id;
    gboolean found;
    guint8 other[REPORT_DIGEST_BYTES];
    if (has_own_digests(take))
        return TRUE;
    g_autoptr(Statement) find = statement_get(store->statements, "rebuild_find_later", error);
    if (find == NULL)
        return FALSE;
    statement_blob(find, 1, take->facts->claim, REPORT_DIGEST_BYTES);
    statement_blob(find, 2, take->facts->content, REPORT_DIGEST_BYTES);
    statement_int(find, 3, take->row->id);
    if (!statement_value(find, &id, &found, error))
        return FALSE;
    if (!found)
        return TRUE;
    take_no_content(id, other);
    g_autoptr(Statement) set = statement_get(store->statements, "rebuild_set_content", error);
    if (set == NULL)
        return FALSE;
    statement_int(set, 1, id);
    statement_blob(set, 2, other, REPORT_DIGEST_BYTES);
    return statement_run(set, error);
}

/* It is wrong only after damage. Content goes aside meanwhile: no two rows may ever have both
 * alike. */
static gboolean
mend_claim(Store *store, const Take *take, GError **error)
{
    guint8 aside[REPORT_DIGEST_BYTES];
    if (memcmp(take->row->claim, take->facts->claim, REPORT_DIGEST_BYTES) == 0)
        return TRUE;
    take_no_content(take->row->id, aside);
    g_autoptr(Statement) content = statement_get(store->statements, "rebuild_set_content", error);
    if (content == NULL)
        return FALSE;
    statement_int(content, 1, take->row->id);
    statement_blob(content, 2, aside, REPORT_DIGEST_BYTES);
    if (!statement_run(content, error))
        return FALSE;
    g_autoptr(Statement) claim = statement_get(store->statements, "rebuild_set_claim", error);
    if (claim == NULL)
        return FALSE;
    statement_int(claim, 1, take->row->id);
    statement_blob(claim, 2, take->facts->claim, REPORT_DIGEST_BYTES);
    return statement_run(claim, error);
}

/* Whether nothing of the row needs to be written; nearly always. */
static gboolean
is_right(const Take *take, const Copy *copy)
{
    const TakeRow *row = take->row;
    const StorePrepared *facts = take->facts;
    const Report *report = take->report;
    const char *contact = report->contact_info != NULL ? report->contact_info : "";
    return has_own_digests(take) && row->readable && row->sender == copy->sender &&
           row->starts == report->start && row->ends == report->end &&
           row->counted == copy->want_counted && row->instead == copy->want_instead &&
           row->successful == facts->successful && row->failed == facts->failed &&
           strcmp(row->sender_domain, facts->sender.domain) == 0 &&
           strcmp(row->organization_name, report->organization_name) == 0 &&
           strcmp(row->contact_info != NULL ? row->contact_info : "", contact) == 0 &&
           strcmp(row->report_id, report->report_id) == 0 &&
           strcmp(row->counts_for, facts->counts_for) == 0;
}

static gboolean
update_row(Store *store, const Take *take, const Copy *copy, GError **error)
{
    const Report *report = take->report;
    if (is_right(take, copy))
        return TRUE;
    if (!free_digests(store, take, error) || !mend_claim(store, take, error))
        return FALSE;
    g_autoptr(Statement) set = statement_get(store->statements, "rebuild_set", error);
    if (set == NULL)
        return FALSE;
    statement_int(set, 1, take->row->id);
    statement_blob(set, 2, take->facts->content, REPORT_DIGEST_BYTES);
    statement_int(set, 3, copy->sender);
    statement_text(set, 4, take->facts->sender.domain);
    statement_int(set, 5, report_day(report));
    statement_int(set, 6, report->start);
    statement_int(set, 7, report->end);
    statement_int(set, 8, copy->want_counted);
    statement_int(set, 9, copy->want_instead);
    statement_text(set, 10, report->organization_name);
    statement_text(set, 11, report->contact_info);
    statement_text(set, 12, report->report_id);
    statement_text(set, 13, take->facts->counts_for);
    statement_int(set, 14, take->facts->successful);
    statement_int(set, 15, take->facts->failed);
    statement_int(set, 16, take->row->day);
    return statement_send(set, error);
}

/* ---- content that is new --------------------------------------------------------------- */

/* Report-ids are predictable, so anyone can make copies of a claim: those that nobody counts are
 * kept up to a limit, those without trust up to a larger one. One that is vouched for and counts
 * is always taken: nothing forged may keep it out. */
static gboolean
has_room(const Copy *copy, guint others)
{
    if (!copy->want_counted)
        return others < LIMIT_COPIES;
    return others < LIMIT_COPIES_COUNTED || trust_rank(copy->trust) == trust_rank(TRUST_VERIFIED);
}

/* The id of a new row is known only when it is there. */
static void
replace_id(const GPtrArray *copies, Copy *copy, gint64 id)
{
    gint64 before = copy->id;
    copy->id = id;
    for (guint i = 0; i < copies->len; i++) {
        Copy *other = g_ptr_array_index(copies, i);
        if (other->want_instead == before)
            other->want_instead = id;
    }
}

static gboolean
add_rollup(Store *store, const Take *take, Rollup *rollup, gint64 id, GError **error)
{
    gint64 codes;
    if (take->facts->codes != NULL) {
        if (!intern_name(store->intern, take->facts->codes, &codes, error))
            return FALSE;
        rollup_set_deviations(rollup, codes, id);
    }
    return rollup_add(rollup, store->sums, error);
}

static gboolean
take_new(Store *store, const Take *take, GPtrArray *copies, StorePut *ret_put, gint64 *ret_id,
         GError **error)
{
    const StoreReport *item = take->item;
    gboolean fits = FALSE;
    guint others = copies->len;
    Copy *copy = copies_append(copies, take->row != NULL ? take->row->id : G_MAXINT64,
                               take->facts->content, report_day(take->report), item->trust,
                               take->facts->sender.domain, take->facts->counts_for);

    copies_settle(copies);
    if (take->row == NULL && !has_room(copy, others)) {
        g_ptr_array_set_size(copies, (gint)others);
        *ret_put = STORE_REFUSED;
        return TRUE;
    }
    if (!intern_name(store->intern, take->facts->sender.name, &copy->sender, error))
        return FALSE;
    g_autoptr(Rollup) rollup =
        rollup_new(store->intern, take->report, NULL, copy->sender, copy->trust, error);
    if (rollup == NULL || !rollup_fits(rollup, store->sums, store->statements, &fits, error))
        return FALSE;
    if (!fits) {
        g_ptr_array_set_size(copies, (gint)others);
        *ret_put = STORE_REFUSED;
        return TRUE;
    }
    gint64 id = copy->id;
    gboolean ok = take->row != NULL ? update_row(store, take, copy, error)
                                    : insert_row(store, take, copy, &id, error);
    if (!ok)
        return FALSE;
    replace_id(copies, copy, id);
    store->counters.value[COUNTER_REPORTS]++;
    /* Its row says all of it; only the roll-ups are left, and after those that it displaces. */
    gboolean counts = copy->want_counted;
    copy->counted = copy->want_counted;
    copy->instead = copy->want_instead;
    copy->times_seen = take->row != NULL ? take->row->times_seen : 1;
    if (!copies_apply(store, copies, NULL, NULL, error) || !copies_enter(store, copy, error))
        return FALSE;
    if (counts && !add_rollup(store, take, rollup, id, error))
        return FALSE;
    store->counters.value[COUNTER_COUNTED] += counts;
    store->counters.value[COUNTER_DUPLICATES] += copy->times_seen - 1;
    /* All copies of the claim start on one day. */
    changes_note(store->changes, STORE_CHANGE_DAY, report_day(take->report));
    *ret_put = counts ? STORE_NEW : STORE_NEW_UNCOUNTED;
    *ret_id = id;
    return TRUE;
}

/* ---- content that was there ------------------------------------------------------------ */

static gboolean
write_raised(Store *store, const Take *take, const Copy *copy, GError **error)
{
    const StoreReport *item = take->item;
    g_autofree char *mended = NULL;
    const char *source = valid_source(item, &mended);
    g_autoptr(Statement) update = statement_get(store->statements, "report_raise", error);
    if (update == NULL)
        return FALSE;
    statement_int(update, 1, copy->id);
    statement_text(update, 2, trust_name(item->trust));
    statement_text(update, 3, item->authenticated_by);
    statement_text(update, 4, item->hint_domain);
    statement_text(update, 5, item->road);
    statement_text(update, 6, source);
    statement_int(update, 7, copy->sender);
    statement_text(update, 8, copy->sender_domain);
    statement_text(update, 9, copy->counts_for);
    statement_int(update, 10, copy->day);
    return statement_send(update, error);
}

/* The same content with more trust: out under the old trust and sender, in under the new. */
static gboolean
raise_copy(Store *store, const Take *take, GPtrArray *copies, Copy *copy, GError **error)
{
    if (!copies_leave(store, copy, take->report, error))
        return FALSE;
    StoreHeld held = copy->held;
    copy->held = STORE_HELD_WHOLE; /* what may be gone has come again, if only for now */
    copy->trust = take->item->trust;
    g_free(copy->sender_domain);
    copy->sender_domain = g_strdup(take->facts->sender.domain);
    g_free(copy->counts_for);
    copy->counts_for = g_strdup(take->facts->counts_for);
    if (!intern_name(store->intern, take->facts->sender.name, &copy->sender, error) ||
        !write_raised(store, take, copy, error))
        return FALSE;
    copies_settle(copies);
    changes_note(store->changes, STORE_CHANGE_DAY, report_day(take->report));
    changes_note(store->changes, STORE_CHANGE_REPORT, copy->id);
    if (!copies_apply(store, copies, copy, take->report, error))
        return FALSE;
    copy->held = held;
    return TRUE;
}

static gboolean
take_again(Store *store, const Take *take, GPtrArray *copies, Copy *copy, GError **error)
{
    gint64 times = take->row != NULL ? take->row->times_seen : 1;
    g_autoptr(Statement) seen = statement_get(store->statements, "report_seen", error);
    if (seen == NULL)
        return FALSE;
    statement_int(seen, 1, copy->id);
    statement_int(seen, 2, times);
    statement_int(seen, 3, copy->day);
    if (!statement_send(seen, error))
        return FALSE;
    store->counters.value[COUNTER_DUPLICATES] += times;
    if (!copies_repeat(store, copy, times, error))
        return FALSE;
    if (trust_rank(take->item->trust) > trust_rank(copy->trust) &&
        !raise_copy(store, take, copies, copy, error))
        return FALSE;
    if (take->row == NULL)
        return TRUE;
    g_autoptr(Statement) drop = statement_get(store->statements, "rebuild_drop", error);
    return drop != NULL && statement_run(statement_int(drop, 1, take->row->id), error);
}

gboolean
take_report(Store *store, const StoreReport *item, const TakeRow *row, StorePut *ret_put,
            gint64 *ret_id, GError **error)
{
    g_autoptr(StorePrepared) own = item->prepared == NULL ? store_prepare(item) : NULL;
    const StorePrepared *facts = own != NULL ? own : item->prepared;
    const Take take = {item, item->report, row, facts};
    if (facts->counts_for == NULL) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INTERNAL, "a domain name is not normalised");
        return FALSE;
    }
    /* What was read ahead rests on what the row said of itself. */
    if (row != NULL && (memcmp(row->claim, facts->claim, REPORT_DIGEST_BYTES) != 0 ||
                        row->day != report_day(item->report)))
        claims_drop(store->claims, facts->claim);
    g_autoptr(GPtrArray) copies = copies_load(store, take.facts->claim, report_day(item->report),
                                              row != NULL ? row->id : G_MAXINT64, error);
    if (copies == NULL)
        return FALSE;
    Copy *copy = copies_find(copies, item->report, take.facts->content);
    if (copy == NULL)
        return take_new(store, &take, copies, ret_put, ret_id, error);
    if (!take_again(store, &take, copies, copy, error))
        return FALSE;
    *ret_put = STORE_DUPLICATE;
    *ret_id = copy->id;
    return TRUE;
}
