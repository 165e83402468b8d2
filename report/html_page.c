#include "report/html_page.h"

#include <string.h>

#include "report/html.h"

#define FONT "font-family:Arial,Helvetica,sans-serif;"
#define CELL "padding:3px 12px 3px 0;border-bottom:1px solid #e4e4e4"
#define HEAD                                                                                       \
    "font-size:12px;text-align:left;vertical-align:bottom;padding:3px 12px 3px 0;"                 \
    "border-bottom:1px solid #999999;color:#555555"

/* What the style sheet of the browser version says by class, mail has at each element: many mail
 * programs drop style sheets. */
static const struct {
    const char *element, *class, *style;
} mail_styles[] = {
    {"h1", NULL, FONT "font-size:20px;line-height:26px;margin:0 0 12px 0;color:#1c1c1c"},
    {"h2", NULL,
     FONT "font-size:18px;line-height:24px;margin:28px 0 8px 0;padding:0 0 4px 0;"
          "border-bottom:2px solid #cccccc;color:#1c1c1c"},
    {"h3", NULL, FONT "font-size:15px;line-height:20px;margin:20px 0 6px 0;color:#1c1c1c"},
    {"h4", NULL, FONT "font-size:14px;line-height:20px;margin:14px 0 4px 0;color:#1c1c1c"},
    {"p", NULL, FONT "font-size:14px;line-height:20px;margin:0 0 8px 0;color:#1c1c1c"},
    {"li", NULL, FONT "font-size:14px;line-height:20px;margin:0 0 4px 0;color:#1c1c1c"},
    {"ul", NULL, "margin:0 0 8px 0;padding:0 0 0 20px"},
    {"pre", NULL,
     "font-family:Consolas,Menlo,monospace;font-size:12px;line-height:17px;margin:0 0 10px 0;"
     "padding:8px;background:#f2f2f2;color:#1c1c1c;white-space:pre-wrap;word-break:break-all"},
    /* Cells take their letters from the table: said in each, a mail about some domains would grow
     * past what mail programs show at once (100 kB). */
    {"table", "data",
     FONT "font-size:13px;line-height:18px;color:#1c1c1c;border-collapse:collapse;"
          "margin:0 0 10px 0"},
    {"caption", NULL, FONT "font-size:13px;line-height:18px;text-align:left;color:#555555"},
    {"tr", NULL, "vertical-align:top"},
    {"th", NULL, HEAD},
    {"th", "n", HEAD ";text-align:right"},
    {"td", NULL, CELL},
    {"td", "day", CELL ";white-space:nowrap"},
    {"td", "n", CELL ";text-align:right;white-space:nowrap"},
};

static const char *
style_of(const char *element, const char *class)
{
    for (guint i = 0; i < G_N_ELEMENTS(mail_styles); i++) {
        if (strcmp(element, mail_styles[i].element) == 0 &&
            g_strcmp0(class, mail_styles[i].class) == 0)
            return mail_styles[i].style;
    }
    return NULL;
}

static void
open_element(HtmlPage *page, const char *element, const char *class)
{
    if (page->mail)
        html_open(page->out, element, "style", style_of(element, class), NULL);
    else
        html_open(page->out, element, "class", class, NULL);
}

/* ---- tones --------------------------------------------------------------------------------- */

static const char *
tone_class(Tone tone)
{
    static const char *const classes[] = {
        [TONE_PLAIN] = NULL, [TONE_GOOD] = "good",       [TONE_WARN] = "warn",
        [TONE_BAD] = "bad",  [TONE_UNKNOWN] = "unknown", [TONE_DIM] = "dim",
    };
    return classes[tone];
}

static const char *
tone_style(Tone tone)
{
    static const char *const styles[] = {
        [TONE_PLAIN] = NULL,
        [TONE_GOOD] = "color:#1a6b2d",
        [TONE_WARN] = "color:#855600",
        [TONE_BAD] = "color:#b3261e;font-weight:bold",
        [TONE_UNKNOWN] = "color:#0b5a7a",
        [TONE_DIM] = "color:#666666",
    };
    return styles[tone];
}

static void
put_toned(HtmlPage *page, Tone tone, const char *text)
{
    if (tone == TONE_PLAIN) {
        html_text(page->out, text);
        return;
    }
    html_open(page->out, "span", page->mail ? "style" : "class",
              page->mail ? tone_style(tone) : tone_class(tone), NULL);
    html_text(page->out, text);
    html_close(page->out, "span");
}

static void
put_element(HtmlPage *page, const char *element, Tone tone, const char *text)
{
    open_element(page, element, NULL);
    put_toned(page, tone, text);
    html_close(page->out, element);
    g_string_append_c(page->out, '\n');
}

/* ---- tables -------------------------------------------------------------------------------- */

static void
put_bar(HtmlPage *page, const Cell *cell)
{
    if (page->mail) {
        chart_bar_mail(page->out, cell->part, cell->whole);
        return;
    }
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    double share = CLAMP((double)cell->part / (double)cell->whole * 100, 0, 100);
    g_ascii_formatd(number, sizeof number, "%.2f", cell->part > 0 ? MAX(share, 2) : 0);
    html_open(page->out, "svg", "class", "bar", "viewBox", "0 0 100 6", "aria-hidden", "true",
              "preserveAspectRatio", "none", NULL);
    html_open(page->out, "rect", "class", "bar-all", "width", "100", "height", "6", NULL);
    html_close(page->out, "rect");
    html_open(page->out, "rect", "class", "bar-part", "width", number, "height", "6", NULL);
    html_close(page->out, "rect");
    html_close(page->out, "svg");
}

static void
put_cell(HtmlPage *page, const Block *block, guint row, guint column)
{
    const Cell *cell = block_cell(block, row, column);
    open_element(page, "td",
                 block_column(block, column)->number ? "n"
                 : cell->unbroken                    ? "day"
                                                     : NULL);
    put_toned(page, cell->tone, cell->text);
    if (cell->whole > 0 && cell->part > 0)
        put_bar(page, cell);
    html_close(page->out, "td");
}

static void
put_head(HtmlPage *page, const Block *block)
{
    html_open(page->out, "thead", NULL);
    open_element(page, "tr", NULL);
    for (guint i = 0; i < block->columns->len; i++) {
        const char *class = block_column(block, i)->number ? "n" : NULL;
        if (page->mail)
            html_open(page->out, "th", "scope", "col", "style", style_of("th", class), NULL);
        else
            html_open(page->out, "th", "scope", "col", "class", class, NULL);
        html_text(page->out, block_column(block, i)->title);
        html_close(page->out, "th");
    }
    html_close(page->out, "tr");
    html_close(page->out, "thead");
}

static void
put_table(HtmlPage *page, const Block *block)
{
    g_autofree char *label =
        g_strdup_printf("%s: %s", page->domain != NULL ? page->domain : "All domains",
                        block->text != NULL     ? block->text
                        : page->section != NULL ? page->section
                                                : "overview");
    if (!page->mail)
        html_open(page->out, "div", "class", "scroll", "tabindex", "0", "role", "region",
                  "aria-label", label, NULL);
    open_element(page, "table", "data");
    if (block->text != NULL)
        put_element(page, "caption", TONE_PLAIN, block->text);
    put_head(page, block);
    html_open(page->out, "tbody", NULL);
    for (guint row = 0; row < block_rows(block); row++) {
        open_element(page, "tr", NULL);
        for (guint i = 0; i < block->columns->len; i++)
            put_cell(page, block, row, i);
        html_close(page->out, "tr");
        g_string_append_c(page->out, '\n');
    }
    html_close(page->out, "tbody");
    html_close(page->out, "table");
    if (!page->mail)
        html_close(page->out, "div");
    g_string_append_c(page->out, '\n');
}

/* ---- the other blocks ---------------------------------------------------------------------- */

static void
put_list(HtmlPage *page, const Block *block)
{
    if (block->text != NULL)
        put_element(page, "p", TONE_PLAIN, block->text);
    if (block->lines->len == 0)
        return;
    open_element(page, "ul", NULL);
    for (guint i = 0; i < block->lines->len; i++)
        put_element(page, "li", TONE_PLAIN, g_ptr_array_index(block->lines, i));
    html_close(page->out, "ul");
}

static void
put_code(HtmlPage *page, const Block *block)
{
    open_element(page, "pre", NULL);
    for (guint i = 0; i < block->lines->len; i++) {
        html_text(page->out, g_ptr_array_index(block->lines, i));
        g_string_append_c(page->out, '\n');
    }
    html_close(page->out, "pre");
}

static void
put_verdict(HtmlPage *page, const Block *block)
{
    static const char *const backgrounds[] = {
        [TONE_PLAIN] = "#555555", [TONE_GOOD] = "#1a6b2d",    [TONE_WARN] = "#855600",
        [TONE_BAD] = "#b3261e",   [TONE_UNKNOWN] = "#0b5a7a", [TONE_DIM] = "#555555",
    };
    open_element(page, "p", NULL);
    if (page->mail) {
        g_autofree char *style = g_strdup_printf("background:%s;color:#ffffff;font-weight:bold;"
                                                 "padding:3px 8px;white-space:nowrap",
                                                 backgrounds[block->tone]);
        html_open(page->out, "span", "style", style, NULL);
    } else {
        g_autofree char *class = g_strdup_printf("verdict v-%s", tone_class(block->tone));
        html_open(page->out, "strong", "class", class, NULL);
    }
    html_text(page->out, block->text);
    html_close(page->out, page->mail ? "span" : "strong");
    g_string_append_c(page->out, ' ');
    html_text(page->out, g_ptr_array_index(block->lines, 0));
    html_close(page->out, "p");
    g_string_append_c(page->out, '\n');
}

static void
put_block(HtmlPage *page, const Block *block)
{
    g_autofree char *heading = g_strdup_printf("h%d", block->level);
    switch (block->kind) {
    case BLOCK_HEADING:
        put_element(page, heading, TONE_PLAIN, block->text);
        page->domain = block->level == 2 ? block->text : page->domain;
        page->section = block->level > 2 ? block->text : NULL;
        break;
    case BLOCK_VERDICT:
        put_verdict(page, block);
        break;
    case BLOCK_TEXT:
        put_element(page, "p", block->tone, block->text);
        break;
    case BLOCK_LIST:
        put_list(page, block);
        break;
    case BLOCK_CODE:
        put_code(page, block);
        break;
    case BLOCK_TABLE:
        put_table(page, block);
        break;
    case BLOCK_CHART:
        if (!page->mail)
            chart_days(page->out, (const ChartDay *)(gconstpointer)block->days->data,
                       block->days->len, block->text);
        break;
    }
}

void
html_page_put(HtmlPage *page, const Document *document)
{
    for (guint i = 0; i < document->blocks->len; i++)
        put_block(page, g_ptr_array_index(document->blocks, i));
    page->domain = page->section = NULL; /* they are the document's */
}
