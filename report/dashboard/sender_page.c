/* sender_page.c: one sender: its days, its failures, what its reports depart from the RFC in. */
#include <string.h>

#include "report/conformity.h"
#include "report/dashboard/failure_table.h"
#include "report/dashboard/trend_chart.h"
#include "report/json_parts.h"
#include "schema/day.h"
#include "schema/limits.h"

/* What is said of one day, domain and policy type; all of it is the trend's. */
typedef struct {
    const ChartDay *sums;
    const char *domain, *policy_type;
} SenderDay;

typedef struct {
    Page *page;
    Summary *summary;
    Trend *trend;
    GArray *days;           /* of SenderDay, newest first */
    Conformity *conformity; /* NULL: not for who may see some domains only */
} SenderView;

static void
view_clear(SenderView *view)
{
    summary_free(view->summary);
    g_array_unref(view->days);
    trend_free(view->trend);
    conformity_free(view->conformity);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SenderView, view_clear)

static void
add_days(SenderView *view, const TrendDomain *domain, const TrendSeries *series)
{
    for (guint i = 0; i < series->days->len; i++) {
        SenderDay day = {
            .sums = &g_array_index(series->days, ChartDay, i),
            .domain = domain->domain,
            .policy_type = series->policy_type,
        };
        g_array_append_val(view->days, day);
    }
}

static int
newest_first(gconstpointer a, gconstpointer b)
{
    const SenderDay *x = a, *y = b;
    if (x->sums->day != y->sums->day)
        return x->sums->day < y->sums->day ? 1 : -1;
    int order = strcmp(x->domain, y->domain);
    return order != 0 ? order : strcmp(x->policy_type, y->policy_type);
}

static void
list_days(SenderView *view)
{
    for (guint i = 0; i < view->trend->domains->len; i++) {
        const TrendDomain *domain = &g_array_index(view->trend->domains, TrendDomain, i);
        for (guint j = 0; j < domain->series->len; j++)
            add_days(view, domain, &g_array_index(domain->series, TrendSeries, j));
    }
    g_array_sort(view->days, newest_first);
}

/* What the reports depart from the RFC in. A deviation quotes its report, which may be about
 * domains of others: so it is told only to who may see all. */
static gboolean
read_conformity(Page *page, SenderView *view, const StoreQuery *query, GError **error)
{
    if (page->request->domains != NULL)
        return TRUE;
    view->conformity = conformity_make(page->store, query, error);
    return view->conformity != NULL;
}

static gboolean
read_view(Page *page, SenderView *view, GError **error)
{
    SummaryRequest request = {0};
    filter_query(&page->filter, &request.query);
    view->summary = summary_make(page->store, &request, error);
    if (view->summary == NULL || !read_conformity(page, view, &request.query, error))
        return FALSE;
    view->trend = trend_make(page->store, &request.query, error);
    if (view->trend == NULL)
        return FALSE;
    if (page->request->domains != NULL) {
        summary_keep(view->summary, page->request->domains);
        trend_keep(view->trend, page->request->domains);
    }
    list_days(view);
    return TRUE;
}

/* ---- HTML ---------------------------------------------------------------------------------- */

static void
put_days(Page *page, const SenderView *view)
{
    static const char *const columns[] = {"Day",       "Domain",  "Policy type", "#Reports",
                                          "#Sessions", "#Failed", "#Rate",       NULL};
    guint shown = MIN(view->days->len, LIMIT_DASHBOARD_TABLE_ROWS);
    page_section(page, "days", "Days");
    table_begin(page, "day-table", "Days with a report, newest first", columns);
    for (guint i = 0; i < shown; i++) {
        const SenderDay *day = &g_array_index(view->days, SenderDay, i);
        g_autofree char *text = day_format(day->sums->day);
        table_row(page);
        table_head(page,
                   filter_link(&page->filter, page->context->prefix, "/reports", "domain",
                               day->domain, "since", text, "until", text, NULL),
                   text);
        table_text(page, day->domain);
        table_text(page, day->policy_type);
        table_sessions(page, day->sums->reports, day->sums->successful, day->sums->failed);
        table_row_end(page);
    }
    table_end(page);
    table_rest(page, shown, view->days->len);
    page_section_end(page);
}

static void
put_deviations(Page *page, const SenderView *view)
{
    static const char *const columns[] = {"Deviation",   "#Reports", "Newest",
                                          "For example", "Clause",   NULL};
    const GArray *senders = view->conformity != NULL ? conformity_senders(view->conformity) : NULL;
    guint shown = 0, all = 0;
    for (guint i = 0; senders != NULL && i < senders->len; i++)
        all += g_array_index(senders, ConformitySender, i).deviations->len;
    if (senders == NULL)
        return;
    page_section(page, "deviations", "Deviations of its reports from the RFC");
    if (all == 0) {
        page_note(page, "None in %" G_GINT64_FORMAT " reports.",
                  conformity_reports(view->conformity));
        page_section_end(page);
        return;
    }
    table_begin(page, "deviation-table", "Counted all the same", columns);
    for (guint i = 0; i < senders->len; i++) {
        const ConformitySender *sender = &g_array_index(senders, ConformitySender, i);
        for (guint j = 0; j < sender->deviations->len && shown < LIMIT_DASHBOARD_TABLE_ROWS; j++) {
            const Deviation *each = &g_array_index(sender->deviations, Deviation, j);
            g_autofree char *id = g_strdup_printf("r%" G_GINT64_FORMAT, each->newest);
            table_row(page);
            table_head(page, NULL, each->code);
            table_number(page, each->reports);
            table_link(page,
                       filter_link(&page->filter, page->context->prefix, "/report", "id", id, NULL),
                       id);
            table_text(page, each->fact);
            table_text(page, each->clause);
            table_row_end(page);
            shown++;
        }
    }
    table_end(page);
    table_rest(page, shown, all);
    page_section_end(page);
}

/* What DOMAIN has most to show of: the types of policy are not added up, as in its table. */
static gint64
most_failed(const SummaryDomain *domain)
{
    gint64 most = 0;
    for (guint i = 0; i < domain->totals->len; i++)
        most = MAX(most, g_array_index(domain->totals, SummaryTotal, i).failed);
    return most;
}

static int
most_failed_first(gconstpointer a, gconstpointer b)
{
    const SummaryDomain *const *x = a, *const *y = b;
    gint64 one = most_failed(*x), other = most_failed(*y);
    return one != other ? (one < other) - (one > other) : strcmp((*x)->domain, (*y)->domain);
}

static void
put_domain(Page *page, const SenderView *view, const SummaryDomain *domain, guint number)
{
    g_autofree char *id = g_strdup_printf("domain-%u", number);
    g_autofree char *failures = g_strdup_printf("failures-%u", number);
    g_autofree char *totals = g_strdup_printf("totals-%u", number);
    page_section(page, id, domain->domain);
    trend_charts(page, trend_domain(view->trend, domain->domain));
    total_table(page, domain, totals);
    failure_table(page, domain, failures);
    page_section_end(page);
}

static void
put_domain_row(Page *page, const SummaryDomain *domain, const SummaryTotal *total)
{
    table_row(page);
    table_head(page,
               filter_link(&page->filter, page->context->prefix, page->filter.path, "domain",
                           domain->domain, NULL),
               domain->domain);
    table_text(page, total->policy_type);
    table_sessions(page, total->reports, total->successful, total->failed);
    table_row_end(page);
}

/* The DOMAINS from number FIRST on, a row each for a type of policy. */
static void
put_other_domains(Page *page, const GPtrArray *domains, guint first)
{
    static const char *const columns[] = {"Domain",  "Policy type", "#Reports", "#Sessions",
                                          "#Failed", "#Rate",       NULL};
    guint shown = 0, all = 0;
    page_section(page, "other-domains", "Other domains");
    table_begin(page, "domain-table", "Those with fewer failed sessions", columns);
    for (guint i = first; i < domains->len; i++) {
        const SummaryDomain *domain = g_ptr_array_index(domains, i);
        all += domain->totals->len;
        for (guint j = 0; j < domain->totals->len && shown < LIMIT_DASHBOARD_TABLE_ROWS; j++) {
            put_domain_row(page, domain, &g_array_index(domain->totals, SummaryTotal, j));
            shown++;
        }
    }
    table_end(page);
    table_rest(page, shown, all);
    page_section_end(page);
}

/* Those with the most to show of first; of SummaryDomain. */
static GPtrArray *
sort_domains(const SenderView *view)
{
    const GArray *all = view->summary->domains;
    GPtrArray *domains = g_ptr_array_sized_new(all->len);
    for (guint i = 0; i < all->len; i++)
        g_ptr_array_add(domains, &g_array_index(all, SummaryDomain, i));
    g_ptr_array_sort(domains, most_failed_first);
    return domains;
}

static void
put_domains(Page *page, const SenderView *view)
{
    g_autoptr(GPtrArray) domains = sort_domains(view);
    guint whole = MIN(domains->len, LIMIT_DASHBOARD_SENDER_DOMAINS);
    for (guint i = 0; i < whole; i++)
        put_domain(page, view, g_ptr_array_index(domains, i), i);
    if (whole < domains->len)
        put_other_domains(page, domains, whole);
}

static void
put_view(Page *page, const SenderView *view)
{
    page_begin(page, page->filter.sender);
    put_domains(page, view);
    put_deviations(page, view);
    put_days(page, view);
    page_end(page);
}

/* ---- JSON ---------------------------------------------------------------------------------- */

/* Those that the page shows, by name; whole where it shows them so. */
static void
put_json_domains(const SenderView *view, JsonWriter *writer)
{
    g_autoptr(GPtrArray) sorted = sort_domains(view);
    guint shown = MIN(sorted->len, LIMIT_DASHBOARD_TABLE_ROWS);
    g_ptr_array_set_size(sorted, (gint)shown);
    json_writer_array(writer, "domains");
    for (guint i = 0, place; i < view->summary->domains->len; i++) {
        const SummaryDomain *domain = &g_array_index(view->summary->domains, SummaryDomain, i);
        if (!g_ptr_array_find(sorted, domain, &place))
            continue;
        json_writer_object(writer, NULL);
        if (place < LIMIT_DASHBOARD_SENDER_DOMAINS)
            json_part_domain(writer, domain);
        else
            json_part_domain_totals(writer, domain);
        json_writer_end(writer);
    }
    json_writer_end(writer);
    json_writer_put(writer, "domains_left_out",
                    json_integer((json_int_t)(view->summary->domains->len - shown)));
}

static void
put_json_days(const SenderView *view, JsonWriter *writer)
{
    guint shown = MIN(view->days->len, LIMIT_DASHBOARD_TABLE_ROWS);
    json_writer_array(writer, "days");
    for (guint i = 0; i < shown; i++) {
        const SenderDay *day = &g_array_index(view->days, SenderDay, i);
        const ChartDay *sums = day->sums;
        json_writer_put(writer, NULL,
                        json_pack("{s:o, s:s, s:s, s:I, s:I, s:I}", "day",
                                  json_value_day(sums->day), "domain", day->domain, "policy_type",
                                  day->policy_type, "reports", (json_int_t)sums->reports,
                                  "successful_sessions", (json_int_t)sums->successful,
                                  "failed_sessions", (json_int_t)sums->failed));
    }
    json_writer_end(writer);
    json_writer_put(writer, "days_left_out", json_integer((json_int_t)(view->days->len - shown)));
}

static void
put_json(Page *page, const SenderView *view)
{
    JsonWriter writer;
    json_writer_begin(&writer, page->out);
    json_writer_members(&writer, page_json(page, "sender"));
    json_writer_put(&writer, "sender", json_value_text(page->filter.sender));
    put_json_domains(view, &writer);
    put_json_days(view, &writer);
    if (view->conformity != NULL)
        json_writer_put(&writer, "conformity",
                        json_part_conformity(conformity_senders(view->conformity)));
    json_writer_end(&writer);
}

gboolean
sender_page(Page *page, GError **error)
{
    g_auto(SenderView) view = {
        .page = page,
        .days = g_array_new(FALSE, TRUE, sizeof(SenderDay)),
    };
    if (page->filter.sender == NULL) {
        page_missing(page, "Which sender? The page of a domain has them all.");
        return TRUE;
    }
    if (!read_view(page, &view, error))
        return FALSE;
    if (view.summary->domains->len == 0)
        page_missing(page, "This sender sent no report in this period.");
    else if (page->json)
        put_json(page, &view);
    else
        put_view(page, &view);
    return TRUE;
}
