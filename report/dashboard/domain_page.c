/* domain_page.c: one domain: the verdict and what led to it, what fails, at which MX, for whom. */
#include <string.h>

#include "report/dashboard/failure_table.h"
#include "report/dashboard/live_part.h"
#include "report/dashboard/problem_list.h"
#include "report/dashboard/trend_chart.h"
#include "report/json_parts.h"
#include "report/networks.h"
#include "report/overview.h"
#include "report/render_json_review.h"
#include "report/review.h"
#include "schema/day.h"

typedef struct {
    const char *name;
    Evidence *evidence;
    Readiness *readiness;
    NextStep *step;
    Stage stage;
    guint stage_days;
    KeptLook *look; /* NULL: none was kept */
    Review *review;
    const ReviewDomain *domain; /* NULL: no report in the period passes the filters */
} DomainView;

static void
view_clear(DomainView *view)
{
    next_step_free(view->step);
    readiness_free(view->readiness);
    evidence_free(view->evidence);
    kept_look_free(view->look);
    review_free(view->review);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DomainView, view_clear)

/* What the reports of the period say. Without the database of networks where that cannot be read:
 * config check tells so. */
static Review *
read_review(Page *page, GError **error)
{
    g_autoptr(GError) problem = NULL;
    ReviewRequest request = {
        .parts = REVIEW_PROBLEMS | REVIEW_TREND,
        .today = page->request->today,
        .rules = page->context->rules,
        .addresses = TRUE,
        .as_database = page->context->as_database,
    };
    filter_query(&page->filter, &request.summary.query);
    Review *review = review_make(page->store, &request, &problem);
    if (review == NULL && problem->domain == NETWORK_ERROR) {
        request.as_database = NULL;
        return review_make(page->store, &request, error);
    }
    if (review == NULL)
        g_propagate_error(error, g_steal_pointer(&problem));
    return review;
}

static gboolean
read_view(Page *page, DomainView *view, GError **error)
{
    const ReadinessRules *rules = page->context->rules;
    gint32 today = page->request->today;
    view->name = page->filter.domain;
    view->evidence =
        evidence_read(page->store, view->name, today, READINESS_HISTORY_DAYS + rules->days, error);
    if (view->evidence == NULL)
        return FALSE;
    view->readiness = readiness_weigh(view->evidence, rules);
    view->step = next_step_of(view->readiness, today);
    view->stage = stage_of(view->evidence, rules, view->readiness, &view->stage_days);
    if (!kept_look_read(page->store, view->name, LIVE_PART_HISTORY, &view->look, error))
        return FALSE;
    view->review = read_review(page, error);
    if (view->review != NULL && view->review->domains->len > 0)
        view->domain = &g_array_index(view->review->domains, ReviewDomain, 0);
    return view->review != NULL;
}

/* ---- HTML ---------------------------------------------------------------------------------- */

static const char *
gate_kind(GateState state)
{
    static const char *const kinds[] = {
        [GATE_PASS] = "good", [GATE_WARN] = "warn", [GATE_UNKNOWN] = "idle", [GATE_FAIL] = "bad"};
    return kinds[state];
}

static void
put_gate(Page *page, const Gate *gate)
{
    GString *out = page->out;
    g_string_append(out, "<li><p>");
    page_badge(page, gate_kind(gate->state), gate_state_name(gate->state));
    g_string_append_c(out, ' ');
    html_element(out, "b", NULL, gate->name);
    g_string_append_c(out, ' ');
    html_text(out, gate->why);
    g_string_append(out, "</p>");
    if (gate->evidence->len > 0) {
        g_string_append(out, "<ul class=\"evidence\">");
        for (guint i = 0; i < gate->evidence->len; i++)
            html_element(out, "li", NULL, g_ptr_array_index(gate->evidence, i));
        g_string_append(out, "</ul>");
    }
    if (gate->fix != NULL) {
        g_string_append(out, "<p class=\"fix\">");
        html_element(out, "b", NULL, "To do:");
        g_string_append_c(out, ' ');
        html_text(out, gate->fix);
        g_string_append(out, "</p>");
    }
    g_string_append(out, "</li>\n");
}

static void
put_verdict(Page *page, const DomainView *view)
{
    const Readiness *readiness = view->readiness;
    GString *out = page->out;
    g_autofree char *since = day_format(readiness->since);
    g_autofree char *until = day_format(readiness->until);
    g_string_append(out, "<p class=\"verdict\">");
    page_badge(page, page_verdict_kind(readiness->verdict), verdict_name(readiness->verdict));
    html_printf(out, " %s", stage_name(view->stage));
    if (view->stage != STAGE_NO_REPORTS)
        html_printf(out, " for %u day%s", view->stage_days, view->stage_days == 1 ? "" : "s");
    /* The page may show other days. */
    html_printf(out, "; the days %s to %s decide", since, until);
    g_string_append(out, "</p>\n");
}

static void
put_gates(Page *page, const DomainView *view)
{
    const Readiness *readiness = view->readiness;
    g_autofree char *since = day_format(readiness->since);
    g_autofree char *until = day_format(readiness->until);
    page_section(page, "gates", "May MTA-STS switch to enforce?");
    page_note(page, "By the reports of %s to %s.", since, until);
    g_string_append(page->out, "<ul class=\"gates\">\n");
    for (guint i = 0; i < readiness->gates->len; i++)
        put_gate(page, g_ptr_array_index(readiness->gates, i));
    g_string_append(page->out, "</ul>\n");
    for (guint i = 0; i < readiness->notes->len; i++)
        page_note(page, "%s", (const char *)g_ptr_array_index(readiness->notes, i));
    page_section_end(page);
}

static void
put_step(Page *page, const NextStep *step)
{
    GString *out = page->out;
    page_section(page, "next", "Next step");
    html_element(out, "p", NULL, step->advice);
    if (step->policy != NULL) {
        html_open(out, "pre", "tabindex", "0", "aria-label", "Policy file", NULL);
        html_text(out, step->policy);
        html_close(out, "pre");
        html_open(out, "pre", "tabindex", "0", "aria-label", "TXT record", NULL);
        html_text(out, step->record);
        html_close(out, "pre");
    }
    page_section_end(page);
}

static void
put_reported(Page *page, const DomainView *view)
{
    if (view->domain == NULL) {
        page_section(page, "failures", "What fails");
        page_note(page, "No report of this period passes the filters.");
        page_section_end(page);
        return;
    }
    const SummaryDomain *summary = view->domain->summary;
    page_section(page, "trend", "Sessions and failures");
    trend_charts(page, view->domain->trend);
    total_table(page, summary, "total-table");
    page_section_end(page);
    page_section(page, "failures", "What fails, and why");
    problem_list(page, view->domain->problems, view->evidence);
    page_section_end(page);
}

static void
put_tables(Page *page, const DomainView *view)
{
    const SummaryDomain *summary = view->domain->summary;
    notice_list(page, view->domain->notices);
    if (summary->failures->len > 0) {
        page_section(page, "hosts", "MX hosts");
        host_table(page, summary, "host-table");
        page_section_end(page);
    }
    page_section(page, "senders", "Senders");
    sender_table(page, summary, "sender-table");
    page_section_end(page);
    if (summary->failures->len > 0) {
        page_section(page, "groups", "Failures one by one");
        failure_table(page, summary, "failure-table");
        page_section_end(page);
    }
}

static void
put_view(Page *page, const DomainView *view)
{
    page_begin(page, view->name);
    put_verdict(page, view);
    put_reported(page, view);
    put_gates(page, view);
    live_section(page, view->name, view->look);
    put_step(page, view->step);
    if (view->domain != NULL)
        put_tables(page, view);
    g_string_append(page->out, "<p>");
    page_anchor(page, filter_link(&page->filter, page->context->prefix, "/reports", NULL), NULL,
                "The reports behind these figures");
    g_string_append(page->out, "</p>\n");
    page_end(page);
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static void
view_to_json(Page *page, const DomainView *view)
{
    JsonWriter writer;
    json_t *root = page_json(page, "domain");
    ReadyPage ready = {view->readiness, view->step, NULL};
    json_object_set_new(root, "domain", json_string(view->name));
    json_object_set_new(root, "stage", json_string(stage_name(view->stage)));
    json_object_set_new(root, "days", json_integer(view->stage_days));
    json_object_set_new(root, "ready", json_part_ready(&ready));
    json_object_set_new(root, "live",
                        view->look != NULL ? kept_look_to_json(view->look) : json_null());
    json_writer_begin(&writer, page->out);
    json_writer_members(&writer, root);
    if (view->domain != NULL) {
        json_writer_object(&writer, "summary");
        json_part_domain(&writer, view->domain->summary);
        render_json_domain_parts(view->review, view->domain, &writer);
        json_writer_end(&writer);
    } else {
        json_writer_put(&writer, "summary", json_null());
    }
    json_writer_end(&writer);
}

/* A domain that is neither ours nor in the store is none; one whose reports are all old is. */
static gboolean
is_known(Page *page, const DomainView *view, gboolean *ret_known, GError **error)
{
    const DashboardContext *context = page->context;
    *ret_known =
        view->domain != NULL || view->evidence->totals->len > 0 || page->request->domains != NULL;
    if (*ret_known)
        return TRUE;
    g_autoptr(GPtrArray) all =
        overview_cache_domains(context->cache, page->store, context->accept, NULL, error);
    if (all == NULL)
        return FALSE;
    *ret_known = g_ptr_array_find_with_equal_func(all, view->name, g_str_equal, NULL);
    return TRUE;
}

gboolean
domain_page(Page *page, GError **error)
{
    g_auto(DomainView) view = {0};
    if (page->filter.domain == NULL) {
        page_missing(page, "Which domain? The overview has them all.");
        return TRUE;
    }
    gboolean known;
    if (!read_view(page, &view, error) || !is_known(page, &view, &known, error))
        return FALSE;
    if (!known)
        page_missing(page, "There is no such domain here.");
    else if (page->json)
        view_to_json(page, &view);
    else
        put_view(page, &view);
    return TRUE;
}
