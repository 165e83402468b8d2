#include "report/dashboard/failure_table.h"

#include "schema/limits.h"

static void
put_failure(Page *page, const SummaryDomain *domain, const SummaryFailure *failure)
{
    const char *prefix = page->context->prefix;
    const Filter *filter = &page->filter;
    table_row(page);
    table_head(page,
               filter_link(filter, prefix, "/domain", "domain", domain->domain, "result",
                           failure->result_type, NULL),
               failure->result_type);
    g_string_append(page->out, "<td>");
    page_badge(page, page_effect_kind(failure->effect), effect_name(failure->effect));
    g_string_append(page->out, "</td>");
    table_link(
        page,
        filter_link(filter, prefix, "/domain", "domain", domain->domain, "mx", failure->mx, NULL),
        failure->mx);
    table_link(page,
               filter_link(filter, prefix, "/sender", "domain", domain->domain, "sender",
                           failure->sender, NULL),
               failure->sender);
    g_autofree char *policy = failure->mode != NULL
                                  ? g_strdup_printf("%s, %s", failure->policy_type, failure->mode)
                                  : g_strdup(failure->policy_type);
    table_text(page, policy);
    table_number(page, failure->sessions);
    table_day(page, failure->first_day);
    table_day(page, failure->last_day);
    table_text(page, failure->reason);
    table_row_end(page);
}

void
failure_table(Page *page, const SummaryDomain *domain, const char *id)
{
    static const char *const columns[] = {"Result",    "Effect",    "MX",       "Sender", "Policy",
                                          "#Sessions", "First day", "Last day", "Reason", NULL};
    guint shown = MIN(domain->failures->len, LIMIT_DASHBOARD_TABLE_ROWS);
    if (shown == 0) {
        page_note(page, "No failure was reported in this period.");
        return;
    }
    table_begin(page, id, "Failures by result, MX and sender, most sessions first", columns);
    for (guint i = 0; i < shown; i++)
        put_failure(page, domain, &g_array_index(domain->failures, SummaryFailure, i));
    table_end(page);
    table_rest(page, shown, domain->failures->len);
}

/* ---- MX hosts ------------------------------------------------------------------------------ */

typedef struct {
    const char *mx; /* NULL if none was named */
    gint64 sessions;
    GHashTable *senders, *results; /* sets */
    gint32 last_day;
} Host;

static void
host_free(gpointer data)
{
    Host *host = data;
    g_hash_table_unref(host->senders);
    g_hash_table_unref(host->results);
    g_free(host);
}

static int
by_sessions(gconstpointer a, gconstpointer b)
{
    const Host *x = *(const Host *const *)a, *y = *(const Host *const *)b;
    if (x->sessions != y->sessions)
        return x->sessions < y->sessions ? 1 : -1;
    return g_strcmp0(x->mx, y->mx);
}

static GPtrArray *
gather_hosts(const SummaryDomain *domain)
{
    GPtrArray *hosts = g_ptr_array_new_with_free_func(host_free);
    g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < domain->failures->len; i++) {
        const SummaryFailure *failure = &g_array_index(domain->failures, SummaryFailure, i);
        const char *key = failure->mx != NULL ? failure->mx : "";
        Host *host = g_hash_table_lookup(known, key);
        if (host == NULL) {
            host = g_new0(Host, 1);
            host->mx = failure->mx;
            host->last_day = failure->last_day;
            host->senders = g_hash_table_new(g_str_hash, g_str_equal);
            host->results = g_hash_table_new(g_str_hash, g_str_equal);
            g_hash_table_insert(known, (gpointer)key, host);
            g_ptr_array_add(hosts, host);
        }
        host->sessions = sessions_plus(host->sessions, failure->sessions);
        host->last_day = MAX(host->last_day, failure->last_day);
        g_hash_table_add(host->senders, (gpointer)failure->sender);
        g_hash_table_add(host->results, (gpointer)failure->result_type);
    }
    g_ptr_array_sort(hosts, by_sessions);
    return hosts;
}

void
host_table(Page *page, const SummaryDomain *domain, const char *id)
{
    static const char *const columns[] = {"MX",      "#Failed sessions", "#Senders",
                                          "Results", "Last day",         NULL};
    g_autoptr(GPtrArray) hosts = gather_hosts(domain);
    guint shown = MIN(hosts->len, LIMIT_DASHBOARD_TABLE_ROWS);
    table_begin(page, id, "MX hosts with failures; of sessions that succeed no host is reported",
                columns);
    for (guint i = 0; i < shown; i++) {
        const Host *host = g_ptr_array_index(hosts, i);
        g_autoptr(GList) words =
            g_list_sort(g_hash_table_get_keys(host->results), (GCompareFunc)g_strcmp0);
        g_autoptr(GString) results = g_string_new(NULL);
        for (const GList *word = words; word != NULL; word = word->next)
            g_string_append_printf(results, "%s%s", results->len > 0 ? ", " : "",
                                   (const char *)word->data);
        table_row(page);
        table_head(page,
                   host->mx == NULL ? NULL
                                    : filter_link(&page->filter, page->context->prefix, "/domain",
                                                  "domain", domain->domain, "mx", host->mx, NULL),
                   host->mx);
        table_number(page, host->sessions);
        table_number(page, g_hash_table_size(host->senders));
        table_text(page, results->str);
        table_day(page, host->last_day);
        table_row_end(page);
    }
    table_end(page);
    table_rest(page, shown, hosts->len);
}

/* ---- senders and totals -------------------------------------------------------------------- */

void
sender_table(Page *page, const SummaryDomain *domain, const char *id)
{
    static const char *const columns[] = {"Sender",  "Policy type", "#Reports",   "#Sessions",
                                          "#Failed", "#Rate",       "Newest day", NULL};
    guint shown = MIN(domain->senders->len, LIMIT_DASHBOARD_TABLE_ROWS);
    table_begin(page, id, "Senders, most failed sessions first", columns);
    for (guint i = 0; i < shown; i++) {
        const SummarySender *sender = &g_array_index(domain->senders, SummarySender, i);
        table_row(page);
        table_head(page,
                   filter_link(&page->filter, page->context->prefix, "/sender", "domain",
                               domain->domain, "sender", sender->sender, NULL),
                   sender->sender);
        table_text(page, sender->policy_type);
        table_sessions(page, sender->reports, sender->successful, sender->failed);
        table_day(page, sender->newest_day);
        table_row_end(page);
    }
    table_end(page);
    table_rest(page, shown, domain->senders->len);
}

void
total_table(Page *page, const SummaryDomain *domain, const char *id)
{
    static const char *const columns[] = {"Policy type", "#Reports",         "#Sessions", "#Failed",
                                          "#Rate",       "#Without details", NULL};
    table_begin(page, id,
                "Sessions by policy type; one sender may report the same sessions under two, so "
                "they are never added up",
                columns);
    for (guint i = 0; i < domain->totals->len; i++) {
        const SummaryTotal *total = &g_array_index(domain->totals, SummaryTotal, i);
        table_row(page);
        table_head(page,
                   filter_link(&page->filter, page->context->prefix, page->filter.path,
                               "policy-type", total->policy_type, NULL),
                   total->policy_type);
        table_sessions(page, total->reports, total->successful, total->failed);
        table_number(page, total->unattributed);
        table_row_end(page);
    }
    table_end(page);
}
