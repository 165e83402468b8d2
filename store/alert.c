#include "store/alert.h"

#include "store/store-internal.h"

StoreAlert *
store_alert_copy(const StoreAlert *alert)
{
    StoreAlert *copy = g_memdup2(alert, sizeof *alert);
    copy->domain = g_strdup(alert->domain);
    copy->kind = g_strdup(alert->kind);
    copy->subject = g_strdup(alert->subject);
    copy->news = g_strdup(alert->news);
    copy->waiting = g_strdup(alert->waiting);
    copy->problem = g_strdup(alert->problem);
    return copy;
}

void
store_alert_free(StoreAlert *alert)
{
    if (alert == NULL)
        return;
    g_free(alert->domain);
    g_free(alert->kind);
    g_free(alert->subject);
    g_free(alert->news);
    g_free(alert->waiting);
    g_free(alert->problem);
    g_free(alert);
}

/* NULL for the empty text. */
static char *
text_or_null(Statement *row, int column)
{
    const char *text = statement_get_text(row, column);
    return *text == '\0' ? NULL : g_strdup(text);
}

static StoreAlert *
read_row(Statement *row)
{
    StoreAlert *alert = g_new0(StoreAlert, 1);
    alert->domain = g_strdup(statement_get_text(row, 0));
    alert->kind = g_strdup(statement_get_text(row, 1));
    alert->subject = g_strdup(statement_get_text(row, 2));
    alert->ongoing = statement_get_int(row, 3) != 0;
    alert->last_day = (gint32)statement_get_int(row, 4);
    alert->told = statement_get_int(row, 5);
    alert->news = text_or_null(row, 6);
    alert->waiting = text_or_null(row, 7);
    alert->claimed_until = statement_get_int(row, 8);
    alert->tries = (guint)statement_get_int(row, 9);
    alert->tried = statement_get_int(row, 10);
    alert->problem = text_or_null(row, 11);
    return alert;
}

GPtrArray *
store_alerts(Store *store, const char *domain, GError **error)
{
    gboolean row;
    g_autoptr(GPtrArray) alerts =
        g_ptr_array_new_with_free_func((GDestroyNotify)(void (*)(void))store_alert_free);
    g_autoptr(Statement) each = statement_get(store->statements, "alert_each", error);
    if (each == NULL)
        return NULL;
    statement_text(each, 1, domain);
    for (;;) {
        if (!statement_step(each, &row, error))
            return NULL;
        if (!row)
            return g_steal_pointer(&alerts);
        g_ptr_array_add(alerts, read_row(each));
    }
}

/* Runs STATEMENT (may be NULL: it could not be had) as a part of the open transaction. */
static gboolean
run_in_transaction(Store *store, Statement *statement, GError **error)
{
    if (statement != NULL && statement_run(statement, error))
        return TRUE;
    store->spoilt = TRUE;
    return FALSE;
}

static void
bind_key(Statement *statement, const StoreAlert *alert)
{
    statement_text(statement, 1, alert->domain);
    statement_text(statement, 2, alert->kind);
    statement_text(statement, 3, alert->subject);
}

static const char *
empty_for_null(const char *text)
{
    return text != NULL ? text : "";
}

gboolean
store_set_alert(Store *store, const StoreAlert *alert, GError **error)
{
    if (!store_check_writing(store, error))
        return FALSE;
    g_autoptr(Statement) set = statement_get(store->statements, "alert_set", error);
    if (set != NULL) {
        bind_key(set, alert);
        statement_int(set, 4, alert->ongoing ? 1 : 0);
        statement_int(set, 5, alert->last_day);
        statement_int(set, 6, alert->told);
        statement_text(set, 7, empty_for_null(alert->news));
        statement_text(set, 8, empty_for_null(alert->waiting));
        statement_int(set, 9, alert->claimed_until);
        statement_int(set, 10, alert->tries);
        statement_int(set, 11, alert->tried);
        statement_text(set, 12, empty_for_null(alert->problem));
    }
    return run_in_transaction(store, set, error);
}

gboolean
store_drop_alert(Store *store, const StoreAlert *alert, GError **error)
{
    if (!store_check_writing(store, error))
        return FALSE;
    g_autoptr(Statement) drop = statement_get(store->statements, "alert_drop", error);
    if (drop != NULL)
        bind_key(drop, alert);
    return run_in_transaction(store, drop, error);
}
