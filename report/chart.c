#include "report/chart.h"

#include "report/html.h"
#include "report/summary.h"
#include "report/text_table.h"
#include "schema/day.h"

#define WIDTH       720
#define LEFT        8
#define RIGHT       712
#define TOP         34 /* room for the numbers above the highest bar */
#define BASE        150
#define HEIGHT      172
#define SPARSE_DAYS 31 /* up to so many days carry their number of failed sessions */
#define WIDEST      44 /* of a day: few days do not fill the width */

const char chart_css[] =
    ".chart{display:block;width:100%;max-width:60rem;height:auto}"
    ".chart-ok{fill:var(--chart-ok,#4b7ab8)}"
    ".chart-failed{stroke:var(--chart-failed,#b3261e);stroke-dasharray:3 1}"
    ".chart-gap{fill:var(--chart-gap,#d8d8d8)}"
    ".chart-axis{stroke:var(--chart-ink,#555);stroke-width:1}"
    ".chart-text{fill:var(--chart-ink,#555);font:11px system-ui,sans-serif}"
    ".chart-number{fill:var(--chart-failed,#b3261e);font:bold 11px system-ui,sans-serif}";

/* A length in the units of the drawing; never in the comma of a locale. */
static const char *
length(double value, char *buffer)
{
    return g_ascii_formatd(buffer, G_ASCII_DTOSTR_BUF_SIZE, "%.4g", value);
}

static void
put_rect(GString *out, const char *class, double x, double y, double width, double height)
{
    char n[4][G_ASCII_DTOSTR_BUF_SIZE];
    html_open(out, "rect", "class", class, "x", length(x, n[0]), "y", length(y, n[1]), "width",
              length(width, n[2]), "height", length(height, n[3]), NULL);
    html_close(out, "rect");
}

/* Failed sessions: a column of stripes, told from the plain bar without colour; as wide as the
 * drawing says of all. */
static void
put_stripes(GString *out, double x, double top, double bottom)
{
    char n[3][G_ASCII_DTOSTR_BUF_SIZE];
    html_open(out, "line", "class", "chart-failed", "x1", length(x, n[0]), "x2", n[0], "y1",
              length(bottom, n[1]), "y2", length(top, n[2]), NULL);
    html_close(out, "line");
}

static void
put_text(GString *out, const char *class, double x, double y, const char *anchor, const char *text)
{
    char n[2][G_ASCII_DTOSTR_BUF_SIZE];
    html_open(out, "text", "class", class, "x", length(x, n[0]), "y", length(y, n[1]),
              "text-anchor", anchor, NULL);
    html_text(out, text);
    html_close(out, "text");
}

static double
sum(const ChartDay *day)
{
    return (double)day->successful + (double)day->failed;
}

static char *
tell(const ChartDay *day)
{
    g_autofree char *date = day_format(day->day);
    if (day->reports == 0)
        return g_strdup_printf("%s: no report", date);
    g_autofree char *rate = text_percent(day->failed, sessions_plus(day->successful, day->failed));
    return g_strdup_printf("%s: %" G_GINT64_FORMAT " sessions succeeded, %" G_GINT64_FORMAT
                           " failed (%s)",
                           date, day->successful, day->failed, rate);
}

static void
put_bars(GString *out, const ChartDay *day, double x, double bar, double scale, gboolean numbered)
{
    if (day->reports == 0) {
        put_rect(out, "chart-gap", x, BASE - 4, bar, 4);
        return;
    }
    double height = sum(day) * scale, failed = (double)day->failed * scale;
    /* One failed session in a million still shows. */
    failed = day->failed > 0 ? MAX(failed, 4) : 0;
    height = MAX(height, failed + (day->successful > 0 ? 1 : 0));
    if (height > failed)
        put_rect(out, "chart-ok", x, BASE - height + failed, bar, height - failed);
    if (day->failed == 0)
        return;
    put_stripes(out, x + bar / 2, BASE - height, BASE - height + failed);
    if (numbered) {
        g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, day->failed);
        put_text(out, "chart-number", x + bar / 2, BASE - height - 4, "middle", number);
    }
}

/* A group, so that its numbers, which are shown where the pointer is, are there once. */
static void
put_day(GString *out, const ChartDay *day, double x, double bar, double scale, gboolean numbered)
{
    g_autofree char *title = tell(day);
    html_open(out, "g", NULL);
    html_element(out, "title", NULL, title);
    put_bars(out, day, x, bar, scale, numbered);
    html_close(out, "g");
}

/* The days in words: what a screen reader says, and what is read without colour. */
static char *
describe(const ChartDay *days, guint n, gint32 first, gint32 last)
{
    guint with = 0, failing = 0;
    const ChartDay *worst = NULL;
    for (guint i = 0; i < n; i++) {
        if (days[i].day < first || days[i].reports == 0)
            continue;
        with++;
        failing += days[i].failed > 0 ? 1 : 0;
        if (days[i].failed > 0 && (worst == NULL || days[i].failed > worst->failed))
            worst = &days[i];
    }
    g_autofree char *since = day_format(first), *until = day_format(last);
    g_autofree char *most = worst == NULL ? NULL : tell(worst);
    return g_strdup_printf(
        "%s to %s: reports of %u of %d days, failed sessions on %u of them.%s%s%s", since, until,
        with, last - first + 1, failing, most == NULL ? "" : " Most on ", most == NULL ? "" : most,
        most == NULL ? "" : ".");
}

static void
put_axis(GString *out, gint32 first, gint32 last, double right, double highest)
{
    char n[3][G_ASCII_DTOSTR_BUF_SIZE];
    g_autofree char *since = day_format(first), *until = day_format(last);
    g_autofree char *most = g_strdup_printf("%.0f sessions on the busiest day", highest);
    html_open(out, "line", "class", "chart-axis", "x1", length(LEFT, n[0]), "x2",
              length(right, n[1]), "y1", length(BASE, n[2]), "y2", n[2], NULL);
    html_close(out, "line");
    put_text(out, "chart-text", LEFT, 12, "start", most);
    put_text(out, "chart-text", LEFT, BASE + 15, "start", since);
    if (last > first + 2)
        put_text(out, "chart-text", right, BASE + 15, "end", until);
}

void
chart_days(GString *out, const ChartDay *days, guint n, const char *title)
{
    if (n == 0)
        return;
    gint32 last = days[n - 1].day;
    gint32 first = MAX(days[0].day, last - CHART_MAX_DAYS + 1);
    gint32 count = last - first + 1;
    double step = MIN((double)(RIGHT - LEFT) / count, WIDEST), highest = 1;
    double bar = step > 3 ? step * 0.8 : step;
    guint next = 0;
    while (days[next].day < first)
        next++;
    for (guint i = next; i < n; i++)
        highest = MAX(highest, sum(&days[i]));

    char width[G_ASCII_DTOSTR_BUF_SIZE];
    g_autofree char *box = g_strdup_printf("0 0 %d %d", WIDTH, HEIGHT);
    g_autofree char *description = describe(days, n, first, last);
    html_open(out, "svg", "class", "chart", "viewBox", box, "role", "img", "aria-label", title,
              "stroke-width", length(bar, width), NULL);
    html_element(out, "title", NULL, title);
    html_element(out, "desc", NULL, description);
    put_axis(out, first, last, LEFT + step * count, highest);
    for (gint32 day = first; day <= last; day++) {
        ChartDay none = {.day = day};
        const ChartDay *each = next < n && days[next].day == day ? &days[next++] : &none;
        put_day(out, each, LEFT + (day - first) * step, bar, (BASE - TOP) / highest,
                count <= SPARSE_DAYS);
    }
    html_close(out, "svg");
}

void
chart_bar_mail(GString *out, gint64 part, gint64 whole)
{
    double share = whole <= 0 ? 0 : CLAMP((double)part / (double)whole, 0, 1);
    int percent = part > 0 ? CLAMP((int)(share * 100 + 0.5), 1, 100) : 0;
    g_autofree char *width = g_strdup_printf("%d%%", percent);
    g_autofree char *rest = g_strdup_printf("%d%%", 100 - percent);
    html_open(out, "table", "role", "presentation", "width", "120", "cellpadding", "0",
              "cellspacing", "0", "border", "0", "style", "width:120px;border-collapse:collapse",
              NULL);
    html_open(out, "tr", NULL);
    if (percent > 0) {
        html_open(out, "td", "width", width, "bgcolor", "#b3261e", "style",
                  "background:#b3261e;height:10px;line-height:10px;font-size:1px", NULL);
        g_string_append(out, "&nbsp;");
        html_close(out, "td");
    }
    if (percent < 100) {
        html_open(out, "td", "width", rest, "bgcolor", "#e4e4e4", "style",
                  "background:#e4e4e4;height:10px;line-height:10px;font-size:1px", NULL);
        g_string_append(out, "&nbsp;");
        html_close(out, "td");
    }
    html_close(out, "tr");
    html_close(out, "table");
}
