/* report: the summary, and what people decide by. */
#include <string.h>
#include <sysexits.h>

#include "cli/options.h"
#include "cli/report_mail.h"
#include "cli/say.h"
#include "report/render.h"
#include "report/week.h"

#define DAYS_OF_WEEK 7

typedef struct {
    FilterOptions filter;
    char *format, *week, *by, *now;
    gboolean json, only_failures, compare, matrix, conformity, quality, quiet, only_new, addresses;
    ReportMail mail;
} ReportOptions;

static void
options_clear(ReportOptions *options)
{
    options_filter_clear(&options->filter);
    g_free(options->format);
    g_free(options->week);
    g_free(options->by);
    g_free(options->now);
    g_free(options->mail.to);
    g_free(options->mail.from);
}

static int
parse(ReportOptions *o, int *argc, char ***argv)
{
    const GOptionEntry entries[] = {
        {"domain", 0, 0, G_OPTION_ARG_STRING, &o->filter.domain, "Only this policy domain",
         "DOMAIN"},
        {"since", 0, 0, G_OPTION_ARG_STRING, &o->filter.since,
         "First UTC day (or 7d: the last 7 days)", "DAY"},
        {"until", 0, 0, G_OPTION_ARG_STRING, &o->filter.until, "Last UTC day", "DAY"},
        {"week", 0, 0, G_OPTION_ARG_STRING, &o->week,
         "An ISO week (2026-W47; without one the last that is over), compared with the one before",
         "[WEEK]"},
        {"compare", 0, 0, G_OPTION_ARG_NONE, &o->compare, "Compare with the period before", NULL},
        {"only-new", 0, 0, G_OPTION_ARG_NONE, &o->only_new,
         "Only failures that the period before did not have", NULL},
        {"sender", 0, 0, G_OPTION_ARG_STRING, &o->filter.sender, "Only this sender", "NAME"},
        {"mx", 0, 0, G_OPTION_ARG_STRING, &o->filter.mx, "Only failures at this MX", "HOST"},
        {"result", 0, 0, G_OPTION_ARG_STRING, &o->filter.result,
         "Only failures of this result type", "TYPE"},
        {"policy-type", 0, 0, G_OPTION_ARG_STRING, &o->filter.policy_type,
         "Only sts, tlsa or no-policy-found", "TYPE"},
        {"only-failures", 0, 0, G_OPTION_ARG_NONE, &o->only_failures,
         "Leave out domains and senders without failed sessions", NULL},
        {"quiet-if-clean", 0, 0, G_OPTION_ARG_NONE, &o->quiet,
         "Print nothing when no session failed and nobody fell silent", NULL},
        {"by", 0, 0, G_OPTION_ARG_STRING, &o->by, "day: a row a UTC day", "day"},
        {"matrix", 0, 0, G_OPTION_ARG_NONE, &o->matrix,
         "Failed sessions by sender, MX and result type", NULL},
        {"conformity", 0, 0, G_OPTION_ARG_NONE, &o->conformity,
         "How the reports of each sender depart from RFC 8460", NULL},
        {"quality", 0, 0, G_OPTION_ARG_NONE, &o->quality, "Copies, trust and days without a report",
         NULL},
        {"addresses", 0, 0, G_OPTION_ARG_NONE, &o->addresses,
         "Read the addresses of failed sessions out of the reports (slower)", NULL},
        {"now", 0, 0, G_OPTION_ARG_STRING, &o->now, "Report as on this UTC day (today)", "DAY"},
        {"format", 0, 0, G_OPTION_ARG_STRING, &o->format,
         "text (default), json, csv, markdown, html or html-mail", "FORMAT"},
        {"mail-to", 0, 0, G_OPTION_ARG_STRING, &o->mail.to,
         "Mail it, as text and HTML, and print nothing", "ADDRESS[,ADDRESS]"},
        {"mail-from", 0, 0, G_OPTION_ARG_STRING, &o->mail.from, "The sender of the mail",
         "ADDRESS"},
        {"mail", 0, 0, G_OPTION_ARG_NONE, &o->mail.configured,
         "Mail it to the addresses of [digest] mail-to", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &o->json, "The same as --format json", NULL},
        {0},
    };
    options_default_value(*argc, *argv, "--week", "last");
    int status = options_parse("report", entries, argc, argv);
    if (status < 0 && *argc > 1)
        status = options_usage("report", "unexpected argument \"%s\"", (*argv)[1]);
    return status;
}

/* The days of --week, and those that a comparison needs. -1 or an exit status. */
static int
read_period(const ReportOptions *options, ReviewRequest *request)
{
    StoreQuery *query = &request->summary.query;
    gint32 monday;
    if (options->week != NULL) {
        if (options->filter.since != NULL || options->filter.until != NULL)
            return options_usage("report", "--week does not go with --since or --until");
        if (!week_parse(options->week, request->today, &monday))
            return options_usage("report", "--week: expected a week like 2026-W47, or nothing");
        query->since_day = monday;
        query->until_day = monday + DAYS_OF_WEEK - 1;
        request->is_week = TRUE;
    }
    if (!(request->parts & REVIEW_COMPARE)) {
        options_end_today(&options->filter, request->today, query);
        return -1;
    }
    /* Days that are over, as many as a week has, unless others are asked for. */
    if (query->until_day == G_MAXINT32)
        query->until_day = MAX(request->today - 1, query->since_day);
    if (query->since_day == G_MININT32)
        query->since_day = query->until_day - DAYS_OF_WEEK + 1;
    return -1;
}

static int
read_parts(const ReportOptions *options, const RenderFormat *format, ReviewRequest *request)
{
    gboolean compares =
        options->compare || options->week != NULL || options->only_new || options->quiet;
    if (options->by != NULL && strcmp(options->by, "day") != 0)
        return options_usage("report", "--by: expected day");
    request->parts =
        format->parts | (compares ? REVIEW_COMPARE : 0) | (options->by != NULL ? REVIEW_TREND : 0) |
        (options->matrix ? REVIEW_MATRIX : 0) | (options->conformity ? REVIEW_CONFORMITY : 0) |
        (options->quality || options->week != NULL ? REVIEW_QUALITY : 0);
    if (report_mail_is_wanted(&options->mail))
        request->parts |= report_mail_parts();
    request->only_new = options->only_new;
    request->addresses = options->addresses;
    request->summary.only_failures = options->only_failures;
    return -1;
}

/* Of RenderStyle; DATA is a gboolean: FALSE once the output could not be written. */
static void
pass_on(gpointer data, GString *out)
{
    gboolean *ok = data;
    *ok = *ok && say_output(out->str, (gssize)out->len);
    g_string_truncate(out, 0);
}

static int
print(App *app, const ReportOptions *options, const RenderFormat *format,
      const ReviewRequest *request)
{
    g_autoptr(GError) error = NULL;
    int status = command_open_store(app);
    if (status >= 0)
        return status;
    g_autoptr(Review) review = review_make(app->store, request, &error);
    if (review == NULL) {
        say(SAY_ERROR, "%s", error->message);
        return error->domain == STORE_ERROR ? options_store_exit(error) : EX_UNAVAILABLE;
    }
    if (options->quiet && review->clean)
        return EX_OK;
    if (report_mail_is_wanted(&options->mail))
        return options->only_new && !review_has_news(review)
                   ? EX_OK
                   : report_mail_send(app, &options->mail, review);
    g_autoptr(GString) out = g_string_new(NULL);
    gboolean ok = TRUE;
    RenderStyle style = {.colour = say_colour(), .pass_on = pass_on, .pass_on_data = &ok};
    format->render(review, &style, out);
    pass_on(&ok, out);
    return ok ? EX_OK : EX_IOERR;
}

int
cmd_report(App *app, int argc, char **argv)
{
    ReportOptions options = {0};
    g_autoptr(GStringChunk) strings = g_string_chunk_new(256);
    ReviewRequest request = {0};
    const RenderFormat *format = NULL;
    int status = parse(&options, &argc, &argv);
    if (status < 0) {
        g_autofree char *names = render_format_names();
        format = render_format(options.format != NULL ? options.format
                               : options.json         ? "json"
                                                      : "text");
        if (format == NULL)
            status = options_usage("report", "--format: expected one of %s", names);
    }
    if (status < 0 && report_mail_is_wanted(&options.mail) &&
        (options.format != NULL || options.json))
        status = options_usage("report", "a mail is text and HTML: --format is for printing");
    if (status < 0)
        status = report_mail_check(app, &options.mail);
    if (status < 0)
        status = options_now("report", options.now, &request.today);
    if (status < 0)
        status = options_filter("report", &options.filter, request.today, &request.summary.query,
                                strings);
    if (status < 0)
        status = read_parts(&options, format, &request);
    if (status < 0)
        status = read_period(&options, &request);
    if (status < 0) {
        request.rules = &app->config->readiness;
        request.as_database = app->config->as_database;
        status = print(app, &options, format, &request);
    }
    options_clear(&options);
    return status;
}
