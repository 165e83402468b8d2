#include "report/dashboard/trend_chart.h"

#include <string.h>

#include "report/summary.h"

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

static int
by_day(gconstpointer a, gconstpointer b)
{
    const ChartDay *x = a, *y = b;
    return x->day < y->day ? -1 : x->day > y->day;
}

/* The days of all domains, those of one day added up: of one policy type that may be. */
static GArray *
gather_days(const Page *page, const Trend *trend, const char *policy_type)
{
    GArray *days = g_array_new(FALSE, FALSE, sizeof(ChartDay));
    guint kept = 0;
    for (guint i = 0; i < trend->domains->len; i++) {
        const TrendDomain *domain = &g_array_index(trend->domains, TrendDomain, i);
        for (guint j = 0; page_may_see(page, domain->domain) && j < domain->series->len; j++) {
            const TrendSeries *series = &g_array_index(domain->series, TrendSeries, j);
            if (strcmp(series->policy_type, policy_type) == 0)
                g_array_append_vals(days, series->days->data, series->days->len);
        }
    }
    g_array_sort(days, by_day);
    for (guint i = 0; i < days->len; i++) {
        const ChartDay *day = &g_array_index(days, ChartDay, i);
        ChartDay *last = kept > 0 ? &g_array_index(days, ChartDay, kept - 1) : NULL;
        if (last == NULL || last->day != day->day) {
            g_array_index(days, ChartDay, kept++) = *day;
            continue;
        }
        last->reports = sessions_plus(last->reports, day->reports);
        last->successful = sessions_plus(last->successful, day->successful);
        last->failed = sessions_plus(last->failed, day->failed);
    }
    g_array_set_size(days, kept);
    return days;
}

/* Of a domain that the user may see. */
static gboolean
has_series(const Page *page, const Trend *trend, const char *policy_type)
{
    for (guint i = 0; i < trend->domains->len; i++) {
        const TrendDomain *domain = &g_array_index(trend->domains, TrendDomain, i);
        for (guint j = 0; page_may_see(page, domain->domain) && j < domain->series->len; j++) {
            if (strcmp(g_array_index(domain->series, TrendSeries, j).policy_type, policy_type) == 0)
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
        if (!has_series(page, trend, types[i]))
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

gboolean
trend_is_seen(const Page *page, const Trend *trend)
{
    for (guint i = 0; i < trend->domains->len; i++) {
        if (page_may_see(page, g_array_index(trend->domains, TrendDomain, i).domain))
            return TRUE;
    }
    return FALSE;
}

void
trend_chart_all(Page *page, const Trend *trend, const char *policy_type)
{
    g_autoptr(GArray) days = gather_days(page, trend, policy_type);
    g_autofree char *title =
        g_strdup_printf("Sessions a day, all domains, policy type %s", policy_type);
    if (days->len > 0)
        put_chart(page, days, title);
    else
        put_other_types(page, trend, policy_type);
}

json_t *
trend_all_to_json(const Page *page, const Trend *trend, const char *policy_type)
{
    g_autoptr(GArray) days = gather_days(page, trend, policy_type);
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
