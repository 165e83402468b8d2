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

void
sender_table(Page *page, const SummaryDomain *domain, const char *id)
{
    static const char *const columns[] = {"Sender",  "Policy type", "#Reports",   "#Sessions",
                                          "#Failed", "#Rate",       "Newest day", NULL};
    guint shown = MIN(domain->senders->len, LIMIT_DASHBOARD_TABLE_ROWS);
    table_begin(page, id, "Senders, most failed sessions first", columns);
    for (guint i = 0; i < shown; i++) {
        const SummarySender *sender = &g_array_index(domain->senders, SummarySender, i);
        gint64 all = sessions_plus(sender->successful, sender->failed);
        table_row(page);
        table_head(page,
                   filter_link(&page->filter, page->context->prefix, "/sender", "domain",
                               domain->domain, "sender", sender->sender, NULL),
                   sender->sender);
        table_text(page, sender->policy_type);
        table_number(page, sender->reports);
        table_number(page, all);
        table_number(page, sender->failed);
        table_rate(page, sender->failed, all);
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
        gint64 all = sessions_plus(total->successful, total->failed);
        table_row(page);
        table_head(page,
                   filter_link(&page->filter, page->context->prefix, page->filter.path,
                               "policy-type", total->policy_type, NULL),
                   total->policy_type);
        table_number(page, total->reports);
        table_number(page, all);
        table_number(page, total->failed);
        table_rate(page, total->failed, all);
        table_number(page, total->unattributed);
        table_row_end(page);
    }
    table_end(page);
}
