/* overview_page.c: which domain is in which stage, what fails, is it new. */
#include <string.h>

#include "report/dashboard/live_part.h"
#include "report/dashboard/trend_chart.h"
#include "report/json_writer.h"
#include "report/overview_cache.h"
#include "report/summary.h"
#include "report/text_table.h"
#include "schema/day.h"

/* Failures of one domain that the page names; the page of the domain has them all. */
#define FAILURES_SHOWN 3

typedef struct {
    OverviewDomain *domain;
    KeptLook *look;                     /* NULL: none was kept */
    gint64 successful, failed, reports; /* in the period, of the policy type that is looked at */
} Line;

typedef struct {
    GArray *lines; /* of Line: what needs somebody first */
    const char *policy_type;
    gint64 quarantined;
    Trend *trend;
} Board;

static void
line_clear(gpointer data)
{
    Line *line = data;
    overview_domain_free(line->domain);
    kept_look_free(line->look);
}

/* How much a domain needs somebody; less is more. */
static int
urgency(const OverviewDomain *domain)
{
    static const int ranks[] = {
        [VERDICT_NOT_READY] = 1, [VERDICT_WARNINGS] = 2,  [VERDICT_NO_DATA] = 3,
        [VERDICT_READY] = 4,     [VERDICT_ENFORCING] = 5,
    };
    if (domain->stage == STAGE_ENFORCING && domain->verdict == VERDICT_NOT_READY)
        return 0; /* mail is being held back */
    return ranks[domain->verdict];
}

static int
by_urgency(gconstpointer a, gconstpointer b)
{
    const Line *x = a, *y = b;
    int order = urgency(x->domain) - urgency(y->domain);
    if (order != 0)
        return order;
    if (x->failed != y->failed)
        return x->failed < y->failed ? 1 : -1;
    return strcmp(x->domain->domain, y->domain->domain);
}

static void
add_totals(const Summary *summary, Board *board)
{
    g_autoptr(GHashTable) lines = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < board->lines->len; i++) {
        Line *line = &g_array_index(board->lines, Line, i);
        g_hash_table_insert(lines, line->domain->domain, line);
    }
    for (guint i = 0; i < summary->domains->len; i++) {
        const SummaryDomain *domain = &g_array_index(summary->domains, SummaryDomain, i);
        Line *line = g_hash_table_lookup(lines, domain->domain);
        for (guint j = 0; line != NULL && j < domain->totals->len; j++) {
            const SummaryTotal *total = &g_array_index(domain->totals, SummaryTotal, j);
            if (strcmp(total->policy_type, board->policy_type) != 0)
                continue;
            line->successful = total->successful;
            line->failed = total->failed;
            line->reports = total->reports;
        }
    }
}

/* One line a domain, without its totals. */
static gboolean
read_lines(Page *page, Board *board, GError **error)
{
    const DashboardContext *context = page->context;
    const char *const *visible = page->request->domains;
    g_autoptr(GPtrArray) wanted = g_ptr_array_new();
    g_autoptr(GPtrArray) names =
        overview_cache_domains(context->cache, page->store, context->accept, visible, error);
    for (guint i = 0; names != NULL && i < names->len; i++) {
        char *name = g_ptr_array_index(names, i);
        if (page->filter.domain == NULL || strcmp(page->filter.domain, name) == 0)
            g_ptr_array_add(wanted, name);
    }
    gboolean are_all = visible == NULL && page->filter.domain == NULL;
    g_autoptr(GPtrArray) domains =
        names == NULL ? NULL
                      : overview_cache_several(context->cache, page->store, wanted, are_all,
                                               page->request->today, context->rules, error);
    if (domains == NULL)
        return FALSE;
    for (guint i = 0; i < domains->len; i++) {
        Line line = {.domain = overview_domain_ref(g_ptr_array_index(domains, i))};
        gboolean ok = kept_look_read(page->store, line.domain->domain, 1, &line.look, error);
        g_array_append_val(board->lines, line);
        if (!ok)
            return FALSE;
    }
    return TRUE;
}

static gboolean
read_board(Page *page, Board *board, GError **error)
{
    SummaryRequest request = {.only_totals = TRUE};
    if (!read_lines(page, board, error))
        return FALSE;
    filter_query(&page->filter, &request.query);
    g_autoptr(Summary) summary = summary_make(page->store, &request, error);
    if (summary == NULL)
        return FALSE;
    board->quarantined = summary->quarantined;
    add_totals(summary, board);
    board->trend = trend_make(page->store, &request.query, error);
    if (board->trend == NULL)
        return FALSE;
    if (page->request->domains != NULL)
        trend_keep(board->trend, page->request->domains);
    g_array_sort(board->lines, by_urgency);
    return TRUE;
}

/* ---- HTML ---------------------------------------------------------------------------------- */

static void
put_stages(Page *page, const Board *board)
{
    GString *out = page->out;
    html_open(out, "ol", "class", "stages", "aria-label", "Domains by stage", NULL);
    for (Stage stage = STAGE_NO_REPORTS; stage <= STAGE_ENFORCING; stage++) {
        guint n = 0;
        for (guint i = 0; i < board->lines->len; i++)
            n += g_array_index(board->lines, Line, i).domain->stage == stage ? 1 : 0;
        g_autofree char *number = g_strdup_printf("%u", n);
        html_open(out, "li", "class", n == 0 ? "none" : NULL, NULL);
        html_element(out, "b", NULL, number);
        g_string_append_c(out, ' ');
        html_text(out, stage_name(stage));
        g_string_append(out, "</li>");
    }
    g_string_append(out, "</ol>\n");
}

/* Where the domain is on the way, as bars that are filled; the text beside says it. */
static void
put_steps(Page *page, const OverviewDomain *domain)
{
    GString *out = page->out;
    html_open(out, "span", "class", "steps", "aria-hidden", "true", NULL);
    for (Stage stage = STAGE_REPORTING; stage <= STAGE_ENFORCING; stage++)
        html_element(out, "i", stage <= domain->stage ? "on" : NULL, "");
    g_string_append(out, "</span> ");
    html_text(out, stage_name(domain->stage));
    if (domain->stage != STAGE_NO_REPORTS)
        html_printf(out, " · %u day%s", domain->stage_days, domain->stage_days == 1 ? "" : "s");
}

static void
put_failure(Page *page, const OverviewDomain *domain, const OverviewFailure *failure)
{
    GString *out = page->out;
    g_autofree char *first = day_format(failure->first_day);
    g_autofree char *last = day_format(failure->last_day);
    g_autofree char *sessions = count_text(failure->sessions);
    char *link =
        filter_link(&page->filter, page->context->prefix, "/domain", "domain", domain->domain, "mx",
                    failure->mx, "result", failure->result_type, NULL);
    g_autofree char *what = failure->mx != NULL
                                ? g_strdup_printf("%s at %s", failure->result_type, failure->mx)
                                : g_strdup(failure->result_type);
    g_string_append(out, "<li>");
    if (failure->ended)
        page_badge(page, "idle", "ended");
    else if (failure->is_new)
        page_badge(page, "bad", "new");
    else
        page_badge(page, page_effect_kind(failure->effect), "going on");
    g_string_append_c(out, ' ');
    page_anchor(page, link, NULL, what);
    html_printf(out, " %s session%s, %u sender%s, ", sessions, failure->sessions == 1 ? "" : "s",
                failure->senders, failure->senders == 1 ? "" : "s");
    if (failure->first_day == failure->last_day)
        html_text(out, "on ");
    else if (!failure->ended)
        html_text(out, "since ");
    html_element(out, "time", NULL, first);
    if (failure->first_day != failure->last_day && failure->ended) {
        html_text(out, " to ");
        html_element(out, "time", NULL, last);
    }
    g_string_append(out, "</li>");
}

static void
put_failures(Page *page, const OverviewDomain *domain)
{
    GString *out = page->out;
    guint n = domain->failures->len;
    if (n == 0)
        return;
    html_open(out, "ul", "class", "fails", "aria-label", "Failures", NULL);
    for (guint i = 0; i < MIN(n, FAILURES_SHOWN); i++)
        put_failure(page, domain, &g_array_index(domain->failures, OverviewFailure, i));
    if (n > FAILURES_SHOWN) {
        g_autofree char *more = g_strdup_printf("%u more", n - FAILURES_SHOWN);
        g_string_append(out, "<li>");
        page_anchor(page,
                    filter_link(&page->filter, page->context->prefix, "/domain", "domain",
                                domain->domain, NULL),
                    NULL, more);
        g_string_append(out, "</li>");
    }
    g_string_append(out, "</ul>");
}

static void
put_figures(Page *page, const Line *line)
{
    GString *out = page->out;
    gint64 all = sessions_plus(line->successful, line->failed);
    g_autofree char *sessions = count_text(all);
    g_autofree char *failed = count_text(line->failed);
    g_autofree char *rate = text_percent(line->failed, all);
    g_string_append(out, "<dl class=\"figures\"><div><dt>sessions</dt>");
    html_element(out, "dd", NULL, sessions);
    g_string_append(out, "</div><div><dt>failed</dt>");
    html_open(out, "dd", "class", line->failed > 0 ? "some" : NULL, NULL);
    html_text(out, failed);
    g_string_append(out, "</dd></div><div><dt>rate</dt>");
    html_element(out, "dd", NULL, rate);
    g_string_append(out, "</div></dl>");
}

static void
put_line(Page *page, const Line *line)
{
    GString *out = page->out;
    const OverviewDomain *domain = line->domain;
    g_string_append(out, "<li class=\"domain\"><div class=\"who\"><h3>");
    page_anchor(page,
                filter_link(&page->filter, page->context->prefix, "/domain", "domain",
                            domain->domain, NULL),
                NULL, domain->domain);
    g_string_append(out, "</h3><p class=\"stage\">");
    put_steps(page, domain);
    g_string_append(out, "</p></div><div class=\"what\"><p>");
    page_badge(page, page_verdict_kind(domain->verdict), verdict_name(domain->verdict));
    if (domain->why != NULL) {
        g_string_append_c(out, ' ');
        html_text(out, domain->why);
    }
    g_string_append(out, "</p>");
    put_failures(page, domain);
    live_line(page, line->look);
    g_string_append(out, "</div>");
    put_figures(page, line);
    g_string_append(out, "</li>\n");
}

static void
put_domains(Page *page, const Board *board)
{
    page_section(page, "domains", "Domains");
    if (board->lines->len == 0)
        page_note(page, "There are no reports yet. When the first one comes in, its domain appears "
                        "here.");
    else
        page_note(page,
                  "Verdict and failures: the last %u closed days. Sessions: the period above, "
                  "policy type %s.",
                  page->context->rules->days, board->policy_type);
    g_string_append(page->out, "<ul class=\"domains\">\n");
    for (guint i = 0; i < board->lines->len; i++)
        put_line(page, &g_array_index(board->lines, Line, i));
    g_string_append(page->out, "</ul>\n");
    page_section_end(page);
}

static void
put_quarantined(Page *page, const Board *board)
{
    if (page->request->domains != NULL || board->quarantined == 0)
        return;
    g_autofree char *number = count_text(board->quarantined);
    g_autofree char *text = g_strdup_printf("%s %s that could not be counted", number,
                                            board->quarantined == 1 ? "input" : "inputs");
    g_string_append(page->out, "<p>");
    page_anchor(page, filter_link(&page->filter, page->context->prefix, "/quarantine", NULL), NULL,
                text);
    g_string_append(page->out, " in quarantine.</p>\n");
}

static void
put_board(Page *page, const Board *board)
{
    page_begin(page, "Overview");
    put_stages(page, board);
    put_domains(page, board);
    if (board->trend->domains->len > 0) {
        page_section(page, "trend", "Sessions and failures");
        trend_chart_all(page, board->trend, board->policy_type);
        page_section_end(page);
    }
    put_quarantined(page, board);
    page_end(page);
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static json_t *
failures_to_json(const GArray *failures)
{
    json_t *array = json_array();
    for (guint i = 0; i < failures->len; i++) {
        const OverviewFailure *failure = &g_array_index(failures, OverviewFailure, i);
        json_array_append_new(
            array, json_pack("{s:o, s:s, s:s, s:I, s:i, s:o, s:o, s:b, s:b}", "mx",
                             json_value_text(failure->mx), "result_type", failure->result_type,
                             "effect", effect_name(failure->effect), "sessions",
                             (json_int_t)failure->sessions, "senders", (int)failure->senders,
                             "first_day", json_value_day(failure->first_day), "last_day",
                             json_value_day(failure->last_day), "new", (int)failure->is_new,
                             "ended", (int)failure->ended));
    }
    return array;
}

static json_t *
line_to_json(const Line *line)
{
    const OverviewDomain *domain = line->domain;
    return json_pack(
        "{s:s, s:s, s:i, s:s, s:o, s:o, s:I, s:I, s:I, s:o, s:o}", "domain", domain->domain,
        "stage", stage_name(domain->stage), "days", (int)domain->stage_days, "verdict",
        verdict_name(domain->verdict), "why", json_value_text(domain->why), "newest_day",
        domain->newest_day == G_MININT32 ? json_null() : json_value_day(domain->newest_day),
        "reports", (json_int_t)line->reports, "successful_sessions", (json_int_t)line->successful,
        "failed_sessions", (json_int_t)line->failed, "failures", failures_to_json(domain->failures),
        "live", line->look != NULL ? kept_look_to_json(line->look) : json_null());
}

static void
board_to_json(Page *page, const Board *board)
{
    JsonWriter writer;
    json_writer_begin(&writer, page->out);
    json_writer_members(&writer, page_json(page, "overview"));
    json_writer_put(&writer, "policy_type", json_string(board->policy_type));
    json_writer_array(&writer, "domains");
    for (guint i = 0; i < board->lines->len; i++)
        json_writer_put(&writer, NULL, line_to_json(&g_array_index(board->lines, Line, i)));
    json_writer_end(&writer);
    json_writer_put(&writer, "days", trend_all_to_json(board->trend, board->policy_type));
    if (page->request->domains == NULL)
        json_writer_put(&writer, "quarantined", json_integer(board->quarantined));
    json_writer_end(&writer);
}

gboolean
overview_page(Page *page, GError **error)
{
    Board board = {
        .lines = g_array_new(FALSE, TRUE, sizeof(Line)),
        .policy_type = page->filter.policy_type != NULL ? page->filter.policy_type : "sts",
    };
    g_array_set_clear_func(board.lines, line_clear);
    gboolean ok = read_board(page, &board, error);
    if (ok && page->json)
        board_to_json(page, &board);
    else if (ok)
        put_board(page, &board);
    g_array_unref(board.lines);
    trend_free(board.trend);
    return ok;
}
