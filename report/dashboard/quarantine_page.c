/* quarantine_page.c: what could not be counted, and one entry of it. */
#include "report/dashboard/page.h"
#include "schema/day.h"
#include "schema/limits.h"

static json_t *
entry_to_json(const StoreQuarantineRow *row)
{
    g_autofree char *received = datetime_format(row->received);
    json_t *findings = row->findings_json != NULL ? json_loads(row->findings_json, 0, NULL) : NULL;
    return json_pack(
        "{s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:I, s:I, s:o}", "id", (json_int_t)row->id,
        "received", received, "outcome", json_value_text(row->outcome), "reason_code",
        json_value_text(row->reason_code), "reason", json_value_text(row->reason), "road",
        json_value_text(row->road), "source", json_value_text(row->source), "part",
        json_value_text(row->part), "is_message", (int)row->is_message, "octets",
        (json_int_t)row->full_size, "times_seen", (json_int_t)row->times_seen, "findings",
        findings != NULL ? findings : json_array());
}

/* ---- the list ------------------------------------------------------------------------------ */

typedef struct {
    Page *page;
    json_t *entries; /* NULL: HTML */
    guint n;
    gint64 last; /* of the entries that are shown; 0 where the list ends with them */
    gint64 shown;
} EntryList;

static gboolean
put_row(gpointer data, const StoreQuarantineRow *row)
{
    EntryList *list = data;
    Page *page = list->page;
    if (list->n == LIMIT_DASHBOARD_ROWS) {
        list->last = list->shown;
        return FALSE;
    }
    list->n++;
    list->shown = row->id;
    if (list->entries != NULL) {
        json_array_append_new(list->entries, entry_to_json(row));
        return TRUE;
    }
    g_autofree char *id = g_strdup_printf("q%" G_GINT64_FORMAT, row->id);
    g_autofree char *received = datetime_format(row->received);
    table_row(page);
    table_head(page, filter_link(&page->filter, page->context->prefix, "/entry", "id", id, NULL),
               id);
    table_text(page, received);
    table_text(page, row->outcome);
    table_text(page, row->reason);
    table_text(page, row->road);
    table_text(page, row->source);
    table_number(page, row->times_seen);
    table_row_end(page);
    return TRUE;
}

static void
put_pager(Page *page, gint64 last)
{
    g_autofree char *before = g_strdup_printf("%" G_GINT64_FORMAT, last);
    if (last == 0)
        return;
    g_string_append(page->out, "<p class=\"pager\">");
    page_anchor(
        page,
        filter_link(&page->filter, page->context->prefix, "/quarantine", "before", before, NULL),
        NULL, "Older entries");
    g_string_append(page->out, "</p>\n");
}

gboolean
quarantine_page(Page *page, GError **error)
{
    static const char *const columns[] = {"Entry", "Received", "Outcome", "Reason",
                                          "By",    "Source",   "#Seen",   NULL};
    EntryList list = {.page = page, .entries = page->json ? json_array() : NULL};
    if (!page->json) {
        page_begin(page, "Quarantine");
        page_note(page, "What came in and could not be counted is kept whole. After a change of "
                        "the configuration, tlsgauge quarantine retry tries it again.");
        table_begin(page, "entry-table", "Entries, newest first", columns);
    }
    if (!store_each_quarantine(page->store, page->filter.before, LIMIT_DASHBOARD_ROWS + 1, put_row,
                               &list, error)) {
        json_decref(list.entries);
        return FALSE;
    }
    if (page->json) {
        json_t *root = page_json(page, "quarantine");
        json_object_set_new(root, "entries", list.entries);
        json_object_set_new(root, "next_before",
                            list.last != 0 ? json_integer(list.last) : json_null());
        page_json_end(page, root);
        return TRUE;
    }
    table_end(page);
    if (list.n == 0)
        page_note(page, "The quarantine is empty.");
    put_pager(page, list.last);
    page_end(page);
    return TRUE;
}

/* ---- one entry ----------------------------------------------------------------------------- */

static void
put_entry(Page *page, const StoreQuarantineRow *row)
{
    g_autofree char *title = g_strdup_printf("Quarantine entry q%" G_GINT64_FORMAT, row->id);
    g_autofree char *received = datetime_format(row->received);
    g_autofree char *size = count_text((gint64)row->full_size);
    g_autofree char *times = count_text(row->times_seen);
    json_t *findings = row->findings_json != NULL ? json_loads(row->findings_json, 0, NULL) : NULL;
    page_begin(page, title);
    html_element(page->out, "p", NULL, row->reason);
    g_string_append(page->out, "<dl class=\"facts\">\n");
    page_fact(page, "Outcome", row->outcome);
    page_fact(page, "Received", received);
    page_fact(page, "By", row->road);
    page_fact(page, "Source", row->source);
    page_fact(page, "Part", row->part);
    page_fact(page, "Octets", size);
    page_fact(page, "Times seen", times);
    g_string_append(page->out, "</dl>\n");
    if (json_array_size(findings) > 0) {
        page_section(page, "findings", "Findings");
        page_put_findings(page, findings, "What is wrong with it, and where");
        page_section_end(page);
    }
    page_section(page, "raw", row->is_message ? "The message" : "The input");
    page_put_octets(page, row->bytes, "What was kept of it");
    page_section_end(page);
    page_end(page);
    json_decref(findings);
}

static gboolean
show_row(gpointer data, const StoreQuarantineRow *row)
{
    Page *page = data;
    if (!page->json) {
        put_entry(page, row);
        return TRUE;
    }
    json_t *root = page_json(page, "entry");
    gsize length;
    const char *bytes = g_bytes_get_data(row->bytes, &length);
    gsize shown = MIN(length, LIMIT_DASHBOARD_RAW_BYTES);
    g_autofree char *text = g_utf8_make_valid(bytes, (gssize)shown);
    json_t *entry = entry_to_json(row);
    json_object_set_new(entry, "text", json_string(text));
    json_object_set_new(entry, "text_is_cut", json_boolean(shown < length));
    json_object_set_new(root, "entry", entry);
    page_json_end(page, root);
    return TRUE;
}

gboolean
entry_page(Page *page, GError **error)
{
    g_autoptr(GError) problem = NULL;
    if (page->filter.id == 0) {
        page_missing(page, "Which entry? The list of the quarantine has them all.");
        return TRUE;
    }
    if (store_get_quarantine(page->store, page->filter.id, show_row, page, &problem))
        return TRUE;
    return page_not_found(page, &problem, "There is no such entry.", error);
}
