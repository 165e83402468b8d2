#include "cli/live.h"

#include <string.h>
#include <sysexits.h>

#include "check/parallel.h"
#include "check/resolver_unbound.h"
#include "cli/check_past.h"
#include "cli/options.h"
#include "cli/say.h"
#include "schema/day.h"

#define SECONDS_A_DAY 86400

void
live_arguments_clear(LiveArguments *live)
{
    g_free(live->resolver);
    g_free(live->trust_anchor);
    g_free(live->ca_file);
    g_free(live->ehlo);
    g_free(live->now);
    g_strfreev(live->connect_to);
}

/* ---- options --------------------------------------------------------------------------------- */

GOptionEntry *
live_entries(LiveArguments *live, const GOptionEntry *own)
{
    const GOptionEntry shared[] = {
        {"resolver", 0, 0, G_OPTION_ARG_STRING, &live->resolver, "system, iterate, or a forwarder",
         "ADDR[@PORT]"},
        {"trust-anchor", 0, 0, G_OPTION_ARG_FILENAME, &live->trust_anchor,
         "DNSKEY or DS records that DNSSEC begins at", "FILE"},
        {"ca-file", 0, 0, G_OPTION_ARG_FILENAME, &live->ca_file, "The only CAs that are believed",
         "FILE"},
        {"connect-to", 0, 0, G_OPTION_ARG_STRING_ARRAY, &live->connect_to,
         "Connect elsewhere; may be repeated", "HOST:PORT:ADDR:PORT"},
        {"ehlo", 0, 0, G_OPTION_ARG_STRING, &live->ehlo, "Name said to the MX hosts", "NAME"},
        {"jobs", 0, 0, G_OPTION_ARG_INT, &live->jobs, "Domains at a time (4)", "N"},
        {"timeout", 0, 0, G_OPTION_ARG_INT, &live->timeout,
         "Seconds for a connection, an answer, the policy", "SECONDS"},
        {"no-ipv6", 0, 0, G_OPTION_ARG_NONE, &live->no_ipv6, "Do not connect to IPv6 addresses",
         NULL},
    };
    gsize n = 0;
    while (own[n].long_name != NULL)
        n++;
    GOptionEntry *all = g_new0(GOptionEntry, n + G_N_ELEMENTS(shared) + 1);
    memcpy(all, own, n * sizeof *own);
    memcpy(all + n, shared, sizeof shared);
    return all;
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

int
live_options(const App *app, const char *command, const LiveArguments *live, CheckOptions *options)
{
    const Config *config = app->config;
    choose(&options->resolver, live->resolver, config->check_resolver);
    choose(&options->trust_anchor, live->trust_anchor, config->check_trust_anchor);
    choose(&options->ca_file, live->ca_file, config->check_ca_file);
    choose(&options->ehlo, live->ehlo, config->check_ehlo);
    options->expect_rua = g_strdupv(config->check_expect_rua);
    options->expect_mx = g_strdupv(config->check_expect_mx);
    options->smtp = !live->no_smtp;
    options->ipv6 = !live->no_ipv6;
    options->all_ns = live->all_ns;
    options->ptr = live->ptr;
    if (live->jobs < 0 || live->jobs > 64 || live->timeout < 0 || live->timeout > 600)
        return options_usage(command, "--jobs: at most 64; --timeout: at most 600");
    if (live->now != NULL && !read_now(live->now, &options->now))
        return options_usage(command, "--now: expected YYYY-MM-DD or a date-time");
    if (live->timeout > 0)
        options->dns_ms = options->connect_ms = options->reply_ms = options->fetch_ms =
            (guint)live->timeout * 1000;
    for (char **row = live->connect_to; row != NULL && *row != NULL; row++) {
        if (!check_options_connect_to(options, *row))
            return options_usage(command, "--connect-to: expected HOST:PORT:ADDRESS:PORT, got %s",
                                 *row);
    }
    return -1;
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

/* Runs of DOMAINS in their order; PASTS beside them. */
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

static void
past_free(gpointer past)
{
    check_past_free(past);
}

static GPtrArray *
read_pasts(const App *app, const GPtrArray *domains)
{
    GPtrArray *pasts = g_ptr_array_new_with_free_func(past_free);
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

int
live_look(const App *app, const LiveArguments *live, const CheckOptions *options,
          const GPtrArray *domains, GPtrArray **ret_runs, GPtrArray **ret_pasts)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Resolver) resolver = resolver_unbound_new(options, &error);
    if (resolver == NULL) {
        say(SAY_ERROR, "%s", error->message);
        return g_error_matches(error, CHECK_FAULT, CHECK_FAULT_UNAVAILABLE) ? EX_UNAVAILABLE
                                                                            : EX_CONFIG;
    }
    g_autoptr(GPtrArray) pasts = read_pasts(app, domains);
    guint jobs = live->jobs > 0 ? (guint)live->jobs : app->config->check_jobs;
    *ret_runs = look_at_all(options, resolver, domains, pasts, jobs);
    if (ret_pasts != NULL)
        *ret_pasts = g_steal_pointer(&pasts);
    return -1;
}
