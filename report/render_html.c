/* The review as one HTML file, and as the HTML part of a mail. */
#include "report/html.h"
#include "report/html_page.h"
#include "report/render.h"
#include "report/review_document.h"

static const char style_sheet[] =
    ":root{color-scheme:light dark;--ink:#1c1c1c;--soft:#595959;--line:#d5d5d5;--paper:#fff;"
    "--code:#f2f2f2;--good:#1a6b2d;--warn:#855600;--bad:#b3261e;--unknown:#0b5a7a;"
    "--chart-ok:#4b7ab8;--chart-failed:#b3261e;--chart-gap:#c9c9c9;--chart-ink:#595959}"
    "@media (prefers-color-scheme:dark){:root{--ink:#e6e6e6;--soft:#a8a8a8;--line:#3c3c3c;"
    "--paper:#161616;--code:#242424;--good:#7fd491;--warn:#f0c060;--bad:#ff8f85;--unknown:#7cc8ea;"
    "--chart-ok:#6d9fe0;--chart-failed:#ff8f85;--chart-gap:#4a4a4a;--chart-ink:#a8a8a8}}"
    "body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}"
    "main{max-width:62rem;margin:0 auto;padding:1rem}"
    "h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0 1rem}"
    "h2{font-size:1.3rem;margin:2.5rem 0 .75rem;border-bottom:2px solid var(--line);"
    "padding-bottom:.25rem;overflow-wrap:anywhere}"
    "h3{font-size:1.05rem;margin:1.75rem 0 .5rem}h4{font-size:1rem;margin:1.25rem 0 .25rem;"
    "overflow-wrap:anywhere}p,ul{margin:.25rem 0 .5rem}li{overflow-wrap:anywhere}"
    "pre{background:var(--code);padding:.6rem .8rem;overflow-x:auto;font-size:.85rem;"
    "white-space:pre-wrap;overflow-wrap:anywhere}"
    ".scroll{overflow-x:auto;margin:.25rem 0 .75rem}table{border-collapse:collapse}"
    "caption{text-align:left;color:var(--soft);font-size:.9rem;padding-bottom:.25rem}"
    "th,td{text-align:left;vertical-align:top;padding:.25rem 1rem .25rem 0;font-size:.9rem}"
    "th{color:var(--soft);font-weight:600;border-bottom:1px solid var(--soft);"
    "vertical-align:bottom}td{border-bottom:1px solid var(--line);overflow-wrap:break-word}"
    ".n{text-align:right;font-variant-numeric:tabular-nums}.n,.day{white-space:nowrap}"
    ".good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad);font-weight:600}"
    ".unknown{color:var(--unknown)}.dim{color:var(--soft)}"
    ".verdict{display:inline-block;border:2px solid;border-radius:.3rem;padding:0 .6rem;"
    "margin-right:.4rem}.v-good{color:var(--good)}.v-warn{color:var(--warn)}"
    ".v-bad{color:var(--bad)}.v-unknown{color:var(--unknown)}"
    ".bar{display:block;width:6rem;height:.35rem;margin-left:auto}"
    ".bar-all{fill:var(--line)}.bar-part{fill:var(--bad)}"
    "@page{margin:15mm}@media print{:root{--paper:#fff;--ink:#000;--soft:#444;--line:#bbb;"
    "--good:#1a6b2d;--warn:#855600;--bad:#b3261e;--unknown:#0b5a7a;--code:#f2f2f2;"
    "--chart-ok:#4b7ab8;--chart-failed:#b3261e;--chart-gap:#c9c9c9;--chart-ink:#444}"
    "main{max-width:none;padding:0}html{font-size:9.5pt}body{font-size:1rem}.scroll{overflow:"
    "visible}"
    "th,td{padding-right:.7rem}td{overflow-wrap:anywhere;min-width:4.2rem}"
    "thead{display:table-header-group}tr,svg,pre,li{break-inside:avoid}"
    "h1,h2,h3,h4,caption{break-after:avoid}}";

typedef struct {
    HtmlPage page;
    const RenderStyle *style;
} Put;

static void
put_piece(gpointer data, const Document *piece)
{
    Put *put = data;
    html_page_put(&put->page, piece);
    render_pass_on(put->style, put->page.out);
}

static void
put_document(GString *out, const RenderStyle *style, const Review *review, gboolean mail)
{
    Put put = {.page = {.out = out, .mail = mail}, .style = style};
    review_document(review, put_piece, &put);
}

void
render_html(const Review *review, const RenderStyle *style, GString *out)
{
    g_autofree char *title = review_subject(review);
    g_string_append(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                         "'none'; style-src 'unsafe-inline'\">\n");
    html_element(out, "title", NULL, title);
    g_string_append_printf(out, "\n<style>%s%s</style>\n</head>\n<body>\n<main>\n", style_sheet,
                           chart_css);
    put_document(out, style, review, FALSE);
    g_string_append(out, "</main>\n</body>\n</html>\n");
}

void
render_html_mail(const Review *review, const RenderStyle *style, GString *out)
{
    g_autofree char *title = review_subject(review);
    g_string_append(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                         "<meta name=\"color-scheme\" content=\"light\">\n");
    html_element(out, "title", NULL, title);
    g_string_append(out, "\n</head>\n<body style=\"margin:0;padding:0;background:#ffffff\">\n"
                         "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" "
                         "cellspacing=\"0\" border=\"0\"><tr><td align=\"left\" "
                         "style=\"padding:16px\">\n");
    html_open(out, "div", "role", "main", NULL);
    put_document(out, style, review, TRUE);
    html_close(out, "div");
    g_string_append(out, "</td></tr></table>\n</body>\n</html>\n");
}
