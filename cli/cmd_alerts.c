/* alerts: what is failing, recovered or silent, and whether that was told. */
#include <signal.h>
#include <string.h>
#include <sysexits.h>

#include "cli/alert_round.h"
#include "cli/alert_tell.h"
#include "cli/options.h"
#include "cli/report_json.h"
#include "cli/say.h"
#include "report/alerts.h"
#include "schema/day.h"
#include "schema/finding.h"
#include "store/alert.h"

#define SECONDS_PER_DAY 86400

/* ---- list -------------------------------------------------------------------------------- */

/* "failing", "recovered", "silent", "reporting again" */
static const char *
state_of(const StoreAlert *row)
{
    gboolean failure = strcmp(row->kind, ALERT_KIND_FAILURE) == 0;
    if (row->ongoing)
        return failure ? "failing" : "silent";
    return failure ? "recovered" : "reporting again";
}

static json_t *
row_json(const StoreAlert *row)
{
    g_autofree char *day = day_format(row->last_day);
    g_autofree char *told = row->told != 0 ? datetime_format(row->told) : NULL;
    json_t *root = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?, s:s?, s:s?, s:i}", "domain",
                             row->domain, "kind", row->kind, "subject", row->subject, "state",
                             state_of(row), "last_day", day, "told", told, "waiting", row->waiting,
                             "problem", row->problem, "tries", (int)row->tries);
    return root;
}

static void
row_text(GString *out, const StoreAlert *row)
{
    g_autofree char *subject = text_printable(row->subject, -1, 200);
    g_autofree char *day = day_format(row->last_day);
    g_autofree char *told = row->told != 0 ? datetime_format(row->told) : NULL;
    g_string_append_printf(out, "%s: %s: %s, last on %s, ", row->domain, state_of(row), subject,
                           day);
    if (row->news != NULL && row->problem != NULL) {
        g_autofree char *problem = text_printable(row->problem, -1, 500);
        g_string_append_printf(out, "not told by %s (%u tries): %s\n", row->waiting, row->tries,
                               problem);
    } else if (row->news != NULL) {
        g_string_append_printf(out, "to be told by %s\n", row->waiting);
    } else if (told != NULL) {
        g_string_append_printf(out, "told at %s\n", told);
    } else {
        g_string_append(out, "no news when it was first seen\n");
    }
}

static int
list(App *app, gboolean json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rows = store_alerts(app->store, NULL, &error);
    g_autoptr(GString) out = g_string_new(NULL);
    if (rows == NULL) {
        say(SAY_ERROR, "%s", error->message);
        return options_store_exit(error);
    }
    json_t *all = json_array();
    for (guint i = 0; i < rows->len; i++) {
        json_array_append_new(all, row_json(g_ptr_array_index(rows, i)));
        row_text(out, g_ptr_array_index(rows, i));
    }
    if (json) {
        g_string_truncate(out, 0);
        report_json_finish("tlsgauge.alert-list/1", "alerts", json_incref(all), out);
    }
    json_decref(all);
    return say_output(out->str, (gssize)out->len) ? EX_OK : EX_IOERR;
}

/* ---- run, test --------------------------------------------------------------------------- */

static int
need_channels(const App *app)
{
    g_autofree char *channels = alert_tell_channels(app->config);
    if (channels != NULL)
        return -1;
    return options_usage("alerts", "no way to tell: set [alerts] command=, webhook= or mail-to=");
}

static int
run(App *app, gint32 today, gboolean given)
{
    AlertRound round;
    AlertRoundResult result;
    g_autoptr(GError) error = NULL;
    alert_round_init(&round);
    round.silence = round.at_once = TRUE;
    if (given) {
        round.today = today;
        round.now = (gint64)today * SECONDS_PER_DAY + SECONDS_PER_DAY / 2;
    }
    if (!alert_round(app->store, app->config, &round, &result, &error)) {
        say(SAY_ERROR, "%s", error->message);
        return options_store_exit(error);
    }
    if (app->verbose)
        say(SAY_INFO, "%u told, %u not told", result.told, result.failed);
    return result.failed > 0 ? EX_TEMPFAIL : EX_OK;
}

static int
test(const App *app)
{
    gboolean all = TRUE;
    gint64 now = g_get_real_time() / G_USEC_PER_SEC;
    g_autoptr(AlertMessage) message = alert_message_sample(now);
    g_autofree char *channels = alert_tell_channels(app->config);
    g_autofree char *id = g_strdup_printf("alert_test_%" G_GINT64_FORMAT, now);
    for (const char *const *channel = alert_tell_all; *channel != NULL; channel++) {
        g_autoptr(GError) error = NULL;
        if (!alert_tell_has(channels, *channel))
            continue;
        if (alert_tell(app->config, *channel, message, id, &error)) {
            say(SAY_INFO, "%s: told", *channel);
        } else {
            say(SAY_ERROR, "%s: %s", *channel, error->message);
            all = FALSE;
        }
    }
    return all ? EX_OK : EX_TEMPFAIL;
}

int
cmd_alerts(App *app, int argc, char **argv)
{
    g_autofree char *now = NULL;
    gboolean json = FALSE;
    gint32 today = 0;
    const GOptionEntry entries[] = {
        {"now", 0, 0, G_OPTION_ARG_STRING, &now, "run: look as on this UTC day (today)", "DAY"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "list: print JSON", NULL},
        {0},
    };
    int status = options_parse("alerts", entries, &argc, &argv);
    const char *verb = argc == 2 ? argv[1] : "";
    gboolean runs = strcmp(verb, "run") == 0, tests = strcmp(verb, "test") == 0;
    if (status < 0 && !runs && !tests && strcmp(verb, "list") != 0)
        status = options_usage("alerts", "expected: alerts list, alerts run, or alerts test");
    if (status < 0 && ((now != NULL && !runs) || (json && (runs || tests))))
        status = options_usage("alerts", "--now is for run, --json for list");
    if (status < 0)
        status = options_now("alerts", now, &today);
    if (status < 0 && (runs || tests))
        status = need_channels(app);
    if (status < 0 && !tests)
        status = command_open_store(app);
    if (status >= 0)
        return status;
    signal(SIGPIPE, SIG_IGN);
    return tests ? test(app) : runs ? run(app, today, now != NULL) : list(app, json);
}
