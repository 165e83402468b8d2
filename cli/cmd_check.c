/* check: live domains as a sending server sees them. */
#include <string.h>
#include <sysexits.h>

#include "check/parallel.h"
#include "check/resolver_unbound.h"
#include "check/run_json.h"
#include "cli/check_past.h"
#include "cli/check_text.h"
#include "cli/options.h"
#include "cli/say.h"
#include "schema/day.h"
#include "schema/domain_name.h"
#include "schema/limits.h"

#define SECONDS_A_DAY 86400

typedef struct {
    gboolean json, nagios, all, keep, no_smtp, no_ipv6, no_store;
    char *resolver, *trust_anchor, *ca_file, *now, *ehlo;
    char **connect_to;
    int jobs, timeout;
} Arguments;

static void
arguments_clear(Arguments *arguments)
{
    g_free(arguments->resolver);
    g_free(arguments->trust_anchor);
    g_free(arguments->ca_file);
    g_free(arguments->now);
    g_free(arguments->ehlo);
    g_strfreev(arguments->connect_to);
}

/* ---- all domains ----------------------------------------------------------------------------- */

typedef struct {
    const CheckOptions *options;
    Resolver *resolver;
    const char *domain;
    CheckPast *past;
    CheckRun *run;
} Task;

static void
run_task(gpointer item)
{
    Task *task = item;
    task->run = check_domain(task->options, task->resolver, task->past, task->domain);
}

/* Runs of DOMAINS in their order; PASTS beside them (NULL elements where nothing is known). */
static GPtrArray *
look_at_all(const CheckOptions *options, Resolver *resolver, const GPtrArray *domains,
            const GPtrArray *pasts, guint jobs)
{
    GPtrArray *runs = g_ptr_array_new_with_free_func((GDestroyNotify)check_run_free);
    g_autofree Task *tasks = g_new0(Task, domains->len);
    for (guint i = 0; i < domains->len; i++) {
        tasks[i] = (Task){options, resolver, g_ptr_array_index(domains, i),
                          g_ptr_array_index(pasts, i), NULL};
    }
    parallel_run(run_task, tasks, domains->len, sizeof *tasks, jobs);
    for (guint i = 0; i < domains->len; i++)
        g_ptr_array_add(runs, tasks[i].run);
    check_runs_settle(runs);
    return runs;
}

/* ---- the store ------------------------------------------------------------------------------- */

/* Opens the store where there is one; without --keep its absence is no fault. -1 to go on. */
static int
open_store(App *app, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    if (arguments->no_store)
        return -1;
    app->store = store_open(app->store_uri, arguments->keep ? STORE_WRITE : STORE_READ,
                            LIMIT_LOCK_WAIT_MS, &error);
    if (app->store != NULL)
        return -1;
    if (arguments->keep) {
        say(SAY_ERROR, "%s", error->message);
        return options_store_exit(error);
    }
    if (!g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND))
        say(SAY_WARNING, "looking without history: %s", error->message);
    return -1;
}

static GPtrArray *
read_pasts(App *app, const GPtrArray *domains)
{
    GPtrArray *pasts = g_ptr_array_new_with_free_func((GDestroyNotify)check_past_free);
    for (guint i = 0; i < domains->len; i++) {
        g_autoptr(GError) error = NULL;
        CheckPast *past = NULL;
        if (app->store != NULL) {
            past = check_past_read(app->store, g_ptr_array_index(domains, i),
                                   app->config->check_quiet_days, &error);
            if (past == NULL)
                say(SAY_WARNING, "looking without history: %s", error->message);
        }
        g_ptr_array_add(pasts, past);
    }
    return pasts;
}

/* ---- output ---------------------------------------------------------------------------------- */

static int
print(const Arguments *arguments, const GPtrArray *runs, gint64 now)
{
    g_autoptr(GString) out = g_string_new(NULL);
    CheckSeverity worst = CHECK_OK;
    CheckTextStyle style = {.colour = say_colour()};
    for (guint i = 0; i < runs->len; i++) {
        worst = MAX(worst, check_run_worst(g_ptr_array_index(runs, i)));
        if (arguments->json || arguments->nagios)
            continue;
        g_string_append(out, i > 0 ? "\n" : "");
        check_text(g_ptr_array_index(runs, i), &style, out);
    }
    if (arguments->json) {
        g_autofree char *json = runs_json(runs, now);
        g_string_append(out, json);
    } else if (arguments->nagios) {
        check_text_nagios(runs, out);
    }
    return say_output(out->str, (gssize)out->len) ? check_exit(worst) : EX_IOERR;
}

static int
run(App *app, const Arguments *arguments, const CheckOptions *options, const GPtrArray *domains)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Resolver) resolver = resolver_unbound_new(options, &error);
    if (resolver == NULL) {
        say(SAY_ERROR, "%s", error->message);
        return g_error_matches(error, CHECK_FAULT, CHECK_FAULT_UNAVAILABLE) ? EX_UNAVAILABLE
                                                                            : EX_CONFIG;
    }
    int status = open_store(app, arguments);
    if (status >= 0)
        return status;
    g_autoptr(GPtrArray) pasts = read_pasts(app, domains);
    guint jobs = arguments->jobs > 0 ? (guint)arguments->jobs : app->config->check_jobs;
    g_autoptr(GPtrArray) runs = look_at_all(options, resolver, domains, pasts, jobs);
    status = print(arguments, runs, options->now);
    if (arguments->keep && !check_past_keep(app->store, runs, &error)) {
        say(SAY_ERROR, "%s", error->message);
        return options_store_exit(error);
    }
    return status;
}

/* ---- arguments ------------------------------------------------------------------------------- */

static int
by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
read_domains(App *app, const Arguments *arguments, int argc, char **argv, GPtrArray *domains)
{
    for (int i = 1; i < argc; i++) {
        char *domain = domain_name_normalise(argv[i], -1, FALSE, NULL);
        if (domain == NULL)
            return options_usage("check", "\"%s\" is not a domain name", argv[i]);
        g_ptr_array_add(domains, domain);
    }
    if (!arguments->all)
        return -1;
    if (app->config->rules.accept == NULL)
        return options_usage("check", "--all: the configuration has no accept= in [domains]");
    GHashTableIter iterator;
    gpointer domain;
    g_hash_table_iter_init(&iterator, app->config->rules.accept);
    while (g_hash_table_iter_next(&iterator, &domain, NULL))
        g_ptr_array_add(domains, g_strdup(domain));
    g_ptr_array_sort(domains, by_text);
    return -1;
}

/* "2026-11-22" (its midnight), an RFC 3339 date-time, or Unix seconds. */
static gboolean
read_now(const char *text, gint64 *ret_now)
{
    gint32 day;
    DatetimeOddity oddity;
    guint64 seconds;
    if (day_parse(text, &day)) {
        *ret_now = (gint64)day * SECONDS_A_DAY;
        return TRUE;
    }
    if (datetime_parse(text, ret_now, &oddity))
        return TRUE;
    if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT32, &seconds, NULL))
        return FALSE;
    *ret_now = (gint64)seconds;
    return TRUE;
}

/* The option where it was given, else the configuration, else what is there. */
static void
choose(char **setting, const char *option, const char *configured)
{
    const char *chosen = option != NULL ? option : configured;
    if (chosen != NULL) {
        g_free(*setting);
        *setting = g_strdup(chosen);
    }
}

static int
read_options(const App *app, const Arguments *arguments, CheckOptions *options)
{
    const Config *config = app->config;
    choose(&options->resolver, arguments->resolver, config->check_resolver);
    choose(&options->trust_anchor, arguments->trust_anchor, config->check_trust_anchor);
    choose(&options->ca_file, arguments->ca_file, config->check_ca_file);
    choose(&options->ehlo, arguments->ehlo, config->check_ehlo);
    options->expect_rua = g_strdupv(config->check_expect_rua);
    options->expect_mx = g_strdupv(config->check_expect_mx);
    options->smtp = !arguments->no_smtp;
    options->ipv6 = !arguments->no_ipv6;
    if (arguments->now != NULL && !read_now(arguments->now, &options->now))
        return options_usage("check", "--now: expected YYYY-MM-DD or a date-time");
    if (arguments->timeout > 0)
        options->connect_ms = options->reply_ms = options->fetch_ms =
            (guint)arguments->timeout * 1000;
    for (char **row = arguments->connect_to; row != NULL && *row != NULL; row++) {
        if (!check_options_connect_to(options, *row))
            return options_usage("check", "--connect-to: expected HOST:PORT:ADDRESS:PORT, got %s",
                                 *row);
    }
    return -1;
}

static int
parse(Arguments *arguments, int *argc, char ***argv)
{
    const GOptionEntry entries[] = {
        {"all", 0, 0, G_OPTION_ARG_NONE, &arguments->all,
         "All domains of accept= in [domains]; keeps what was seen", NULL},
        {"keep", 0, 0, G_OPTION_ARG_NONE, &arguments->keep, "Keep what was seen in the store",
         NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &arguments->json, "Print JSON", NULL},
        {"nagios", 0, 0, G_OPTION_ARG_NONE, &arguments->nagios, "Print one line for monitoring",
         NULL},
        {"resolver", 0, 0, G_OPTION_ARG_STRING, &arguments->resolver,
         "system, iterate, or a forwarder", "ADDR[@PORT]"},
        {"trust-anchor", 0, 0, G_OPTION_ARG_FILENAME, &arguments->trust_anchor,
         "DNSKEY or DS records that DNSSEC begins at", "FILE"},
        {"ca-file", 0, 0, G_OPTION_ARG_FILENAME, &arguments->ca_file,
         "The only CAs that are believed", "FILE"},
        {"connect-to", 0, 0, G_OPTION_ARG_STRING_ARRAY, &arguments->connect_to,
         "Connect elsewhere; may be repeated", "HOST:PORT:ADDR:PORT"},
        {"now", 0, 0, G_OPTION_ARG_STRING, &arguments->now, "Judge certificates as at this time",
         "TIME"},
        {"ehlo", 0, 0, G_OPTION_ARG_STRING, &arguments->ehlo, "Name said to the MX hosts", "NAME"},
        {"jobs", 0, 0, G_OPTION_ARG_INT, &arguments->jobs, "Domains at a time (4)", "N"},
        {"timeout", 0, 0, G_OPTION_ARG_INT, &arguments->timeout,
         "Seconds for a connection, an answer, the policy", "SECONDS"},
        {"no-smtp", 0, 0, G_OPTION_ARG_NONE, &arguments->no_smtp, "Do not connect to the MX hosts",
         NULL},
        {"no-ipv6", 0, 0, G_OPTION_ARG_NONE, &arguments->no_ipv6,
         "Do not connect to IPv6 addresses", NULL},
        {"no-store", 0, 0, G_OPTION_ARG_NONE, &arguments->no_store,
         "Look without the history of the store", NULL},
        {0},
    };
    int status = options_parse("check", entries, argc, argv);
    if (status < 0 && arguments->all != (*argc < 2))
        status = options_usage("check", "expected one or more domains, or --all");
    if (status < 0 && (arguments->jobs < 0 || arguments->jobs > 64 || arguments->timeout < 0 ||
                       arguments->timeout > 600))
        status = options_usage("check", "--jobs: at most 64; --timeout: at most 600");
    if (status < 0 && arguments->no_store && arguments->keep)
        status = options_usage("check", "--keep and --no-store exclude each other");
    arguments->keep = arguments->keep || (arguments->all && !arguments->no_store);
    return status;
}

int
cmd_check(App *app, int argc, char **argv)
{
    Arguments arguments = {0};
    g_autoptr(CheckOptions) options = check_options_new();
    g_autoptr(GPtrArray) domains = g_ptr_array_new_with_free_func(g_free);
    int status = parse(&arguments, &argc, &argv);
    if (status < 0)
        status = read_domains(app, &arguments, argc, argv, domains);
    if (status < 0)
        status = read_options(app, &arguments, options);
    if (status < 0)
        status = run(app, &arguments, options, domains);
    arguments_clear(&arguments);
    return status;
}
