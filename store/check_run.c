#include "store/check_run.h"

#include "schema/limits.h"
#include "store/store-internal.h"

static gboolean
add(Store *store, const StoreCheckRun *run, GError **error)
{
    g_autoptr(Statement) statement = statement_get(store->statements, "check_run_add", error);
    if (statement == NULL)
        return FALSE;
    statement_text(statement, 1, run->domain);
    statement_int(statement, 2, run->at);
    statement_text(statement, 3, run->severity);
    statement_text(statement, 4, run->policy_id);
    statement_text(statement, 5, run->policy);
    statement_text(statement, 6, run->document);
    return statement_run(statement, error);
}

static gboolean
trim(Store *store, const char *domain, GError **error)
{
    g_autoptr(Statement) statement = statement_get(store->statements, "check_run_trim", error);
    if (statement == NULL)
        return FALSE;
    statement_text(statement, 1, domain);
    statement_int(statement, 2, LIMIT_CHECK_RUNS);
    return statement_run(statement, error);
}

gboolean
store_put_check_run(Store *store, const StoreCheckRun *run, GError **error)
{
    if (!store_check_writing(store, error))
        return FALSE;
    if (add(store, run, error) && trim(store, run->domain, error))
        return TRUE;
    store->spoilt = TRUE;
    return FALSE;
}

gboolean
store_each_check_run(Store *store, const char *domain, guint limit, StoreCheckRunFunc func,
                     gpointer data, GError **error)
{
    gboolean row;
    g_autoptr(Statement) each = statement_get(store->statements, "check_run_each", error);
    if (each == NULL)
        return FALSE;
    statement_text(each, 1, domain);
    statement_int(each, 2, limit);
    while (statement_step(each, &row, error)) {
        if (!row)
            return TRUE;
        const StoreCheckRun run = {
            .domain = domain,
            .at = statement_get_int(each, 0),
            .severity = statement_get_text(each, 1),
            .policy_id = statement_get_optional(each, 2),
            .policy = statement_get_optional(each, 3),
            .document = statement_get_text(each, 4),
        };
        if (!func(data, &run))
            return TRUE;
    }
    return FALSE;
}
