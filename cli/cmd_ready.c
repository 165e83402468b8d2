/* ready: the verdict for the switch to enforce. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli/live.h"
#include "cli/live_gate.h"
#include "cli/options.h"
#include "cli/report_json.h"
#include "cli/say.h"
#include "report/overview.h"
#include "report/render_ready.h"
#include "report/text_table.h"
#include "schema/domain_name.h"
#include "schema/limits.h"

typedef struct {
    ReadinessRules rules;
    gint32 today;
    StsPolicy *candidate; /* NULL without --candidate */
    gboolean json, all, live;
    LiveArguments arguments;
    CheckOptions *options;
    GPtrArray *runs; /* of CheckRun, one a domain; NULL without --live */
} Ready;

/* ---- one domain in full -------------------------------------------------------------------- */

typedef struct {
    Evidence *evidence;
    Readiness *readiness;
    NextStep *step;
    WhatIf *whatif;
} Weighed;

static void
weighed_clear(gpointer data)
{
    Weighed *weighed = data;
    whatif_free(weighed->whatif);
    next_step_free(weighed->step);
    readiness_free(weighed->readiness);
    evidence_free(weighed->evidence);
}

/* The domain at INDEX of DOMAINS. */
static gboolean
weigh(App *app, const Ready *ready, const GPtrArray *domains, guint index, Weighed *ret_weighed,
      GError **error)
{
    const char *domain = g_ptr_array_index(domains, index);
    Evidence *evidence = evidence_read(app->store, domain, ready->today,
                                       READINESS_HISTORY_DAYS + ready->rules.days, error);
    if (evidence == NULL)
        return FALSE;
    ret_weighed->evidence = evidence;
    ret_weighed->readiness = readiness_weigh(evidence, &ready->rules);
    if (ready->runs != NULL)
        live_gate_add(ret_weighed->readiness, g_ptr_array_index(ready->runs, index));
    ret_weighed->step = next_step_of(ret_weighed->readiness, ready->today);
    ret_weighed->whatif = ready->candidate == NULL
                              ? NULL
                              : whatif_replay(evidence, ready->rules.days, ready->candidate);
    return TRUE;
}

static int
print_domains(App *app, const Ready *ready, const GPtrArray *domains)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) all = g_array_new(FALSE, TRUE, sizeof(Weighed));
    g_autoptr(GArray) pages = g_array_new(FALSE, TRUE, sizeof(ReadyPage));
    g_autoptr(GString) out = g_string_new(NULL);
    RenderStyle style = {.colour = say_colour()};
    int status = EX_OK;
    g_array_set_clear_func(all, weighed_clear);
    for (guint i = 0; i < domains->len; i++) {
        Weighed weighed = {0};
        if (!weigh(app, ready, domains, i, &weighed, &error)) {
            say(SAY_ERROR, "%s", error->message);
            return options_store_exit(error);
        }
        g_array_append_val(all, weighed);
        ReadyPage page = {weighed.readiness, weighed.step, weighed.whatif};
        g_array_append_val(pages, page);
        status = MAX(status, verdict_exit(weighed.readiness->verdict));
        if (!ready->json) {
            g_string_append(out, i > 0 ? "\n" : "");
            render_ready_text(&page, &style, out);
        }
    }
    if (ready->json)
        render_ready_json(pages, out);
    return say_output(out->str, (gssize)out->len) ? status : EX_IOERR;
}

/* ---- --all --------------------------------------------------------------------------------- */

static int
print_overview(const Ready *ready, const GPtrArray *domains)
{
    g_autoptr(GString) out = g_string_new(NULL);
    json_t *list = json_array();
    int status = domains->len > 0 ? EX_OK : verdict_exit(VERDICT_NO_DATA);
    if (domains->len > 0) {
        text_append_padded(out, "Domain", 36, FALSE);
        g_string_append(out, " Stage            Days  Verdict\n");
    } else {
        g_string_append(out, "No domain is known: no report is stored, and accept of [domains] "
                             "names none.\n");
    }
    for (guint i = 0; i < domains->len; i++) {
        const OverviewDomain *domain = g_ptr_array_index(domains, i);
        text_append_name(out, domain->domain, 0, 36);
        g_string_append_printf(out, " %-15s %5u  %s\n", stage_name(domain->stage),
                               domain->stage_days, verdict_name(domain->verdict));
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:i, s:s}", "domain", domain->domain, "stage",
                                        stage_name(domain->stage), "days", (int)domain->stage_days,
                                        "verdict", verdict_name(domain->verdict)));
        status = MAX(status, verdict_exit(domain->verdict));
    }
    if (ready->json) {
        g_string_truncate(out, 0);
        report_json_finish("tlsgauge.ready-all/1", "domains", json_incref(list), out);
    }
    json_decref(list);
    return say_output(out->str, (gssize)out->len) ? status : EX_IOERR;
}

static int
print_all(App *app, const Ready *ready)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) names =
        overview_domains(app->store, app->config->rules.accept, NULL, &error);
    g_autoptr(GPtrArray) domains =
        names == NULL
            ? NULL
            : overview_several(app->store, names, TRUE, ready->today, &ready->rules, &error);
    if (domains != NULL)
        return print_overview(ready, domains);
    say(SAY_ERROR, "%s", error->message);
    return options_store_exit(error);
}

/* ---- arguments ----------------------------------------------------------------------------- */

static int
read_candidate(const char *path, StsPolicy **ret_policy)
{
    g_autofree char *text = NULL;
    gsize length;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &text, &length, &error)) {
        say(SAY_ERROR, "%s", error->message);
        return EX_NOINPUT;
    }
    if (length > LIMIT_CONFIG_BYTES || !g_utf8_validate(text, (gssize)length, NULL)) {
        say(SAY_ERROR, "%s: RFC 8461 3.2: not a policy file: it is no text, or too large", path);
        return EX_DATAERR;
    }
    const char *const lines[] = {text, NULL};
    g_autoptr(StsPolicy) policy = sts_policy_parse(lines, NULL);
    if (policy->mx == NULL || policy->mx[0] == NULL) {
        say(SAY_ERROR, "%s: RFC 8461 3.2: the policy has no mx line", path);
        return EX_DATAERR;
    }
    *ret_policy = g_steal_pointer(&policy);
    return -1;
}

static int
read_domains(int argc, char **argv, GPtrArray *domains)
{
    for (int i = 1; i < argc; i++) {
        char *domain = domain_name_normalise(argv[i], -1, FALSE, NULL);
        if (domain == NULL)
            return options_usage("ready", "\"%s\" is not a domain name", argv[i]);
        g_ptr_array_add(domains, domain);
    }
    return -1;
}

static int
run(App *app, Ready *ready, GPtrArray *domains)
{
    int status = command_open_store(app);
    if (status >= 0)
        return status;
    if (ready->live)
        status = live_look(app, &ready->arguments, ready->options, domains, &ready->runs, NULL);
    if (status >= 0)
        return status;
    return ready->all ? print_all(app, ready) : print_domains(app, ready, domains);
}

static void
ready_clear(Ready *ready)
{
    live_arguments_clear(&ready->arguments);
    check_options_free(ready->options);
    g_clear_pointer(&ready->runs, g_ptr_array_unref);
    sts_policy_free(ready->candidate);
}

int
cmd_ready(App *app, int argc, char **argv)
{
    Ready ready = {.options = check_options_new()};
    g_autofree char *now = NULL, *candidate = NULL;
    int days = 0;
    const GOptionEntry own[] = {
        {"all", 0, 0, G_OPTION_ARG_NONE, &ready.all, "One line a domain: its stage and verdict",
         NULL},
        {"days", 0, 0, G_OPTION_ARG_INT, &days, "Closed days that are looked at (14)", "N"},
        {"now", 0, 0, G_OPTION_ARG_STRING, &now, "Decide as on this UTC day (today)", "DAY"},
        {"candidate", 0, 0, G_OPTION_ARG_FILENAME, &candidate,
         "Hold a policy that is not published yet against the reports", "POLICY-FILE"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &ready.json, "Print JSON", NULL},
        {"live", 0, 0, G_OPTION_ARG_NONE, &ready.live,
         "Look at the live domain as well; the options that follow are for that", NULL},
        {0},
    };
    g_autofree GOptionEntry *entries = live_entries(&ready.arguments, own);
    g_autoptr(GPtrArray) domains = g_ptr_array_new_with_free_func(g_free);
    int status = options_parse("ready", entries, &argc, &argv);
    if (status < 0 && ready.all != (argc < 2))
        status = options_usage("ready", "expected one or more domains, or --all");
    if (status < 0 && ready.all && ready.live)
        status = options_usage("ready", "--live: name the domains; for all there is check --all");
    if (status < 0 && (days < 0 || days > 365))
        status = options_usage("ready", "--days: expected a number from 1 to 365");
    if (status < 0)
        status = read_domains(argc, argv, domains);
    if (status < 0)
        status = options_now("ready", now, &ready.today);
    if (status < 0 && candidate != NULL)
        status = read_candidate(candidate, &ready.candidate);
    if (status < 0)
        status = live_options(app, "ready", &ready.arguments, ready.options);
    if (status < 0) {
        ready.rules = app->config->readiness;
        if (days > 0)
            ready.rules.days = (guint)days;
        status = run(app, &ready, domains);
    }
    ready_clear(&ready);
    return status;
}
