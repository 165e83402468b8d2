/* parts.c: what several pages hold: tables, facts, findings, octets. Part of page.h. */
#include "report/dashboard/page.h"
#include "report/text_table.h"
#include "schema/day.h"
#include "schema/limits.h"

void
page_fact(Page *page, const char *name, const char *value)
{
    if (value == NULL || *value == '\0')
        return;
    g_string_append(page->out, "<div>");
    html_element(page->out, "dt", NULL, name);
    html_element(page->out, "dd", NULL, value);
    g_string_append(page->out, "</div>\n");
}

void
page_put_findings(Page *page, json_t *findings, const char *caption)
{
    static const char *const columns[] = {"Place", "What", "Clause", NULL};
    size_t index;
    json_t *finding;
    if (json_array_size(findings) == 0)
        return;
    table_begin(page, "finding-table", caption, columns);
    json_array_foreach(findings, index, finding)
    {
        const char *pointer = "", *clause = "", *fact = "";
        (void)json_unpack(finding, "{s:s, s:s, s:s}", "pointer", &pointer, "clause", &clause,
                          "fact", &fact);
        table_row(page);
        table_head(page, NULL, *pointer != '\0' ? pointer : "(document)");
        table_text(page, fact);
        table_text(page, clause);
        table_row_end(page);
    }
    table_end(page);
}

void
page_put_octets(Page *page, GBytes *bytes, const char *label)
{
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    gsize shown = MIN(length, LIMIT_DASHBOARD_RAW_BYTES);
    g_autofree char *text = g_utf8_make_valid(data, (gssize)shown);
    html_open(page->out, "pre", "tabindex", "0", "aria-label", label, NULL);
    html_text(page->out, text);
    html_close(page->out, "pre");
    if (shown < length)
        page_note(page,
                  "The first %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
                  " octets; the command line shows all.",
                  shown, length);
}

/* ---- tables -------------------------------------------------------------------------------- */

void
table_begin(Page *page, const char *id, const char *caption, const char *const *columns)
{
    g_autofree char *caption_id = g_strconcat(id, "-caption", NULL);
    GString *out = page->out;
    html_open(out, "div", "class", "scroll", "role", "group", "aria-labelledby", caption_id,
              "tabindex", "0", NULL);
    html_open(out, "table", "id", id, NULL);
    html_open(out, "caption", "id", caption_id, NULL);
    html_text(out, caption);
    g_string_append(out, "</caption>\n<thead><tr>");
    for (const char *const *column = columns; *column != NULL; column++) {
        gboolean number = **column == '#';
        html_open(out, "th", "scope", "col", "class", number ? "n" : NULL, NULL);
        html_text(out, *column + (number ? 1 : 0));
        html_close(out, "th");
    }
    g_string_append(out, "</tr></thead>\n<tbody>\n");
}

void
table_end(Page *page)
{
    g_string_append(page->out, "</tbody></table></div>\n");
}

void
table_row(Page *page)
{
    g_string_append(page->out, "<tr>");
}

void
table_row_end(Page *page)
{
    g_string_append(page->out, "</tr>\n");
}

void
table_text(Page *page, const char *text)
{
    g_string_append(page->out, "<td>");
    if (text != NULL && *text != '\0')
        html_element(page->out, "bdi", NULL, text);
    else
        g_string_append(page->out, "–");
    g_string_append(page->out, "</td>");
}

void
table_number(Page *page, gint64 number)
{
    g_autofree char *text = count_text(number);
    html_element(page->out, "td", number != 0 ? "n" : "n zero", text);
}

void
table_sessions(Page *page, gint64 reports, gint64 successful, gint64 failed)
{
    gint64 all = sessions_plus(successful, failed);
    g_autofree char *rate = text_percent(failed, all);
    table_number(page, reports);
    table_number(page, all);
    table_number(page, failed);
    html_element(page->out, "td", failed != 0 ? "n" : "n zero", rate);
}

void
table_day(Page *page, gint32 day)
{
    g_autofree char *text = day_format(day);
    html_element(page->out, "td", "day", text);
}

void
table_head(Page *page, char *link, const char *text)
{
    html_open(page->out, "th", "scope", "row", NULL);
    if (link != NULL)
        html_open(page->out, "a", "href", link, NULL);
    html_element(page->out, "bdi", NULL, text != NULL && *text != '\0' ? text : "(none given)");
    g_string_append(page->out, link != NULL ? "</a></th>" : "</th>");
    g_free(link);
}

void
table_link(Page *page, char *link, const char *text)
{
    g_string_append(page->out, "<td>");
    if (text == NULL || *text == '\0') {
        g_string_append(page->out, "–");
        g_free(link);
    } else {
        html_open(page->out, "a", "href", link, NULL);
        html_element(page->out, "bdi", NULL, text);
        g_string_append(page->out, "</a>");
        g_free(link);
    }
    g_string_append(page->out, "</td>");
}

void
table_rest(Page *page, guint shown, guint all)
{
    if (all > shown)
        page_note(page, "%u more are not shown: narrow the filters.", all - shown);
}
