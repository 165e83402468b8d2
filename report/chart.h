/* chart.h: small charts as inline SVG (browser) or as bars of a table (mail). Private to report/
 * and the dashboard.
 */
#pragma once

#include <glib.h>

/* One UTC day; a day without a report has reports 0 and is drawn as a gap, not as zero. */
typedef struct {
    gint32 day;
    gint64 reports;
    gint64 successful, failed; /* sessions */
} ChartDay;

/* The days that one chart draws at most, the last ones: a report may claim any year. */
#define CHART_MAX_DAYS 400

/* The style sheet rules of the classes that chart_days uses: chart, chart-ok, chart-failed,
 * chart-gap, chart-axis, chart-text, chart-number. The colours are custom properties (--chart-ok,
 * --chart-failed, --chart-gap, --chart-ink) that a page may set, for dark and light. */
extern const char chart_css[];

/* Appends an SVG element: sessions a day as bars, failed sessions on top of them in another colour
 * and pattern, with title and desc for screen readers, readable in dark and light (classes only, no
 * colour in attributes that a style sheet cannot replace), without script. DAYS are ascending;
 * between the first and the last every day is drawn. Numbers are readable without colour. Without a
 * day nothing is appended. */
void chart_days(GString *out, const ChartDay *days, guint n, const char *title);

/* Appends one share of WHOLE as a bar that mail clients show: a table with a cell that is so many
 * percent wide, colours inline. */
void chart_bar_mail(GString *out, gint64 part, gint64 whole);
