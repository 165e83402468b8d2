#include "report/dashboard/dashboard.h"

#include <string.h>

#include <gio/gio.h>

#include "report/chart.h"
#include "report/dashboard/page.h"
#include "schema/day.h"

#define HTML "text/html; charset=utf-8"
#define JSON "application/json"
#define CSS  "text/css; charset=utf-8"

/* Made by glib-compile-resources. Naming it keeps the linker from leaving its object out. */
GResource *dashboard_style_get_resource(void);

static const struct {
    const char *path;
    PageFunc write;
    gboolean all_domains; /* only for who may see everything */
} pages[] = {
    {"/", overview_page, FALSE},
    {"/overview", overview_page, FALSE},
    {"/domain", domain_page, FALSE},
    {"/sender", sender_page, FALSE},
    {"/reports", reports_page, FALSE},
    {"/report", report_page, FALSE},
    {"/quarantine", quarantine_page, TRUE},
    {"/entry", entry_page, TRUE},
};

/* ---- failures ------------------------------------------------------------------------------ */

void
page_fail(Page *page, guint status, const char *title, const char *sentence)
{
    g_string_truncate(page->out, 0);
    page->status = status;
    if (page->json) {
        json_t *root = json_pack("{s:s, s:i, s:s, s:s}", "schema", "tlsgauge.dashboard.error/1",
                                 "status", (int)status, "title", title, "detail", sentence);
        json_value_print(root, page->out);
        return;
    }
    page_begin(page, title);
    html_element(page->out, "p", NULL, sentence);
    page_end(page);
}

void
page_missing(Page *page, const char *sentence)
{
    page_fail(page, 404, "Not found", sentence);
}

gboolean
page_not_found(Page *page, GError **problem, const char *sentence, GError **error)
{
    if (!g_error_matches(*problem, STORE_ERROR, STORE_ERROR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(problem));
        return FALSE;
    }
    page_missing(page, sentence);
    return TRUE;
}

static void
page_unavailable(Page *page, const GError *error)
{
    gboolean passes = g_error_matches(error, STORE_ERROR, STORE_ERROR_BUSY) ||
                      g_error_matches(error, STORE_ERROR, STORE_ERROR_FULL);
    page_fail(page, 503, "Not available now",
              passes ? "The store is busy. Load the page again in a moment."
                     : "The store cannot be read. The log of the server says why.");
}

/* ---- the style sheet ----------------------------------------------------------------------- */

/* Its digest, quoted: the name of this version of it. */
static const char *
style_etag(const GString *style)
{
    static char etag[35];
    static gsize made;
    if (g_once_init_enter(&made)) {
        g_autofree char *digest =
            g_compute_checksum_for_string(G_CHECKSUM_SHA256, style->str, (gssize)style->len);
        g_snprintf(etag, sizeof etag, "\"%.32s\"", digest);
        g_once_init_leave(&made, 1);
    }
    return etag;
}

static void
answer_style(const DashboardRequest *request, DashboardAnswer *answer)
{
    g_autoptr(GBytes) style =
        g_resource_lookup_data(dashboard_style_get_resource(), "/dashboard/style.css", 0, NULL);
    gsize length;
    const char *text = g_bytes_get_data(style, &length);
    g_string_append_len(answer->body, text, (gssize)length);
    g_string_append(answer->body, chart_css);
    answer->etag = style_etag(answer->body);
    answer->type = CSS;
    if (request->if_none_match != NULL && strstr(request->if_none_match, answer->etag) != NULL) {
        g_string_truncate(answer->body, 0);
        answer->status = 304;
    }
}

/* ---- requests ------------------------------------------------------------------------------ */

/* By the name of the page or by the Accept field (RFC 9110 12.5.1, without its weights: who names
 * JSON and not HTML wants JSON). */
static gboolean
wants_json(const Filter *filter, const DashboardRequest *request)
{
    return filter->json ||
           (request->accept != NULL && strstr(request->accept, "application/json") != NULL &&
            strstr(request->accept, "text/html") == NULL);
}

gboolean
page_may_see(const Page *page, const char *domain)
{
    return page->request->domains == NULL || g_strv_contains(page->request->domains, domain);
}

static void
write_page(Page *page, const char *problem)
{
    g_autoptr(GError) error = NULL;
    const char *path = page->filter.path;
    for (guint i = 0; i < G_N_ELEMENTS(pages); i++) {
        if (strcmp(pages[i].path, path) != 0)
            continue;
        if (problem != NULL)
            page_fail(page, 400, "Not understood", problem);
        else if (pages[i].all_domains && page->request->domains != NULL)
            page_fail(page, 403, "Not for you",
                      "What could not be counted belongs to no domain, so only who may see all "
                      "domains may look at it.");
        else if (page->filter.domain != NULL && !page_may_see(page, page->filter.domain))
            page_missing(page, "There is no such domain here.");
        else if (!pages[i].write(page, &error))
            page_unavailable(page, error);
        return;
    }
    page_missing(page, "There is no such page.");
}

static Page
page_for(const DashboardContext *context, const DashboardRequest *request, DashboardAnswer *answer)
{
    *answer = (DashboardAnswer){.status = 200, .type = HTML, .body = g_string_new(NULL)};
    return (Page){
        .context = context,
        .request = request,
        .out = answer->body,
        .status = 200,
    };
}

void
dashboard_answer(const DashboardContext *context, Store *store, const DashboardRequest *request,
                 DashboardAnswer *answer)
{
    g_autofree char *problem = NULL;
    Page page = page_for(context, request, answer);
    gboolean ok =
        filter_parse(request->target, context->prefix, request->today, &page.filter, &problem);
    page.store = store;
    page.json = wants_json(&page.filter, request);
    if (strcmp(page.filter.path, "/style.css") == 0) {
        answer_style(request, answer);
    } else if (*page.filter.path == '\0') {
        answer->status = 308;
        answer->location = g_strconcat(context->prefix, "/", NULL);
    } else {
        write_page(&page, ok ? NULL : problem);
        answer->status = page.status;
        answer->type = page.json ? JSON : HTML;
    }
    filter_clear(&page.filter);
}

void
dashboard_refuse(const DashboardContext *context, const DashboardRequest *request, guint status,
                 const char *title, const char *sentence, DashboardAnswer *answer)
{
    g_autofree char *problem = NULL;
    Page page = page_for(context, request, answer);
    (void)filter_parse(request->target, context->prefix, request->today, &page.filter, &problem);
    page.json = wants_json(&page.filter, request);
    page_fail(&page, status, title, sentence);
    answer->status = status;
    answer->type = page.json ? JSON : HTML;
    filter_clear(&page.filter);
}

void
dashboard_answer_clear(DashboardAnswer *answer)
{
    if (answer->body != NULL)
        g_string_free(answer->body, TRUE);
    g_free(answer->location);
    *answer = (DashboardAnswer){0};
}

/* ---- JSON ---------------------------------------------------------------------------------- */

json_t *
page_json(const Page *page, const char *name)
{
    const Filter *filter = &page->filter;
    g_autofree char *schema = g_strdup_printf("tlsgauge.dashboard.%s/1", name);
    return json_pack("{s:s, s:{s:o, s:o}, s:{s:o, s:o, s:o, s:o, s:o}}", "schema", schema, "period",
                     "since", json_value_day(filter->since), "until", json_value_day(filter->until),
                     "filter", "domain", json_value_text(filter->domain), "sender",
                     json_value_text(filter->sender), "mx", json_value_text(filter->mx), "result",
                     json_value_text(filter->result), "policy_type",
                     json_value_text(filter->policy_type));
}

void
page_json_end(Page *page, json_t *root)
{
    json_value_print(root, page->out);
}
