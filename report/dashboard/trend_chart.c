#include "report/dashboard/trend_chart.h"

#include <string.h>


static void
put_chart(Page *page, const GArray *days, const char *title)
{
    html_open(page->out, "figure", NULL);
    html_element(page->out, "figcaption", NULL, title);
    chart_days(page->out, (const ChartDay *)(gconstpointer)days->data, days->len, title);
    g_string_append(page->out, "</figure>\n");
}

void
trend_charts(Page *page, const TrendDomain *trend)
{
    for (guint i = 0; trend != NULL && i < trend->series->len; i++) {
        const TrendSeries *series = &g_array_index(trend->series, TrendSeries, i);
        g_autofree char *title =
            g_strdup_printf("Sessions a day, policy type %s", series->policy_type);
        put_chart(page, series->days, title);
    }
}

/* The days of all domains, those of one day added up: of one policy type that may be. */
static GArray *
gather_days(const Trend *trend, const char *policy_type)
{
    GArray *days = g_array_new(FALSE, FALSE, sizeof(ChartDay));
    for (guint i = 0; i < trend->domains->len; i++) {
        const TrendDomain *domain = &g_array_index(trend->domains, TrendDomain, i);
        for (guint j = 0; j < domain->series->len; j++) {
            const TrendSeries *series = &g_array_index(domain->series, TrendSeries, j);
            if (strcmp(series->policy_type, policy_type) == 0)
                g_array_append_vals(days, series->days->data, series->days->len);
        }
    }
    trend_merge_days(days);
    return days;
}

static gboolean
has_series(const Trend *trend, const char *policy_type)
{
    for (guint i = 0; i < trend->domains->len; i++) {
        const GArray *series = g_array_index(trend->domains, TrendDomain, i).series;
        for (guint j = 0; j < series->len; j++) {
            if (strcmp(g_array_index(series, TrendSeries, j).policy_type, policy_type) == 0)
                return TRUE;
        }
    }
    return FALSE;
}

/* There is nothing of POLICY_TYPE: what there is instead. */
static void
put_other_types(Page *page, const Trend *trend, const char *policy_type)
{
    static const char *const types[] = {"sts", "tlsa", "no-policy-found"};
    GString *out = page->out;
    g_string_append(out, "<p>");
    html_printf(out, "No report of this period tells of policy type %s.", policy_type);
    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        if (!has_series(trend, types[i]))
            continue;
        html_text(out, " There are sessions of ");
        page_anchor(
            page,
            filter_link(&page->filter, page->context->prefix, "/", "policy-type", types[i], NULL),
            NULL, types[i]);
        html_text(out, ".");
    }
    g_string_append(out, "</p>\n");
}

void
trend_chart_all(Page *page, const Trend *trend, const char *policy_type)
{
    g_autoptr(GArray) days = gather_days(trend, policy_type);
    g_autofree char *title =
        g_strdup_printf("Sessions a day, all domains, policy type %s", policy_type);
    if (days->len > 0)
        put_chart(page, days, title);
    else
        put_other_types(page, trend, policy_type);
}

json_t *
trend_all_to_json(const Trend *trend, const char *policy_type)
{
    g_autoptr(GArray) days = gather_days(trend, policy_type);
    json_t *array = json_array();
    for (guint i = 0; i < days->len; i++) {
        const ChartDay *day = &g_array_index(days, ChartDay, i);
        json_array_append_new(array,
                              json_pack("{s:o, s:I, s:I, s:I}", "day", json_value_day(day->day),
                                        "reports", (json_int_t)day->reports, "successful_sessions",
                                        (json_int_t)day->successful, "failed_sessions",
                                        (json_int_t)day->failed));
    }
    return array;
}
