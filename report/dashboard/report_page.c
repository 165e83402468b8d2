/* report_page.c: one stored report: decoded, what it departs from the RFC in, and as it came. */
#include <string.h>

#include "report/dashboard/visible.h"
#include "schema/day.h"
#include "schema/limits.h"

typedef struct {
    Page *page;
    const StoreReportRow *row;
    Report *report;   /* NULL: it cannot be decoded */
    json_t *findings; /* that may be seen */
    GBytes *document; /* as it came; NULL where it may not be seen or cannot be inflated */
    char *domains;
} ReportView;

/* ---- HTML ---------------------------------------------------------------------------------- */

static void
put_facts(const ReportView *view)
{
    const StoreReportRow *row = view->row;
    Page *page = view->page;
    g_autofree char *start = datetime_format(row->start);
    g_autofree char *end = datetime_format(row->end);
    g_autofree char *received = datetime_format(row->received);
    g_autofree char *times = g_strdup_printf("%" G_GINT64_FORMAT, row->times_seen);
    g_autofree char *counts =
        row->counted
            ? g_strdup("yes")
            : g_strdup_printf("no: r%" G_GINT64_FORMAT " counts instead", row->counted_instead);
    g_string_append(page->out, "<dl class=\"facts\">\n");
    page_fact(page, "Sender", row->sender);
    page_fact(page, "organization-name", row->organization_name);
    page_fact(page, "contact-info", row->contact_info);
    if (view->document != NULL) /* it may name other domains */
        page_fact(page, "report-id", row->report_id);
    page_fact(page, "Counts for", view->domains);
    page_fact(page, "From", start);
    page_fact(page, "To", end);
    page_fact(page, "Received", received);
    page_fact(page, "By", row->road);
    if (page->request->domains == NULL)
        page_fact(page, "Source", row->source);
    page_fact(page, "Trust", trust_name(row->trust));
    page_fact(page, "Authenticated by", row->authenticated_by);
    page_fact(page, "Times seen", times);
    page_fact(page, "Counts", counts);
    g_string_append(page->out, "</dl>\n");
}

static void
put_details(Page *page, const PolicyEntry *entry, gsize n)
{
    static const char *const columns[] = {"Result",     "#Sessions",   "MX",
                                          "MX address", "Sending MTA", "MX HELO",
                                          "Reason",     "Information", NULL};
    g_autofree char *id = g_strdup_printf("details-%" G_GSIZE_FORMAT, n);
    gsize shown = MIN(entry->n_failures, LIMIT_DASHBOARD_TABLE_ROWS);
    if (entry->n_failures == 0)
        return;
    table_begin(page, id, "Failure details", columns);
    for (gsize i = 0; i < shown; i++) {
        const FailureDetail *detail = &entry->failures[i];
        table_row(page);
        table_head(page, NULL, detail->result_word);
        table_number(page, detail->failed_sessions);
        table_text(page, detail->mx_hostname);
        table_text(page, detail->receiving_ip);
        table_text(page, detail->sending_mta_ip);
        table_text(page, detail->mx_helo);
        table_text(page, detail->reason_code);
        table_text(page, detail->additional_info);
        table_row_end(page);
    }
    table_end(page);
    table_rest(page, (guint)shown, (guint)entry->n_failures);
}

static void
put_entry(Page *page, const PolicyEntry *entry, gsize n)
{
    g_autofree char *id = g_strdup_printf("policy-%" G_GSIZE_FORMAT, n);
    g_autofree char *heading =
        g_strdup_printf("%s policy of %s", policy_entry_type_name(entry),
                        entry->domain != NULL ? entry->domain : "a domain that is not named");
    g_autofree char *policy = g_strjoinv("\n", (char **)entry->policy_string);
    g_autofree char *hosts = g_strjoinv(", ", (char **)entry->mx_host);
    g_autofree char *counts_for = g_strjoinv(", ", (char **)entry->counts_for);
    g_autofree char *successful = count_text(entry->successful_sessions);
    g_autofree char *failed = count_text(entry->failed_sessions);
    page_section(page, id, heading);
    g_string_append(page->out, "<dl class=\"facts\">\n");
    page_fact(page, "Counts for", *counts_for != '\0' ? counts_for : "none of ours");
    page_fact(page, "Successful sessions", successful);
    page_fact(page, "Failed sessions", failed);
    page_fact(page, "mx-host", hosts);
    g_string_append(page->out, "</dl>\n");
    if (*policy != '\0') {
        html_open(page->out, "pre", "tabindex", "0", "aria-label", "Policy", NULL);
        html_text(page->out, policy);
        html_close(page->out, "pre");
    }
    put_details(page, entry, n);
    page_section_end(page);
}

static void
put_view(const ReportView *view)
{
    Page *page = view->page;
    g_autofree char *title = g_strdup_printf("Report r%" G_GINT64_FORMAT, view->row->id);
    page_begin(page, title);
    put_facts(view);
    if (view->report == NULL)
        page_note(page, view->row->held == STORE_HELD_NOTHING
                            ? "The report itself was dropped when its time was over "
                              "([retention] raw-days=); its sessions still count."
                            : "By the rules of today this report cannot be decoded.");
    for (gsize i = 0; view->report != NULL && i < view->report->n_policies; i++) {
        if (visible_entry(page, &view->report->policies[i]))
            put_entry(page, &view->report->policies[i], i);
    }
    if (json_array_size(view->findings) > 0) {
        page_section(page, "deviations", "Deviations from the RFC");
        page_put_findings(page, view->findings, "Counted all the same");
        page_section_end(page);
    }
    if (view->document != NULL) {
        page_section(page, "raw", "As it came");
        page_put_octets(page, view->document, "The report as it came");
        page_section_end(page);
    } else if (view->report != NULL) {
        page_note(page, "This report is also about domains that are not yours; they are left out.");
    }
    page_end(page);
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static json_t *
texts_to_json(const char *const *texts)
{
    json_t *array = json_array();
    for (; *texts != NULL; texts++)
        json_array_append_new(array, json_value_text(*texts));
    return array;
}

static json_t *
entry_to_json(const PolicyEntry *entry)
{
    json_t *details = json_array();
    for (gsize i = 0; i < entry->n_failures; i++) {
        const FailureDetail *detail = &entry->failures[i];
        json_array_append_new(
            details, json_pack("{s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "result_type",
                               detail->result_word, "sessions", (json_int_t)detail->failed_sessions,
                               "mx", json_value_text(detail->mx_hostname), "mx_address",
                               json_value_text(detail->receiving_ip), "sending_mta",
                               json_value_text(detail->sending_mta_ip), "mx_helo",
                               json_value_text(detail->mx_helo), "reason",
                               json_value_text(detail->reason_code), "information",
                               json_value_text(detail->additional_info)));
    }
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:I, s:I, s:o}", "policy_type",
                     policy_entry_type_name(entry), "policy_domain", json_value_text(entry->domain),
                     "counts_for", texts_to_json(entry->counts_for), "policy",
                     texts_to_json(entry->policy_string), "mx_host", texts_to_json(entry->mx_host),
                     "successful_sessions", (json_int_t)entry->successful_sessions,
                     "failed_sessions", (json_int_t)entry->failed_sessions, "failures", details);
}

static json_t *
time_to_json(gint64 seconds)
{
    g_autofree char *text = datetime_format(seconds);
    return json_string(text);
}

static void
view_to_json(const ReportView *view)
{
    const StoreReportRow *row = view->row;
    Page *page = view->page;
    json_t *root = page_json(page, "report");
    json_t *policies = json_array();
    gsize length = 0;
    const char *text = view->document != NULL ? g_bytes_get_data(view->document, &length) : NULL;
    json_t *document = text != NULL ? json_loadb(text, length, JSON_ALLOW_NUL, NULL) : NULL;
    for (gsize i = 0; view->report != NULL && i < view->report->n_policies; i++) {
        if (visible_entry(page, &view->report->policies[i]))
            json_array_append_new(policies, entry_to_json(&view->report->policies[i]));
    }
    json_t *report = json_pack(
        "{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:I, s:b, s:O, s:o, s:o}", "id",
        (json_int_t)row->id, "day", json_value_day(row->day), "start", time_to_json(row->start),
        "end", time_to_json(row->end), "received", time_to_json(row->received), "sender",
        json_value_text(row->sender), "organization_name", json_value_text(row->organization_name),
        "contact_info", json_value_text(row->contact_info), "domains",
        json_value_text(view->domains), "trust", trust_name(row->trust), "road",
        json_value_text(row->road), "times_seen", (json_int_t)row->times_seen, "counted",
        (int)row->counted, "findings", view->findings, "policies", policies, "document",
        document != NULL ? document : json_null());
    json_object_set_new(root, "report", report);
    if (view->document != NULL)
        json_object_set_new(report, "report_id", json_value_text(row->report_id));
    if (page->request->domains == NULL)
        json_object_set_new(report, "source", json_value_text(row->source));
    page_json_end(page, root);
}

static gboolean
show_row(gpointer data, const StoreReportRow *row)
{
    Page *page = data;
    const DashboardContext *context = page->context;
    ReportView view = {.page = page, .row = row, .domains = visible_domains(page, row->domains)};
    if (view.domains == NULL) { /* none of this user's */
        page_missing(page, "There is no such report.");
        return TRUE;
    }
    view.report = context->decode(context->decode_data, row->raw, row->hint_domain);
    view.findings = visible_findings(page, row->findings_json, view.report);
    if (page->request->domains == NULL || (view.report != NULL && visible_whole(page, view.report)))
        view.document = context->inflate(context->inflate_data, row->raw);
    if (page->json)
        view_to_json(&view);
    else
        put_view(&view);
    json_decref(view.findings);
    g_clear_pointer(&view.document, g_bytes_unref);
    report_free(view.report);
    g_free(view.domains);
    return TRUE;
}

gboolean
report_page(Page *page, GError **error)
{
    g_autoptr(GError) problem = NULL;
    if (page->filter.id == 0) {
        page_missing(page, "Which report? The list has them all.");
        return TRUE;
    }
    if (store_get_report(page->store, page->filter.id, show_row, page, &problem))
        return TRUE;
    return page_not_found(page, &problem, "There is no such report.", error);
}
