/* reports_page.c: the stored reports, newest first. */
#include <string.h>

#include "report/dashboard/visible.h"
#include "report/summary.h"
#include "schema/limits.h"

typedef struct {
    gint64 id;
    gint32 day;
    char *sender, *domains;
    Trust trust;
    gboolean counted;
    guint deviations;
    gint64 successful, failed;
} ReportLine;

typedef struct {
    Page *page;
    GArray *lines; /* of ReportLine; one more than a page has where it goes on */
} ReportList;

static void
line_clear(gpointer data)
{
    ReportLine *line = data;
    g_free(line->sender);
    g_free(line->domains);
}

static gboolean
add_line(gpointer data, const StoreReportRow *row)
{
    ReportList *list = data;
    ReportLine line = {
        .id = row->id,
        .day = row->day,
        .sender = g_strdup(row->sender),
        .domains = visible_domains(list->page, row->domains),
        .trust = row->trust,
        .counted = row->counted,
        .deviations = row->deviations,
        .successful = row->successful,
        .failed = row->failed,
    };
    g_array_append_val(list->lines, line);
    return TRUE;
}

typedef struct {
    const Page *page;
    ReportLine *line;
} Narrowing;

/* What the row sums up may be about domains of others: it is counted again from what the user may
 * see of it. */
static gboolean
narrow_line(gpointer data, const StoreReportRow *row)
{
    const Narrowing *narrowing = data;
    const DashboardContext *context = narrowing->page->context;
    ReportLine *line = narrowing->line;
    g_autoptr(Report) report = context->decode(context->decode_data, row->raw, row->hint_domain);
    line->successful = line->failed = 0;
    for (gsize i = 0; report != NULL && i < report->n_policies; i++) {
        const PolicyEntry *entry = &report->policies[i];
        if (!visible_entry(narrowing->page, entry))
            continue;
        line->successful = sessions_plus(line->successful, entry->successful_sessions);
        line->failed = sessions_plus(line->failed, entry->failed_sessions);
    }
    json_t *findings = visible_findings(narrowing->page, row->findings_json, report);
    line->deviations = (guint)json_array_size(findings);
    json_decref(findings);
    return TRUE;
}

static gboolean
read_list(Page *page, ReportList *list, GError **error)
{
    StoreQuery query;
    filter_query(&page->filter, &query);
    query.before_id = page->filter.before;
    if (!store_each_report(page->store, &query, LIMIT_DASHBOARD_ROWS + 1, add_line, list, error))
        return FALSE;
    for (guint i = 0; page->request->domains != NULL && i < list->lines->len; i++) {
        Narrowing narrowing = {page, &g_array_index(list->lines, ReportLine, i)};
        if (!store_get_report(page->store, narrowing.line->id, narrow_line, &narrowing, error))
            return FALSE;
    }
    return TRUE;
}

/* ---- HTML ---------------------------------------------------------------------------------- */

static void
put_line(Page *page, const ReportLine *line)
{
    const char *prefix = page->context->prefix;
    g_autofree char *id = g_strdup_printf("r%" G_GINT64_FORMAT, line->id);
    table_row(page);
    table_head(page, filter_link(&page->filter, prefix, "/report", "id", id, NULL), id);
    table_day(page, line->day);
    table_link(page, filter_link(&page->filter, prefix, "/sender", "sender", line->sender, NULL),
               line->sender);
    table_text(page,
               line->domains != NULL && *line->domains != '\0' ? line->domains : "(none of ours)");
    table_number(page, line->successful);
    table_number(page, line->failed);
    table_text(page, trust_name(line->trust));
    table_number(page, line->deviations);
    table_text(page, line->counted ? "yes" : "no: another copy does");
    table_row_end(page);
}

/* Who sees some domains only looks at one of them at a time: the store finds these by its index,
 * however many reports others get. */
static void
put_domains(Page *page)
{
    const char *const *domains = page->request->domains;
    if (domains == NULL || domains[1] == NULL)
        return;
    html_open(page->out, "ul", "class", "choice", "aria-label", "Domain", NULL);
    for (; *domains != NULL; domains++) {
        g_autofree char *link =
            filter_link(&page->filter, page->context->prefix, "/reports", "domain", *domains, NULL);
        g_string_append(page->out, "<li>");
        html_open(page->out, "a", "href", link, "aria-current",
                  strcmp(*domains, page->filter.domain) == 0 ? "true" : NULL, NULL);
        html_text(page->out, *domains);
        g_string_append(page->out, "</a></li>");
    }
    g_string_append(page->out, "</ul>\n");
}

static void
put_list(Page *page, const ReportList *list, gint64 next)
{
    static const char *const columns[] = {"Report",      "Day",     "Sender", "Domains",
                                          "#Successful", "#Failed", "Trust",  "#Deviations",
                                          "Counts",      NULL};
    guint shown = MIN(list->lines->len, LIMIT_DASHBOARD_ROWS);
    page_begin(page, "Reports");
    put_domains(page);
    if (shown == 0) {
        page_note(page, "No report of this period passes the filters.");
        page_end(page);
        return;
    }
    table_begin(page, "report-table", "Stored reports, newest arrival first", columns);
    for (guint i = 0; i < shown; i++)
        put_line(page, &g_array_index(list->lines, ReportLine, i));
    table_end(page);
    if (next != 0) {
        g_autofree char *before = g_strdup_printf("%" G_GINT64_FORMAT, next);
        g_string_append(page->out, "<p class=\"pager\">");
        page_anchor(
            page,
            filter_link(&page->filter, page->context->prefix, "/reports", "before", before, NULL),
            NULL, "Older reports");
        g_string_append(page->out, "</p>\n");
    }
    page_end(page);
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static void
list_to_json(Page *page, const ReportList *list, gint64 next)
{
    json_t *root = page_json(page, "reports");
    json_t *reports = json_array();
    for (guint i = 0; i < MIN(list->lines->len, LIMIT_DASHBOARD_ROWS); i++) {
        const ReportLine *line = &g_array_index(list->lines, ReportLine, i);
        json_array_append_new(
            reports,
            json_pack("{s:I, s:o, s:o, s:o, s:I, s:I, s:s, s:i, s:b}", "id", (json_int_t)line->id,
                      "day", json_value_day(line->day), "sender", json_value_text(line->sender),
                      "domains", json_value_text(line->domains), "successful_sessions",
                      (json_int_t)line->successful, "failed_sessions", (json_int_t)line->failed,
                      "trust", trust_name(line->trust), "deviations", (int)line->deviations,
                      "counted", (int)line->counted));
    }
    json_object_set_new(root, "reports", reports);
    json_object_set_new(root, "next_before", next != 0 ? json_integer(next) : json_null());
    page_json_end(page, root);
}

gboolean
reports_page(Page *page, GError **error)
{
    ReportList list = {page, g_array_new(FALSE, TRUE, sizeof(ReportLine))};
    g_array_set_clear_func(list.lines, line_clear);
    if (page->request->domains != NULL && page->filter.domain == NULL)
        page->filter.domain = g_strdup(page->request->domains[0]);
    gboolean ok = read_list(page, &list, error);
    gint64 next = list.lines->len > LIMIT_DASHBOARD_ROWS
                      ? g_array_index(list.lines, ReportLine, LIMIT_DASHBOARD_ROWS - 1).id
                      : 0;
    if (ok && page->json)
        list_to_json(page, &list, next);
    else if (ok)
        put_list(page, &list, next);
    g_array_unref(list.lines);
    return ok;
}
