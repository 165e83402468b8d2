/* check: live domains as a sending server sees them. */
#include <string.h>
#include <sysexits.h>

#include "check/run_json.h"
#include "cli/check_past.h"
#include "cli/check_text.h"
#include "cli/live.h"
#include "cli/options.h"
#include "cli/say.h"
#include "schema/domain_name.h"
#include "schema/limits.h"

typedef struct {
    gboolean json, nagios, all, keep, no_store;
    LiveArguments live;
} Arguments;

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
    g_autoptr(GPtrArray) runs = NULL;
    int status = open_store(app, arguments);
    if (status < 0)
        status = live_look(app, &arguments->live, options, domains, &runs, NULL);
    if (status >= 0)
        return status;
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

static int
parse(Arguments *arguments, int *argc, char ***argv)
{
    const GOptionEntry own[] = {
        {"all", 0, 0, G_OPTION_ARG_NONE, &arguments->all,
         "All domains of accept= in [domains]; keeps what was seen", NULL},
        {"keep", 0, 0, G_OPTION_ARG_NONE, &arguments->keep, "Keep what was seen in the store",
         NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &arguments->json, "Print JSON", NULL},
        {"nagios", 0, 0, G_OPTION_ARG_NONE, &arguments->nagios, "Print one line for monitoring",
         NULL},
        {"now", 0, 0, G_OPTION_ARG_STRING, &arguments->live.now,
         "Judge certificates as at this time", "TIME"},
        {"no-smtp", 0, 0, G_OPTION_ARG_NONE, &arguments->live.no_smtp,
         "Do not connect to the MX hosts", NULL},
        {"all-ns", 0, 0, G_OPTION_ARG_NONE, &arguments->live.all_ns,
         "Ask each name server of the domain for MX", NULL},
        {"ptr", 0, 0, G_OPTION_ARG_NONE, &arguments->live.ptr,
         "Look at the names of the addresses of MX hosts", NULL},
        {"no-store", 0, 0, G_OPTION_ARG_NONE, &arguments->no_store,
         "Look without the history of the store", NULL},
        {0},
    };
    g_autofree GOptionEntry *entries = live_entries(&arguments->live, own);
    int status = options_parse("check", entries, argc, argv);
    if (status < 0 && arguments->all != (*argc < 2))
        status = options_usage("check", "expected one or more domains, or --all");
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
        status = live_options(app, "check", &arguments.live, options);
    if (status < 0)
        status = run(app, &arguments, options, domains);
    live_arguments_clear(&arguments.live);
    return status;
}
