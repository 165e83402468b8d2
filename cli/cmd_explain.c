/* explain: what stands behind the failures, and what to do. */
#include <sysexits.h>

#include "cli/options.h"
#include "cli/say.h"
#include "report/problem_view.h"
#include "schema/domain_name.h"

typedef struct {
    SummaryRequest request;
    gboolean addresses, json;
} ExplainCommand;

static void
page_clear(gpointer data)
{
    ExplainPage *page = data;
    if (page->problems != NULL)
        g_ptr_array_unref(page->problems);
    if (page->notices != NULL)
        g_ptr_array_unref(page->notices);
}

static gboolean
explain_domain(App *app, const ExplainCommand *command, const Summary *summary,
               const SummaryDomain *domain, GArray *pages, GError **error)
{
    ExplainOptions options = {&command->request.query, command->addresses,
                              app->config->as_database};
    ExplainPage page = {.domain = domain->domain};
    for (guint i = 0; i < domain->totals->len; i++)
        page.failed =
            sessions_plus(page.failed, g_array_index(domain->totals, SummaryTotal, i).failed);
    g_autoptr(Evidence) evidence = explain_evidence(app->store, summary, domain, error);
    if (evidence == NULL)
        return FALSE;
    page.notices = explain_notices(evidence, options.query, app->config->readiness.silence_days);
    page.problems = explain_problems(app->store, evidence, summary, domain, &options, error);
    g_array_append_val(pages, page);
    return page.problems != NULL;
}

static int
print(const ExplainCommand *command, const Summary *summary, const GArray *pages)
{
    g_autoptr(GString) out = g_string_new(NULL);
    RenderStyle style = {.colour = say_colour()};
    if (command->json) {
        render_explain_json(pages, summary, out);
    } else if (pages->len == 0) {
        g_string_append(out, "no reports on that in the period\n");
    }
    for (guint i = 0; i < pages->len && !command->json; i++) {
        g_string_append(out, i > 0 ? "\n" : "");
        render_explain_text(&g_array_index(pages, ExplainPage, i), summary, &style, out);
    }
    return say_output(out->str, (gssize)out->len) ? EX_OK : EX_IOERR;
}

static int
run(App *app, ExplainCommand *command)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) pages = g_array_new(FALSE, TRUE, sizeof(ExplainPage));
    g_array_set_clear_func(pages, page_clear);
    g_autoptr(Summary) summary = summary_make(app->store, &command->request, &error);
    gboolean ok = summary != NULL;
    for (guint i = 0; ok && i < summary->domains->len; i++)
        ok = explain_domain(app, command, summary,
                            &g_array_index(summary->domains, SummaryDomain, i), pages, &error);
    if (ok)
        return print(command, summary, pages);
    say(SAY_ERROR, "%s", error->message);
    return error->domain == STORE_ERROR ? options_store_exit(error) : EX_UNAVAILABLE;
}

int
cmd_explain(App *app, int argc, char **argv)
{
    FilterOptions filter = {0};
    const gint32 today = options_today();
    ExplainCommand command = {.addresses = TRUE};
    const GOptionEntry entries[] = {
        {"since", 0, 0, G_OPTION_ARG_STRING, &filter.since,
         "First UTC day (or 7d: the last 7 days)", "DAY"},
        {"until", 0, 0, G_OPTION_ARG_STRING, &filter.until, "Last UTC day", "DAY"},
        {"sender", 0, 0, G_OPTION_ARG_STRING, &filter.sender, "Only what this sender meets",
         "NAME"},
        {"mx", 0, 0, G_OPTION_ARG_STRING, &filter.mx, "Only what happens at this MX", "HOST"},
        {"result", 0, 0, G_OPTION_ARG_STRING, &filter.result, "Only this result type", "TYPE"},
        {"policy-type", 0, 0, G_OPTION_ARG_STRING, &filter.policy_type,
         "Only sts, tlsa or no-policy-found", "TYPE"},
        {"addresses", 0, 0, G_OPTION_ARG_NONE, &command.addresses,
         "Tell the networks, out of the raw reports (default)", NULL},
        {"no-addresses", 0, G_OPTION_FLAG_REVERSE, G_OPTION_ARG_NONE, &command.addresses,
         "Leave the networks out", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &command.json, "Print JSON", NULL},
        {0},
    };
    g_autoptr(GStringChunk) strings = g_string_chunk_new(256);
    int status = options_parse("explain", entries, &argc, &argv);
    if (status < 0 && argc != 2)
        status = options_usage("explain", "expected one domain");
    if (status < 0) {
        filter.domain = domain_name_normalise(argv[1], -1, FALSE, NULL);
        if (filter.domain == NULL)
            status = options_usage("explain", "\"%s\" is not a domain name", argv[1]);
    }
    if (status < 0)
        status = options_filter("explain", &filter, today, &command.request.query, strings);
    if (status < 0)
        options_end_today(&filter, today, &command.request.query);
    if (status < 0)
        status = command_open_store(app);
    if (status < 0)
        status = run(app, &command);
    options_filter_clear(&filter);
    return status;
}
