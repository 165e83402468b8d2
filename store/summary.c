/* summary.c: the roll-ups row by row. Part of store.h. */
#include "store/store-internal.h"

void
store_query_init(StoreQuery *query)
{
    *query = (StoreQuery){
        .since_day = G_MININT32,
        .until_day = G_MAXINT32,
        .policy_type = -1,
    };
}

static void
bind_query(Statement *statement, const StoreQuery *query)
{
    const char *type = NULL; /* POLICY_TYPE_OTHER: all words that are no registered one */
    if (query->policy_type >= 0 && query->policy_type != POLICY_TYPE_OTHER) {
        PolicyEntry entry = {.type = (PolicyType)query->policy_type};
        type = policy_entry_type_name(&entry);
    }
    statement_int(statement, 1, query->since_day);
    statement_int(statement, 2, query->until_day);
    statement_text(statement, 3, query->domain);
    statement_text(statement, 4, query->sender);
    statement_int(statement, 5, query->policy_type);
    statement_text(statement, 6, type);
}

/* A text that NULL stands for where its id is the one of "none given". */
static const char *
optional_text(Statement *row, int id, int text)
{
    return statement_get_int(row, id) == INTERN_NONE ? NULL : statement_get_text(row, text);
}

/* Words of another program's making read as the lowest trust. */
static Trust
trust_of(Statement *row, int column)
{
    Trust trust = TRUST_UNAUTHENTICATED;
    (void)trust_from_name(statement_get_text(row, column), &trust);
    return trust;
}

static gboolean
tell_total(Statement *row, StoreTotalFunc func, gpointer data)
{
    StoreTotal total = {
        .day = (gint32)statement_get_int(row, 0),
        .domain = statement_get_text(row, 1),
        .sender = statement_get_text(row, 2),
        .policy_type = statement_get_text(row, 3),
        .policy_text = optional_text(row, 4, 5),
        .mode = sts_mode_from_name(statement_get_optional(row, 6)),
        .trust = trust_of(row, 7),
        .reports = statement_get_int(row, 8),
        .successful = statement_get_int(row, 9),
        .failed = statement_get_int(row, 10),
        .detailed = statement_get_int(row, 11),
    };
    return func(data, &total);
}

gboolean
store_each_total(Store *store, const StoreQuery *query, StoreTotalFunc func, gpointer data,
                 GError **error)
{
    gboolean row;
    g_autoptr(Statement) each = statement_get(store->statements, "total_each", error);
    if (each == NULL)
        return FALSE;
    bind_query(each, query);
    do {
        if (!statement_step(each, &row, error))
            return FALSE;
    } while (row && tell_total(each, func, data));
    return TRUE;
}

static gboolean
tell_failure(Statement *row, StoreFailureFunc func, gpointer data)
{
    StoreFailure failure = {
        .day = (gint32)statement_get_int(row, 0),
        .domain = statement_get_text(row, 1),
        .sender = statement_get_text(row, 2),
        .policy_type = statement_get_text(row, 3),
        .policy_text = optional_text(row, 4, 5),
        .mode = sts_mode_from_name(statement_get_optional(row, 6)),
        .trust = trust_of(row, 7),
        .mx = optional_text(row, 8, 9),
        .result_word = statement_get_text(row, 10),
        .reason = optional_text(row, 11, 12),
        .sessions = statement_get_int(row, 13),
    };
    return func(data, &failure);
}

gboolean
store_each_failure(Store *store, const StoreQuery *query, StoreFailureFunc func, gpointer data,
                   GError **error)
{
    gboolean row;
    g_autoptr(Statement) each = statement_get(store->statements, "failure_each", error);
    if (each == NULL)
        return FALSE;
    bind_query(each, query);
    statement_text(each, 7, query->mx);
    statement_text(each, 8, query->result_word);
    do {
        if (!statement_step(each, &row, error))
            return FALSE;
    } while (row && tell_failure(each, func, data));
    return TRUE;
}

gboolean
store_period(Store *store, gboolean *ret_any, gint32 *ret_first, gint32 *ret_last, GError **error)
{
    gboolean row;
    g_autoptr(Statement) period = statement_get(store->statements, "period", error);
    if (period == NULL || !statement_step(period, &row, error))
        return FALSE;
    *ret_any = row && statement_get_int(period, 2) > 0;
    if (*ret_any) {
        *ret_first = (gint32)statement_get_int(period, 0);
        *ret_last = (gint32)statement_get_int(period, 1);
    }
    return TRUE;
}
