/* plan: the next step of a rollout of MTA-STS, or of the way back. */
#include <sysexits.h>

#include "cli/live.h"
#include "cli/options.h"
#include "cli/plan_view.h"
#include "cli/say.h"
#include "report/stage.h"
#include "schema/domain_name.h"
#include "schema/limits.h"
#include "schema/rua.h"

#define SECONDS_A_DAY 86400

typedef struct {
    gboolean json, back, no_store;
    char **rua, **web;
    LiveArguments live;
} Arguments;

static void
arguments_clear(Arguments *arguments)
{
    g_strfreev(arguments->rua);
    g_strfreev(arguments->web);
    live_arguments_clear(&arguments->live);
}

/* ---- the store ------------------------------------------------------------------------------- */

/* A rollout may begin before there is a store. -1 to go on. */
static int
open_store(App *app, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    if (arguments->no_store)
        return -1;
    app->store = store_open(app->store_uri, STORE_READ, LIMIT_LOCK_WAIT_MS, &error);
    if (app->store == NULL && !g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND)) {
        say(SAY_ERROR, "%s", error->message);
        return options_store_exit(error);
    }
    return -1;
}

/* What the reports say as on the day of RUN; NULL without a store, and where it fails (*error). */
static Evidence *
read_evidence(App *app, const CheckRun *run, const ReadinessRules *rules, GError **error)
{
    if (app->store == NULL)
        return NULL;
    return evidence_read(app->store, run->domain, (gint32)(run->at / SECONDS_A_DAY),
                         READINESS_HISTORY_DAYS + rules->days, error);
}

/* ---- the plan -------------------------------------------------------------------------------- */

static int
print(const Arguments *arguments, const PlanInput *input)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(Plan) plan = plan_make(input);
    if (arguments->json)
        plan_view_json(plan, out);
    else
        plan_view_text(plan, say_colour(), out);
    return say_output(out->str, (gssize)out->len) ? plan_exit(plan->step) : EX_IOERR;
}

static int
make(App *app, const Arguments *arguments, const CheckOptions *options, const CheckRun *run,
     const CheckPast *past)
{
    g_autoptr(GError) error = NULL;
    guint days = 0;
    const ReadinessRules *rules = &app->config->readiness;
    g_autoptr(Evidence) evidence = read_evidence(app, run, rules, &error);
    if (error != NULL) {
        say(SAY_ERROR, "%s", error->message);
        return options_store_exit(error);
    }
    g_autoptr(Readiness) readiness = evidence == NULL ? NULL : readiness_weigh(evidence, rules);
    if (evidence != NULL && stage_of(evidence, rules, readiness, &days) != STAGE_ENFORCING)
        days = 0;
    const PlanInput input = {
        .back = arguments->back,
        .run = run,
        .past = past,
        .readiness = readiness,
        .rules = rules,
        .enforcing_days = days,
        .rua = options->expect_rua,
        .web = arguments->web,
        .https_path = app->config->https_listen != NULL ? app->config->https_path : NULL,
    };
    return print(arguments, &input);
}

static int
run(App *app, const Arguments *arguments, const CheckOptions *options, const GPtrArray *domains)
{
    g_autoptr(GPtrArray) runs = NULL;
    g_autoptr(GPtrArray) pasts = NULL;
    int status = open_store(app, arguments);
    if (status < 0)
        status = live_look(app, &arguments->live, options, domains, &runs, &pasts);
    if (status >= 0)
        return status;
    return make(app, arguments, options, g_ptr_array_index(runs, 0), g_ptr_array_index(pasts, 0));
}

/* ---- arguments ------------------------------------------------------------------------------- */

static int
read_rua(const Arguments *arguments, CheckOptions *options)
{
    for (char **uri = arguments->rua; uri != NULL && *uri != NULL; uri++) {
        g_autofree char *target = NULL;
        const char *problem = NULL;
        guint port;
        if (rua_parse(*uri, &target, &port, &problem) == RUA_BAD)
            return options_usage("plan", "--rua %s: %s", *uri, problem);
    }
    if (arguments->rua != NULL) {
        g_strfreev(options->expect_rua);
        options->expect_rua = g_strdupv(arguments->rua);
    }
    return -1;
}

/* Addresses, or one name; these are put into records. */
static int
read_web(const Arguments *arguments)
{
    gboolean name = FALSE;
    guint n = arguments->web != NULL ? g_strv_length(arguments->web) : 0;
    for (guint i = 0; i < n; i++) {
        if (g_hostname_is_ip_address(arguments->web[i]))
            continue;
        char *host = domain_name_normalise(arguments->web[i], -1, FALSE, NULL);
        if (host == NULL)
            return options_usage("plan", "--web: \"%s\" is neither an address nor a name",
                                 arguments->web[i]);
        g_free(arguments->web[i]);
        arguments->web[i] = host;
        name = TRUE;
    }
    if (name && n > 1)
        return options_usage("plan", "--web: addresses, or one name");
    return -1;
}

int
cmd_plan(App *app, int argc, char **argv)
{
    Arguments arguments = {0};
    g_autoptr(CheckOptions) options = check_options_new();
    g_autoptr(GPtrArray) domains = g_ptr_array_new_with_free_func(g_free);
    const GOptionEntry own[] = {
        {"back", 0, 0, G_OPTION_ARG_NONE, &arguments.back, "The way back: be rid of MTA-STS", NULL},
        {"rua", 0, 0, G_OPTION_ARG_STRING_ARRAY, &arguments.rua,
         "Where reports should go (expect-rua of [check]); may be repeated", "URI"},
        {"web", 0, 0, G_OPTION_ARG_STRING_ARRAY, &arguments.web,
         "Where the policy host is; may be repeated", "ADDRESS|NAME"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &arguments.json, "Print JSON", NULL},
        {"now", 0, 0, G_OPTION_ARG_STRING, &arguments.live.now, "Plan as at this time", "TIME"},
        {"no-store", 0, 0, G_OPTION_ARG_NONE, &arguments.no_store,
         "Plan without reports and history", NULL},
        {0},
    };
    g_autofree GOptionEntry *entries = live_entries(&arguments.live, own);
    int status = options_parse("plan", entries, &argc, &argv);
    if (status < 0 && argc != 2)
        status = options_usage("plan", "expected one domain");
    if (status < 0) {
        char *domain = domain_name_normalise(argv[1], -1, FALSE, NULL);
        if (domain == NULL)
            status = options_usage("plan", "\"%s\" is not a domain name", argv[1]);
        else
            g_ptr_array_add(domains, domain);
    }
    if (status < 0)
        status = live_options(app, "plan", &arguments.live, options);
    if (status < 0)
        status = read_rua(&arguments, options);
    if (status < 0)
        status = read_web(&arguments);
    if (status < 0)
        status = run(app, &arguments, options, domains);
    arguments_clear(&arguments);
    return status;
}
