/* list.c: single reports. Part of store.h. */
#include "store/counts_for.h"
#include "store/store-internal.h"

/* Always so many octets, also of a damaged row. */
static const guint8 *
digest(Statement *row, int column)
{
    static const guint8 none[REPORT_DIGEST_BYTES];
    gsize length;
    const guint8 *data = statement_get_blob(row, column, &length);
    return length == REPORT_DIGEST_BYTES ? data : none;
}

static gboolean
tell(Statement *row, gboolean with_raw, StoreReportFunc func, gpointer data)
{
    g_autofree char *domains = counts_for_domains(statement_get_text(row, 9));
    StoreHeld held = with_raw ? (StoreHeld)statement_get_int(row, 23) : STORE_HELD_WHOLE;
    g_autoptr(GBytes) raw = with_raw ? statement_get_bytes(row, 22) : NULL;
    StoreReportRow report = {
        .id = statement_get_int(row, 0),
        .day = (gint32)statement_get_int(row, 1),
        .start = statement_get_int(row, 2),
        .end = statement_get_int(row, 3),
        .received = statement_get_int(row, 4),
        .sender = statement_get_text(row, 5),
        .organization_name = statement_get_text(row, 6),
        .contact_info = statement_get_optional(row, 7),
        .report_id = statement_get_text(row, 8),
        .domains = domains,
        .counts_for = statement_get_text(row, 9),
        .trust = TRUST_UNAUTHENTICATED,
        .authenticated_by = statement_get_optional(row, 11),
        .hint_domain = statement_get_optional(row, 12),
        .road = statement_get_text(row, 13),
        .source = statement_get_optional(row, 14),
        .times_seen = statement_get_int(row, 15),
        .counted = statement_get_int(row, 16) != 0,
        .counted_instead = statement_get_int(row, 17),
        .deviations = (guint)statement_get_int(row, 18),
        .findings_json = statement_get_text(row, 19),
        .successful = statement_get_int(row, 20),
        .failed = statement_get_int(row, 21),
        .raw = raw,
        .held = held,
        .claim = with_raw ? digest(row, 24) : NULL,
        .content = with_raw ? digest(row, 25) : NULL,
    };
    (void)trust_from_name(statement_get_text(row, 10), &report.trust);
    return func(data, &report);
}

static void
bind_filter(Statement *each, const StoreQuery *query, guint limit)
{
    statement_int(each, 1, query->since_day);
    statement_int(each, 2, query->until_day);
    statement_text(each, 3, query->domain);
    statement_text(each, 4, query->sender);
    statement_int(each, 5, limit == 0 ? G_MAXINT64 : limit);
}

typedef struct {
    gint64 first, last;
} IdRange;

/* Numbers between which all reports of QUERY lie. PostgreSQL goes by partitions of days instead. */
static gboolean
find_range(Store *store, const StoreQuery *query, IdRange *ret_range, GError **error)
{
    gboolean row = TRUE;
    *ret_range = (IdRange){0, G_MAXINT64};
    if ((query->since_day > G_MININT32 || query->until_day < G_MAXINT32) &&
        !statement_can_ask(store->statements)) {
        g_autoptr(Statement) find = statement_get(store->statements, "report_range", error);
        if (find == NULL)
            return FALSE;
        statement_int(find, 1, query->since_day);
        statement_int(find, 2, query->until_day);
        if (!statement_step(find, &row, error))
            return FALSE;
        /* Without such a report both are NULL, which reads as 0, the number of none. */
        *ret_range = (IdRange){statement_get_int(find, 0), statement_get_int(find, 1)};
    }
    if (query->before_id != 0)
        ret_range->last = MIN(ret_range->last, query->before_id - 1);
    return TRUE;
}

gboolean
store_each_report(Store *store, const StoreQuery *query, guint limit, StoreReportFunc func,
                  gpointer data, GError **error)
{
    gboolean row;
    IdRange range;
    if (!find_range(store, query, &range, error))
        return FALSE;
    g_autoptr(Statement) each = statement_get(store->statements, "report_each", error);
    if (each == NULL)
        return FALSE;
    bind_filter(each, query, limit);
    statement_int(each, 6, range.first);
    statement_int(each, 7, range.last);
    statement_int(each, 8, query->failing);
    do {
        if (!statement_step(each, &row, error))
            return FALSE;
    } while (row && tell(each, FALSE, func, data));
    return TRUE;
}

gboolean
store_each_report_after(Store *store, const StoreQuery *query, gint64 after, guint limit,
                        StoreReportFunc func, gpointer data, GError **error)
{
    gboolean row;
    g_autoptr(Statement) each = statement_get(store->statements, "report_after", error);
    if (each == NULL)
        return FALSE;
    bind_filter(each, query, limit);
    statement_int(each, 6, after);
    do {
        if (!statement_step(each, &row, error))
            return FALSE;
    } while (row && tell(each, TRUE, func, data));
    return TRUE;
}

gboolean
store_get_report(Store *store, gint64 id, StoreReportFunc func, gpointer data, GError **error)
{
    gboolean row;
    g_autoptr(Statement) get = statement_get(store->statements, "report_get", error);
    if (get == NULL || !statement_step(statement_int(get, 1, id), &row, error))
        return FALSE;
    if (!row) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "no report r%" G_GINT64_FORMAT, id);
        return FALSE;
    }
    (void)tell(get, TRUE, func, data);
    return TRUE;
}
