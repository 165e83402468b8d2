#include "store/retention.h"

#include <string.h>

#include "store/findings_json.h"
#include "store/row_copy.h"
#include "store/store-internal.h"

/* What one step of the work did: a row is done, or nothing is left of its kind. */
typedef struct {
    Store *store;
    const StoreRetention *retention;
    StoreShorten shorten;
    gpointer data;
    StorePruned *pruned;
    gint64 last_report; /* stays, so that its number is not given again */
    gboolean done;      /* of this kind */
} Pruning;

typedef gboolean (*PruneOne)(Pruning *pruning, GError **error);

void
store_retention_init(StoreRetention *retention)
{
    *retention = (StoreRetention){G_MININT32, G_MININT32, G_MININT32, 0};
}

/* Nothing outlives its day; and a document is shortened only if it stays. */
static StoreRetention
effective(const StoreRetention *retention)
{
    StoreRetention all = *retention;
    all.raw_before = MAX(all.raw_before, all.daily_before);
    return all;
}

/* ---- reports ----------------------------------------------------------------------------- */

typedef struct {
    gint64 id, counted, times_seen;
    gint32 day;
} Row;

/* The next row of which as much as HELD is there; *ret_found FALSE if there is none. */
static gboolean
next_row(Pruning *pruning, StoreHeld held, gint32 before, gint64 below_id, Row *ret_row,
         gboolean *ret_found, GError **error)
{
    g_autoptr(Statement) next = statement_get(pruning->store->statements, "retention_next", error);
    if (next == NULL)
        return FALSE;
    statement_int(next, 1, held);
    statement_int(next, 2, before);
    statement_int(next, 3, below_id);
    if (!statement_step(next, ret_found, error))
        return FALSE;
    if (*ret_found)
        *ret_row = (Row){
            .id = statement_get_int(next, 0),
            .day = (gint32)statement_get_int(next, 1),
            .counted = statement_get_int(next, 2),
            .times_seen = statement_get_int(next, 3),
        };
    return TRUE;
}

/* The columns of retention_row. */
static const char row_types[] = "ibbitiiiitttttiiiittttiiitbi";
enum { COLUMN_SOURCE = 13, COLUMN_FINDINGS = 25, COLUMN_RAW = 26, COLUMN_HELD = 27 };

/* What there is of a row, owned. */
typedef struct {
    RowCopy *copy; /* findings: without addresses */
    GBytes *raw;
    char *hint, *findings;
} Document;

static void
document_clear(Document *document)
{
    g_clear_pointer(&document->copy, row_copy_free);
    g_clear_pointer(&document->raw, g_bytes_unref);
    g_clear_pointer(&document->hint, g_free);
    g_clear_pointer(&document->findings, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Document, document_clear)

static gboolean
read_document(Pruning *pruning, const Row *row, Document *document, GError **error)
{
    gboolean found;
    g_autoptr(Statement) get = statement_get(pruning->store->statements, "retention_row", error);
    if (get == NULL)
        return FALSE;
    statement_int(get, 1, row->id);
    statement_int(get, 2, row->day);
    if (!statement_step(get, &found, error))
        return FALSE;
    if (!found) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_CORRUPT, "the index of days is damaged");
        return FALSE;
    }
    document->copy = row_copy_new(get, row_types);
    document->raw = statement_get_bytes(get, COLUMN_RAW);
    document->hint = g_strdup(statement_get_optional(get, 11));
    document->findings = findings_json_without_addresses(statement_get_text(get, COLUMN_FINDINGS));
    return TRUE;
}

/* RAW in the place of what is there; NULL: that stays. */
static gboolean
keep_shortened(Pruning *pruning, const Row *row, const Document *document, GBytes *raw,
               GError **error)
{
    const char *name = raw != NULL ? "retention_keep" : "retention_mark";
    g_autoptr(Statement) set = statement_get(pruning->store->statements, name, error);
    if (set == NULL)
        return FALSE;
    statement_int(set, 1, row->id);
    statement_int(set, 2, STORE_HELD_SHORTENED);
    statement_int(set, 3, row->day);
    statement_text(set, 4, document->findings);
    if (raw != NULL)
        statement_bytes(set, 5, raw);
    return statement_send(set, error);
}

static gboolean
delete_row(Pruning *pruning, const Row *row, GError **error)
{
    g_autoptr(Statement) drop =
        statement_get(pruning->store->statements, "retention_drop_report", error);
    if (drop == NULL)
        return FALSE;
    statement_int(drop, 1, row->id);
    statement_int(drop, 2, row->day);
    return statement_send(drop, error);
}

static gboolean
drop_raw(Pruning *pruning, const Row *row, Document *document, GError **error)
{
    g_autoptr(GBytes) none = g_bytes_new_static("", 0);
    row_copy_set_text(document->copy, COLUMN_SOURCE, NULL);
    row_copy_set_text(document->copy, COLUMN_FINDINGS, document->findings);
    row_copy_set_bytes(document->copy, COLUMN_RAW, none);
    row_copy_set_int(document->copy, COLUMN_HELD, STORE_HELD_NOTHING);
    if (!delete_row(pruning, row, error))
        return FALSE;
    g_autoptr(Statement) put =
        statement_get(pruning->store->statements, "transfer_write_report", error);
    if (put == NULL)
        return FALSE;
    row_copy_bind(document->copy, put);
    pruning->pruned->raw++;
    return statement_send(put, error);
}

/* Whether both add the same to the roll-ups. */
static gboolean
count_alike(const Report *one, const Report *other)
{
    if (one->n_policies != other->n_policies)
        return FALSE;
    for (gsize i = 0; i < one->n_policies; i++) {
        const PolicyEntry *a = &one->policies[i], *b = &other->policies[i];
        if (a->successful_sessions != b->successful_sessions ||
            a->failed_sessions != b->failed_sessions || a->n_failures != b->n_failures)
            return FALSE;
        for (gsize j = 0; j < a->n_failures; j++) {
            const FailureDetail *x = &a->failures[j], *y = &b->failures[j];
            if (x->failed_sessions != y->failed_sessions ||
                g_strcmp0(x->mx_hostname, y->mx_hostname) != 0 ||
                g_strcmp0(x->result_word, y->result_word) != 0 ||
                g_strcmp0(x->reason_code, y->reason_code) != 0)
                return FALSE;
        }
    }
    return TRUE;
}

/* RAW without addresses, or NULL where that would not be the same report. */
static GBytes *
shortened(Pruning *pruning, GBytes *raw, const char *hint)
{
    Store *store = pruning->store;
    guint8 before_claim[REPORT_DIGEST_BYTES], claim[REPORT_DIGEST_BYTES];
    g_autoptr(GBytes) shorter = pruning->shorten(pruning->data, raw);
    if (shorter == NULL || shorter == raw)
        return g_steal_pointer(&shorter);
    g_autoptr(Report) before = store_decode(store, raw, hint);
    g_autoptr(Report) after = store_decode(store, shorter, hint);
    if (before == NULL || after == NULL || !count_alike(before, after))
        return NULL;
    report_claim(before, before_claim);
    report_claim(after, claim);
    return memcmp(before_claim, claim, sizeof claim) == 0 ? g_steal_pointer(&shorter) : NULL;
}

static gboolean
shorten_one(Pruning *pruning, GError **error)
{
    Row row = {0};
    gboolean found;
    g_auto(Document) document = {0};
    if (!next_row(pruning, STORE_HELD_WHOLE, pruning->retention->addresses_before, G_MAXINT64, &row,
                  &found, error))
        return FALSE;
    pruning->done = !found;
    if (!found)
        return TRUE;
    if (!read_document(pruning, &row, &document, error))
        return FALSE;
    g_autoptr(GBytes) shorter = shortened(pruning, document.raw, document.hint);
    if (shorter == NULL)
        return drop_raw(pruning, &row, &document, error);
    pruning->pruned->shortened++;
    return keep_shortened(pruning, &row, &document, shorter == document.raw ? NULL : shorter,
                          error);
}

/* The next row of which at least as much as LEAST is there, and how much that is. */
static gboolean
next_row_with(Pruning *pruning, StoreHeld least, gint32 before, gint64 below_id, Row *ret_row,
              StoreHeld *ret_held, gboolean *ret_found, GError **error)
{
    *ret_found = FALSE;
    for (StoreHeld held = least; held <= STORE_HELD_WHOLE; held++) {
        *ret_held = held;
        if (!next_row(pruning, held, before, below_id, ret_row, ret_found, error))
            return FALSE;
        if (*ret_found)
            break;
    }
    return TRUE;
}

static gboolean
drop_one_raw(Pruning *pruning, GError **error)
{
    Row row = {0};
    StoreHeld held;
    gboolean found;
    if (!next_row_with(pruning, STORE_HELD_SHORTENED, pruning->retention->raw_before, G_MAXINT64,
                       &row, &held, &found, error))
        return FALSE;
    g_auto(Document) document = {0};
    pruning->done = !found;
    return !found || (read_document(pruning, &row, &document, error) &&
                      drop_raw(pruning, &row, &document, error));
}

static gboolean
drop_row(Pruning *pruning, const Row *row, GError **error)
{
    Store *store = pruning->store;
    if (!delete_row(pruning, row, error))
        return FALSE;
    g_autoptr(Statement) change = statement_get(store->statements, "retention_drop_change", error);
    if (change == NULL || !statement_send(statement_int(change, 1, row->id), error))
        return FALSE;
    store->counters.value[COUNTER_REPORTS]--;
    store->counters.value[COUNTER_COUNTED] -= row->counted != 0;
    store->counters.value[COUNTER_DUPLICATES] -= row->times_seen - 1;
    pruning->pruned->reports++;
    return TRUE;
}

/* Whatever is left of it. */
static gboolean
drop_one_row(Pruning *pruning, GError **error)
{
    Row row = {0};
    StoreHeld held;
    gboolean found;
    if (!next_row_with(pruning, STORE_HELD_NOTHING, pruning->retention->daily_before,
                       pruning->last_report, &row, &held, &found, error))
        return FALSE;
    pruning->done = !found;
    if (found)
        pruning->pruned->raw += held != STORE_HELD_NOTHING;
    return !found || drop_row(pruning, &row, error);
}

/* ---- roll-ups ---------------------------------------------------------------------------- */

/* The last report keeps its row, and counts no longer when its roll-ups go. */
static gboolean
uncount_last(Pruning *pruning, GError **error)
{
    gint64 ignored;
    gboolean changed;
    Store *store = pruning->store;
    g_autoptr(Statement) set = statement_get(store->statements, "retention_uncount", error);
    if (set == NULL)
        return FALSE;
    statement_int(set, 1, pruning->last_report);
    statement_int(set, 2, pruning->retention->daily_before);
    if (!statement_value(set, &ignored, &changed, error))
        return FALSE;
    store->counters.value[COUNTER_COUNTED] -= changed;
    return TRUE;
}

static gboolean
drop_domain(Pruning *pruning, const char *name, gint64 day, gint64 domain, GError **error)
{
    g_autoptr(Statement) drop = statement_get(pruning->store->statements, name, error);
    if (drop == NULL)
        return FALSE;
    statement_int(drop, 1, day);
    statement_int(drop, 2, domain);
    return statement_send(drop, error);
}

/* DAY has gone when its last domain has, perhaps some steps after its first. */
static gboolean
count_day(Pruning *pruning, gint64 day, GError **error)
{
    gboolean found;
    g_autoptr(Statement) next =
        statement_get(pruning->store->statements, "retention_next_total", error);
    if (next == NULL || !statement_step(statement_int(next, 1, day + 1), &found, error))
        return FALSE;
    pruning->pruned->days += !found;
    return TRUE;
}

static gboolean
drop_before(Pruning *pruning, const char *name, GError **error)
{
    g_autoptr(Statement) drop = statement_get(pruning->store->statements, name, error);
    return drop != NULL &&
           statement_send(statement_int(drop, 1, pruning->retention->daily_before), error);
}

/* The roll-ups of one domain and day. No report of that day is left: its row went before. */
static gboolean
drop_one_total(Pruning *pruning, GError **error)
{
    gboolean found;
    Store *store = pruning->store;
    g_autoptr(Statement) next = statement_get(store->statements, "retention_next_total", error);
    if (next == NULL ||
        !statement_step(statement_int(next, 1, pruning->retention->daily_before), &found, error))
        return FALSE;
    pruning->done = !found;
    if (found) {
        gint64 day = statement_get_int(next, 0), domain = statement_get_int(next, 1);
        g_clear_pointer(&next, statement_done);
        return uncount_last(pruning, error) &&
               drop_domain(pruning, "retention_drop_failures", day, domain, error) &&
               drop_domain(pruning, "retention_drop_copies", day, domain, error) &&
               drop_domain(pruning, "retention_drop_deviations", day, domain, error) &&
               drop_domain(pruning, "retention_drop_totals", day, domain, error) &&
               count_day(pruning, day, error);
    }
    return drop_before(pruning, "retention_last_copies", error) &&
           drop_before(pruning, "retention_last_deviations", error) &&
           drop_before(pruning, "retention_drop_days", error);
}

/* ---- quarantine -------------------------------------------------------------------------- */

static gboolean
drop_one_entry(Pruning *pruning, GError **error)
{
    gint64 size;
    gboolean found;
    Store *store = pruning->store;
    g_autoptr(Statement) drop =
        statement_get(store->statements, "retention_drop_quarantine", error);
    if (drop == NULL ||
        !statement_value(statement_int(drop, 1, pruning->retention->quarantine_before), &size,
                         &found, error))
        return FALSE;
    pruning->done = !found;
    if (!found)
        return TRUE;
    store->counters.value[COUNTER_QUARANTINED]--;
    store->counters.value[COUNTER_QUARANTINE_BYTES] -= size;
    pruning->pruned->quarantine++;
    return TRUE;
}

/* ---- a step ------------------------------------------------------------------------------ */

/* Each kind to its end before the next one: a report goes before what it added to the roll-ups. */
static gboolean
prune(Pruning *pruning, gint64 deadline, gboolean *ret_more, GError **error)
{
    static const PruneOne kinds[] = {drop_one_row, drop_one_raw, shorten_one, drop_one_total,
                                     drop_one_entry};
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        pruning->done = kinds[i] == shorten_one && pruning->shorten == NULL;
        while (!pruning->done) {
            if (g_get_monotonic_time() >= deadline) {
                *ret_more = TRUE;
                return TRUE;
            }
            if (!kinds[i](pruning, error))
                return FALSE;
        }
    }
    *ret_more = FALSE;
    return TRUE;
}

gboolean
store_prune_step(Store *store, const StoreRetention *retention, StoreShorten shorten, gpointer data,
                 gint64 budget_us, StorePruned *pruned, gboolean *ret_more, GError **error)
{
    gboolean more;
    StorePruned sum = *pruned;
    const StoreRetention all = effective(retention);
    Pruning pruning = {
        .store = store, .retention = &all, .shorten = shorten, .data = data, .pruned = &sum};
    if (!store_begin(store, error))
        return FALSE;
    /* From here on, not while waiting for the lock. */
    gint64 deadline = g_get_monotonic_time() + budget_us;
    g_autoptr(Statement) last = statement_get(store->statements, "report_last", error);
    if (last == NULL || !statement_value(last, &pruning.last_report, NULL, error) ||
        !prune(&pruning, deadline, &more, error)) {
        g_clear_pointer(&last, statement_done);
        store_rollback(store);
        return FALSE;
    }
    g_clear_pointer(&last, statement_done);
    if (!store_commit(store, error))
        return FALSE;
    *pruned = sum;
    *ret_more = more;
    return TRUE;
}

/* ---- looking ahead ----------------------------------------------------------------------- */

static gboolean
count(Store *store, const char *name, gint64 before, gint64 *ret_count, GError **error)
{
    g_autoptr(Statement) statement = statement_get(store->statements, name, error);
    return statement != NULL &&
           statement_value(statement_int(statement, 1, before), ret_count, NULL, error);
}

static gboolean
count_held(Store *store, StoreHeld held, gint32 before, gint64 below_id, gint64 *ret_count,
           GError **error)
{
    g_autoptr(Statement) statement = statement_get(store->statements, "retention_count", error);
    if (statement == NULL)
        return FALSE;
    statement_int(statement, 1, held);
    statement_int(statement, 2, before);
    statement_int(statement, 3, below_id);
    return statement_value(statement, ret_count, NULL, error);
}

gboolean
store_prune_preview(Store *store, const StoreRetention *retention, StorePruned *ret_would,
                    GError **error)
{
    gint64 last = 0, kept = 0, shortened = 0;
    StorePruned would = {0};
    const StoreRetention all = effective(retention);
    g_autoptr(Statement) find = statement_get(store->statements, "report_last", error);
    if (find == NULL || !statement_value(find, &last, NULL, error) ||
        !count_held(store, STORE_HELD_WHOLE, all.addresses_before, G_MAXINT64, &would.shortened,
                    error) ||
        !count_held(store, STORE_HELD_WHOLE, MIN(all.addresses_before, all.raw_before), G_MAXINT64,
                    &kept, error) ||
        !count_held(store, STORE_HELD_SHORTENED, all.raw_before, G_MAXINT64, &shortened, error) ||
        !count_held(store, STORE_HELD_WHOLE, all.raw_before, G_MAXINT64, &would.raw, error) ||
        !count(store, "retention_count_days", all.daily_before, &would.days, error) ||
        !count(store, "retention_count_quarantine", all.quarantine_before, &would.quarantine,
               error))
        return FALSE;
    for (StoreHeld held = STORE_HELD_NOTHING; held <= STORE_HELD_WHOLE; held++) {
        gint64 old = 0;
        if (!count_held(store, held, all.daily_before, last, &old, error))
            return FALSE;
        would.reports += old;
    }
    would.shortened -= kept;
    would.raw += shortened;
    *ret_would = would;
    return TRUE;
}
