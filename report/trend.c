#include "report/trend.h"

#include <string.h>

#include "report/summary.h"
#include "schema/report.h"

static TrendDomain *
domain_for(Trend *trend, const char *name)
{
    /* Rows come sorted by domain. */
    TrendDomain *last = trend->domains->len == 0
                            ? NULL
                            : &g_array_index(trend->domains, TrendDomain, trend->domains->len - 1);
    if (last != NULL && strcmp(last->domain, name) == 0)
        return last;
    TrendDomain fresh = {
        .domain = g_string_chunk_insert_const(trend->strings, name),
        .series = g_array_new(FALSE, TRUE, sizeof(TrendSeries)),
    };
    g_array_append_val(trend->domains, fresh);
    return &g_array_index(trend->domains, TrendDomain, trend->domains->len - 1);
}

static TrendSeries *
series_for(Trend *trend, TrendDomain *domain, const char *policy_type)
{
    for (guint i = 0; i < domain->series->len; i++) {
        TrendSeries *each = &g_array_index(domain->series, TrendSeries, i);
        if (strcmp(each->policy_type, policy_type) == 0)
            return each;
    }
    TrendSeries fresh = {
        .policy_type = g_string_chunk_insert_const(trend->strings, policy_type),
        .days = g_array_new(FALSE, TRUE, sizeof(ChartDay)),
    };
    g_array_append_val(domain->series, fresh);
    return &g_array_index(domain->series, TrendSeries, domain->series->len - 1);
}

/* The last of the first N; NULL for none. */
static ChartDay *
last_of(GArray *days, guint n)
{
    return n == 0 ? NULL : &g_array_index(days, ChartDay, n - 1);
}

static void
add_up(ChartDay *sum, const ChartDay *day)
{
    sum->reports = sessions_plus(sum->reports, day->reports);
    sum->successful = sessions_plus(sum->successful, day->successful);
    sum->failed = sessions_plus(sum->failed, day->failed);
}

static gboolean
take_total(gpointer data, const StoreTotal *row)
{
    Trend *trend = data;
    TrendSeries *series = series_for(trend, domain_for(trend, row->domain), row->policy_type);
    ChartDay day = {row->day, row->reports, row->successful, row->failed};
    ChartDay *last = last_of(series->days, series->days->len);
    /* Rows of one sender and trust come by day: those of its policies follow each other. */
    if (last != NULL && last->day == day.day)
        add_up(last, &day);
    else
        g_array_append_val(series->days, day);
    return TRUE;
}

static int
by_day(gconstpointer a, gconstpointer b)
{
    const ChartDay *left = a, *right = b;
    return left->day < right->day ? -1 : left->day > right->day;
}

void
trend_merge_days(GArray *days)
{
    guint kept = 0;
    g_array_sort(days, by_day);
    for (guint i = 0; i < days->len; i++) {
        const ChartDay *each = &g_array_index(days, ChartDay, i);
        ChartDay *last = last_of(days, kept);
        if (last == NULL || last->day != each->day)
            g_array_index(days, ChartDay, kept++) = *each;
        else
            add_up(last, each);
    }
    g_array_set_size(days, kept);
}

static int
by_policy_type(gconstpointer a, gconstpointer b)
{
    const TrendSeries *left = a, *right = b;
    PolicyType left_type = policy_type_from_word(left->policy_type);
    PolicyType right_type = policy_type_from_word(right->policy_type);
    if (left_type != right_type)
        return left_type < right_type ? -1 : 1;
    return strcmp(left->policy_type, right->policy_type);
}

static void
domain_clear(TrendDomain *domain)
{
    for (guint i = 0; i < domain->series->len; i++)
        g_array_unref(g_array_index(domain->series, TrendSeries, i).days);
    g_array_unref(domain->series);
}

Trend *
trend_make(Store *store, const StoreQuery *query, GError **error)
{
    g_autoptr(Trend) trend = g_new0(Trend, 1);
    trend->domains = g_array_new(FALSE, TRUE, sizeof(TrendDomain));
    trend->strings = g_string_chunk_new(1024);
    if (!store_each_total(store, query, take_total, trend, error))
        return NULL;
    for (guint i = 0; i < trend->domains->len; i++) {
        GArray *all = g_array_index(trend->domains, TrendDomain, i).series;
        for (guint j = 0; j < all->len; j++)
            trend_merge_days(g_array_index(all, TrendSeries, j).days);
        g_array_sort(all, by_policy_type);
    }
    return g_steal_pointer(&trend);
}

void
trend_keep(Trend *trend, const char *const *domains)
{
    guint kept = 0;
    for (guint i = 0; i < trend->domains->len; i++) {
        TrendDomain *domain = &g_array_index(trend->domains, TrendDomain, i);
        if (g_strv_contains(domains, domain->domain))
            g_array_index(trend->domains, TrendDomain, kept++) = *domain;
        else
            domain_clear(domain);
    }
    g_array_set_size(trend->domains, kept);
}

void
trend_free(Trend *trend)
{
    if (trend == NULL)
        return;
    for (guint i = 0; i < trend->domains->len; i++)
        domain_clear(&g_array_index(trend->domains, TrendDomain, i));
    g_array_unref(trend->domains);
    g_string_chunk_free(trend->strings);
    g_free(trend);
}

const TrendDomain *
trend_domain(const Trend *trend, const char *domain)
{
    for (guint i = 0; i < trend->domains->len; i++) {
        const TrendDomain *each = &g_array_index(trend->domains, TrendDomain, i);
        if (strcmp(each->domain, domain) == 0)
            return each;
    }
    return NULL;
}
