/* page.h: what the pages of the dashboard share. Private to the dashboard. */
#pragma once

#include <jansson.h>

#include "report/dashboard/dashboard.h"
#include "report/dashboard/filter.h"
#include "report/html.h"
#include "report/json_value.h"

typedef struct {
    const DashboardContext *context;
    const DashboardRequest *request;
    Store *store;
    Filter filter;
    gboolean json; /* asked for as JSON */
    GString *out;  /* the document */
    guint status;  /* 200, unless a page says otherwise */
} Page;

/* One page: writes the document, HTML or JSON, to page->out. FALSE with STORE_ERROR. What is not
 * there or not for this user it tells with page_missing and returns TRUE. */
typedef gboolean (*PageFunc)(Page *page, GError **error);

gboolean overview_page(Page *page, GError **error);
gboolean domain_page(Page *page, GError **error);
gboolean sender_page(Page *page, GError **error);
gboolean reports_page(Page *page, GError **error);
gboolean report_page(Page *page, GError **error);
gboolean quarantine_page(Page *page, GError **error);
gboolean entry_page(Page *page, GError **error);

/* The user of PAGE may see DOMAIN. */
gboolean page_may_see(const Page *page, const char *domain);

/* Makes PAGE one that says STATUS with TITLE and SENTENCE, in place of what was written. */
void page_fail(Page *page, guint status, const char *title, const char *sentence);
/* The same for what is not there, or not for this user: they are not told apart. */
void page_missing(Page *page, const char *sentence);

/* For a look-up that failed: a page that says SENTENCE and TRUE where there was nothing, else FALSE
 * and PROBLEM, which is taken over, in *error. */
gboolean page_not_found(Page *page, GError **problem, const char *sentence, GError **error);

/* ---- HTML ------------------------------------------------------------------------------ */

/* The document up to the content: head, navigation, heading, period and filters. */
void page_begin(Page *page, const char *title);
void page_end(Page *page);

/* A section with a heading; ends with page_section_end. ID is ours. */
void page_section(Page *page, const char *id, const char *heading);
void page_section_end(Page *page);
/* A paragraph of muted text. */
void page_note(Page *page, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* <a href=LINK>TEXT</a>; takes LINK over. */
void page_anchor(Page *page, char *link, const char *class, const char *text);

/* Text that came from outside, as far as LIMIT_DASHBOARD_RAW_BYTES go; LABEL names it. */
void page_put_octets(Page *page, GBytes *bytes, const char *label);
/* A table of findings, an array as the store keeps it; nothing where it is empty. */
void page_put_findings(Page *page, json_t *findings, const char *caption);
/* A row of a <dl class="facts">, where there is a VALUE. */
void page_fact(Page *page, const char *name, const char *value);

/* KIND: "good", "warn", "bad" or "idle"; the text says it, colour only helps. */
void page_badge(Page *page, const char *kind, const char *text);
const char *page_verdict_kind(Verdict verdict);
const char *page_effect_kind(Effect effect);

/* A table in a container of its own, which scrolls where it is too wide. COLUMNS (NULL-terminated)
 * that begin with "#" are numbers, and align right. */
void table_begin(Page *page, const char *id, const char *caption, const char *const *columns);
void table_end(Page *page);
void table_row(Page *page);
void table_row_end(Page *page);
void table_text(Page *page, const char *text); /* NULL: a dash */
void table_number(Page *page, gint64 number);  /* with thousands apart */
/* Four cells: "#Reports", "#Sessions", "#Failed", "#Rate". */
void table_sessions(Page *page, gint64 reports, gint64 successful, gint64 failed);
void table_day(Page *page, gint32 day);
/* The first cell of a row: a heading that links; takes LINK (NULL: none) over. */
void table_head(Page *page, char *link, const char *text);
/* A cell that links; takes LINK over. */
void table_link(Page *page, char *link, const char *text);
/* "N more are not shown." where there are any. */
void table_rest(Page *page, guint shown, guint all);

/* "12,345"; newly allocated. */
char *count_text(gint64 number);

/* ---- JSON ------------------------------------------------------------------------------ */

/* {"schema": "tlsgauge.dashboard.NAME/1", "period": ..., "filter": ...}. */
json_t *page_json(const Page *page, const char *name);
/* Writes ROOT, which is taken over. */
void page_json_end(Page *page, json_t *root);
