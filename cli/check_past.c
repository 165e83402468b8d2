#include "cli/check_past.h"

#include <string.h>

#include "check/run_json.h"
#include "schema/limits.h"
#include "store/check_run.h"

static gboolean
on_earlier(gpointer data, const StoreCheckRun *run)
{
    check_past_add(data, run->at, run->policy_id, run->policy);
    return TRUE;
}

/* Rows come by sender and day: the last of a sender is the newest. */
static gboolean
on_total(gpointer data, const StoreTotal *row)
{
    CheckPast *past = data;
    GPtrArray *reported = past->reported;
    past->newest_report_day = MAX(past->newest_report_day, row->day);
    if (strcmp(row->policy_type, "sts") != 0 || row->policy_text == NULL)
        return TRUE;
    CheckReported *last = reported->len == 0 ? NULL : reported->pdata[reported->len - 1];
    if (last != NULL && strcmp(last->sender, row->sender) == 0) {
        if (row->day < last->day)
            return TRUE;
        g_ptr_array_set_size(reported, (int)reported->len - 1);
    }
    check_past_add_reported(past, row->sender, row->policy_text, row->day);
    return TRUE;
}

CheckPast *
check_past_read(Store *store, const char *domain, guint quiet_days, GError **error)
{
    g_autoptr(CheckPast) past = check_past_new();
    StoreQuery query;
    gboolean any;
    gint32 first = -1, last = -1;
    store_query_init(&query);
    query.domain = domain;
    if (!store_each_check_run(store, domain, LIMIT_CHECK_RUNS, on_earlier, past, error) ||
        !store_each_total(store, &query, on_total, past, error) ||
        !store_period(store, &any, &first, &last, error))
        return NULL;
    past->reports_asked = TRUE;
    past->quiet_days = quiet_days;
    past->store_since_day = any ? first : -1;
    return g_steal_pointer(&past);
}

/* The policy file as text; NULL where it is none. */
static char *
policy_text(const CheckRun *run)
{
    if (run->policy_body == NULL)
        return NULL;
    gsize length;
    const char *body = g_bytes_get_data(run->policy_body, &length);
    return g_utf8_validate_len(body, length, NULL) ? g_strndup(body, length) : NULL;
}

static gboolean
keep(Store *store, const CheckRun *run, GError **error)
{
    g_autofree char *policy = policy_text(run);
    g_autofree char *document = run_json(run);
    const StoreCheckRun row = {
        .domain = run->domain,
        .at = run->at,
        .severity = check_severity_name(check_run_worst(run)),
        .policy_id = run->sts != NULL ? run->sts->id : NULL,
        .policy = policy,
        .document = document,
    };
    return store_put_check_run(store, &row, error);
}

gboolean
check_past_keep(Store *store, const GPtrArray *runs, GError **error)
{
    if (!store_begin(store, error))
        return FALSE;
    for (guint i = 0; i < runs->len; i++) {
        if (!keep(store, g_ptr_array_index(runs, i), error)) {
            store_rollback(store);
            return FALSE;
        }
    }
    return store_commit(store, error);
}
