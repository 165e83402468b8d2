/* report: the summary. */
#include <sysexits.h>

#include "cli/options.h"
#include "cli/say.h"
#include "report/render.h"

int
cmd_report(App *app, int argc, char **argv)
{
    FilterOptions filter = {0};
    g_autofree char *format_name = NULL;
    gboolean json = FALSE, only_failures = FALSE;
    const GOptionEntry entries[] = {
        {"domain", 0, 0, G_OPTION_ARG_STRING, &filter.domain, "Only this policy domain", "DOMAIN"},
        {"since", 0, 0, G_OPTION_ARG_STRING, &filter.since,
         "First UTC day (or 7d: the last 7 days)", "DAY"},
        {"until", 0, 0, G_OPTION_ARG_STRING, &filter.until, "Last UTC day", "DAY"},
        {"sender", 0, 0, G_OPTION_ARG_STRING, &filter.sender, "Only this sender", "NAME"},
        {"mx", 0, 0, G_OPTION_ARG_STRING, &filter.mx, "Only failures at this MX", "HOST"},
        {"result", 0, 0, G_OPTION_ARG_STRING, &filter.result, "Only failures of this result type",
         "TYPE"},
        {"policy-type", 0, 0, G_OPTION_ARG_STRING, &filter.policy_type,
         "Only sts, tlsa or no-policy-found", "TYPE"},
        {"only-failures", 0, 0, G_OPTION_ARG_NONE, &only_failures,
         "Leave out domains and senders without failed sessions", NULL},
        {"format", 0, 0, G_OPTION_ARG_STRING, &format_name, "text (default) or json", "FORMAT"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "The same as --format json", NULL},
        {0},
    };
    g_autoptr(GStringChunk) strings = g_string_chunk_new(256);
    SummaryRequest request = {0};
    int status = options_parse("report", entries, &argc, &argv);
    const RenderFormat *format = NULL;
    if (status < 0 && argc > 1)
        status = options_usage("report", "unexpected argument \"%s\"", argv[1]);
    if (status < 0) {
        const char *name = format_name != NULL ? format_name : json ? "json" : "text";
        g_autofree char *names = render_format_names();
        format = render_format(name);
        if (format == NULL)
            status = options_usage("report", "--format: expected one of %s", names);
    }
    if (status < 0)
        status = options_filter("report", &filter, &request.query, strings);
    if (status < 0)
        status = command_open_store(app);
    if (status < 0) {
        request.only_failures = only_failures;
        g_autoptr(GError) error = NULL;
        g_autoptr(Summary) summary = summary_make(app->store, &request, &error);
        if (summary == NULL) {
            say(SAY_ERROR, "%s", error->message);
            status = options_store_exit(error);
        } else {
            g_autoptr(GString) out = g_string_new(NULL);
            RenderStyle style = {.colour = say_colour()};
            format->render(summary, &style, out);
            status = say_output(out->str, (gssize)out->len) ? EX_OK : EX_IOERR;
        }
    }
    options_filter_clear(&filter);
    return status;
}
