/* layout.c: the frame of a page: head, navigation, period, filters; and what stands in it. */
#include <string.h>

#include "report/dashboard/page.h"
#include "report/text_table.h"
#include "schema/day.h"

static const struct {
    const char *path, *title;
    gboolean all_domains; /* only for who may see everything */
} places[] = {
    {"/", "Overview", FALSE},
    {"/reports", "Reports", FALSE},
    {"/quarantine", "Quarantine", TRUE},
};

void
page_anchor(Page *page, char *link, const char *class, const char *text)
{
    html_open(page->out, "a", "href", link, "class", class, NULL);
    html_text(page->out, text);
    html_close(page->out, "a");
    g_free(link);
}

void
page_badge(Page *page, const char *kind, const char *text)
{
    g_autofree char *class = g_strdup_printf("badge %s", kind);
    html_element(page->out, "span", class, text);
}

void
page_note(Page *page, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    html_element(page->out, "p", "note", text);
}

const char *
page_verdict_kind(Verdict verdict)
{
    static const char *const kinds[] = {
        [VERDICT_READY] = "good",    [VERDICT_ENFORCING] = "good", [VERDICT_WARNINGS] = "warn",
        [VERDICT_NOT_READY] = "bad", [VERDICT_NO_DATA] = "idle",
    };
    return kinds[verdict];
}

const char *
page_effect_kind(Effect effect)
{
    static const char *const kinds[] = {
        [EFFECT_WOULD_BLOCK] = "bad", [EFFECT_POLICY_UNREADABLE] = "warn",
        [EFFECT_BLOCKED] = "bad",     [EFFECT_DANE] = "warn",
        [EFFECT_NO_POLICY] = "idle",  [EFFECT_UNKNOWN] = "idle",
    };
    return kinds[effect];
}

char *
count_text(gint64 number)
{
    g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT, number);
    GString *text = g_string_new(NULL);
    gsize length = strlen(digits);
    for (gsize i = 0; i < length; i++) {
        if (i > (number < 0 ? 1u : 0u) && (length - i) % 3 == 0)
            g_string_append_c(text, ',');
        g_string_append_c(text, digits[i]);
    }
    return g_string_free(text, FALSE);
}

/* ---- the frame ----------------------------------------------------------------------------- */

static void
put_head(Page *page, const char *title)
{
    GString *out = page->out;
    g_autofree char *full = g_strdup_printf("%s – tlsgauge", title);
    g_autofree char *style = g_strconcat(page->context->prefix, "/style.css", NULL);
    g_string_append(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    html_open(out, "meta", "name", "viewport", "content", "width=device-width, initial-scale=1",
              NULL);
    html_open(out, "meta", "name", "color-scheme", "content", "light dark", NULL);
    html_element(out, "title", NULL, full);
    html_open(out, "link", "rel", "stylesheet", "href", style, NULL);
    /* Browsers ask for /favicon.ico otherwise. */
    html_open(out, "link", "rel", "icon", "href",
              "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
              "%3Cpath d='M2 12a6 6 0 0 1 12 0' fill='none' stroke='%231f5fbf' stroke-width='3'/%3E"
              "%3Cpath d='M8 12l3-6' stroke='%23c0271d' stroke-width='2'/%3E%3C/svg%3E",
              NULL);
    g_string_append(out, "\n</head>\n<body>\n");
}

static void
put_navigation(Page *page)
{
    GString *out = page->out;
    html_open(out, "a", "class", "skip", "href", "#content", NULL);
    g_string_append(out, "Skip to content</a>\n<header class=\"top\">\n");
    html_open(out, "nav", "aria-label", "Pages", NULL);
    page_anchor(page, filter_link(&page->filter, page->context->prefix, "/", NULL), "brand",
                "tlsgauge");
    g_string_append(out, "<ul>");
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        if (places[i].all_domains && page->request->domains != NULL)
            continue;
        g_autofree char *link =
            filter_link(&page->filter, page->context->prefix, places[i].path, NULL);
        gboolean here = g_strcmp0(page->filter.path, places[i].path) == 0;
        g_string_append(out, "<li>");
        html_open(out, "a", "href", link, "aria-current", here ? "page" : NULL, NULL);
        html_text(out, places[i].title);
        g_string_append(out, "</a></li>");
    }
    g_string_append(out, "</ul></nav>\n");
    if (page->request->user != NULL)
        html_element(out, "span", "user", page->request->user);
    g_string_append(out, "</header>\n");
}

/* "sender: Google ×": a filter that is on, and the way to take it off. */
static void
put_chip(Page *page, const char *name, const char *label, const char *value)
{
    if (value == NULL)
        return;
    g_autofree char *remove = g_strdup_printf("Show every %s", label);
    g_autofree char *link = filter_link(
        &page->filter, page->context->prefix,
        strcmp(name, "domain") == 0 && g_strcmp0(page->filter.path, "/domain") == 0 ? "/"
        : strcmp(name, "sender") == 0 && g_strcmp0(page->filter.path, "/sender") == 0
            ? page->filter.domain != NULL ? "/domain" : "/"
            : page->filter.path,
        name, NULL, NULL);
    g_string_append(page->out, "<li>");
    html_element(page->out, "span", "key", label);
    g_string_append_c(page->out, ' ');
    html_element(page->out, "bdi", NULL, value);
    g_string_append_c(page->out, ' ');
    html_open(page->out, "a", "href", link, "title", remove, "aria-label", remove, NULL);
    g_string_append(page->out, "×</a></li>");
}

static void
put_chips(Page *page)
{
    const Filter *filter = &page->filter;
    if (filter->domain == NULL && filter->sender == NULL && filter->mx == NULL &&
        filter->result == NULL && filter->policy_type == NULL)
        return;
    html_open(page->out, "ul", "class", "chips", "aria-label", "Filters", NULL);
    put_chip(page, "domain", "domain", filter->domain);
    put_chip(page, "sender", "sender", filter->sender);
    put_chip(page, "mx", "MX", filter->mx);
    put_chip(page, "result", "result type", filter->result);
    put_chip(page, "policy-type", "policy type", filter->policy_type);
    g_string_append(page->out, "</ul>\n");
}

static void
put_hidden(Page *page, const char *name, const char *value)
{
    if (value != NULL)
        html_open(page->out, "input", "type", "hidden", "name", name, "value", value, NULL);
}

static void
put_day_input(Page *page, const char *name, const char *label, gint32 day)
{
    g_autofree char *value = day_format(day);
    html_open(page->out, "label", NULL);
    html_text(page->out, label);
    g_string_append_c(page->out, ' ');
    html_open(page->out, "input", "type", "date", "name", name, "value", value, NULL);
    html_close(page->out, "label");
    g_string_append_c(page->out, ' ');
}

static void
put_text_input(Page *page, const char *name, const char *label, const char *value)
{
    html_open(page->out, "label", NULL);
    html_text(page->out, label);
    g_string_append_c(page->out, ' ');
    html_open(page->out, "input", "type", "text", "name", name, "value", value != NULL ? value : "",
              "size", "14", NULL);
    html_close(page->out, "label");
    g_string_append_c(page->out, ' ');
}

/* The period: a few links, and two dates. */
static void
put_period(Page *page)
{
    static const guint lengths[] = {7, 30, 90, 365};
    const Filter *filter = &page->filter;
    GString *out = page->out;
    guint length = (guint)(filter->until - filter->since + 1);
    gboolean to_today = filter->until == page->request->today;
    g_autofree char *action = g_strconcat(page->context->prefix, filter->path, NULL);
    html_open(out, "div", "class", "period", NULL);
    html_open(out, "ul", "aria-label", "Period", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(lengths); i++) {
        g_autofree char *days = g_strdup_printf("%u", lengths[i]);
        g_autofree char *link = filter_link(filter, page->context->prefix, filter->path, "days",
                                            days, "since", NULL, "until", NULL, NULL);
        g_string_append(out, "<li>");
        html_open(out, "a", "href", link, "aria-current",
                  to_today && lengths[i] == length ? "true" : NULL, NULL);
        html_printf(out, "%u days", lengths[i]);
        g_string_append(out, "</a></li>");
    }
    g_string_append(out, "</ul>");
    html_open(out, "form", "method", "get", "action", action, "aria-label", "Period and filters",
              NULL);
    if (strcmp(filter->path, "/reports") == 0) {
        put_text_input(page, "domain", "domain", filter->domain);
        put_text_input(page, "sender", "sender", filter->sender);
    } else {
        put_hidden(page, "domain", filter->domain);
        put_hidden(page, "sender", filter->sender);
    }
    put_hidden(page, "mx", filter->mx);
    put_hidden(page, "result", filter->result);
    put_hidden(page, "policy-type", filter->policy_type);
    put_day_input(page, "since", "from", filter->since);
    put_day_input(page, "until", "to", filter->until);
    g_string_append(out, "<button type=\"submit\">Show</button></form></div>\n");
}

/* Pages of one thing have no period. */
static gboolean
has_period(const Page *page)
{
    return page->status == 200 && g_strcmp0(page->filter.path, "/report") != 0 &&
           g_strcmp0(page->filter.path, "/entry") != 0 &&
           g_strcmp0(page->filter.path, "/quarantine") != 0;
}

void
page_begin(Page *page, const char *title)
{
    put_head(page, title);
    put_navigation(page);
    html_open(page->out, "main", "id", "content", "tabindex", "-1", NULL);
    g_string_append(page->out, "\n<div class=\"title\">");
    html_element(page->out, "h1", NULL, title);
    if (has_period(page))
        put_period(page);
    g_string_append(page->out, "</div>\n");
    if (has_period(page))
        put_chips(page);
}

void
page_end(Page *page)
{
    GString *out = page->out;
    g_string_append(out, "</main>\n<footer><p>Days are UTC; counts are sessions, not messages.");
    if (page->status == 200) {
        const Filter *filter = &page->filter;
        g_autofree char *id =
            filter->id != 0 ? g_strdup_printf("%" G_GINT64_FORMAT, filter->id) : NULL;
        g_autofree char *before =
            filter->before != 0 ? g_strdup_printf("%" G_GINT64_FORMAT, filter->before) : NULL;
        g_autofree char *twin =
            g_strconcat(strcmp(filter->path, "/") == 0 ? "/overview" : filter->path, ".json", NULL);
        g_string_append(out, " ");
        page_anchor(
            page,
            filter_link(filter, page->context->prefix, twin, "id", id, "before", before, NULL),
            NULL, "This page as JSON");
    }
    g_string_append(out, "</p></footer>\n</body>\n</html>\n");
}

void
page_section(Page *page, const char *id, const char *heading)
{
    g_autofree char *heading_id = g_strconcat(id, "-heading", NULL);
    html_open(page->out, "section", "id", id, "aria-labelledby", heading_id, NULL);
    html_open(page->out, "h2", "id", heading_id, NULL);
    html_text(page->out, heading);
    g_string_append(page->out, "</h2>\n");
}

void
page_section_end(Page *page)
{
    g_string_append(page->out, "</section>\n");
}
