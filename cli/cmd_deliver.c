/* deliver: one message or bare report on standard input, from procmail or an MTA's pipe. */
#include <sysexits.h>
#include <unistd.h>

#include "cli/alert_watch.h"
#include "cli/intake_store.h"
#include "cli/options.h"
#include "cli/say.h"
#include "ingest/files.h"
#include "ingest/intake.h"

/* All that the input holds in one transaction. The receipt for the whole, or UNAVAILABLE. */
static Outcome
store_all(App *app, const GPtrArray *items)
{
    g_autoptr(GError) error = NULL;
    Outcome worst = OUTCOME_DUPLICATE;
    gboolean ok = store_begin(app->store, &error);
    for (guint i = 0; ok && i < items->len; i++) {
        const Judged *item = g_ptr_array_index(items, i);
        Outcome outcome;
        ok = intake_store_put(app->store, item, &outcome, NULL, &error);
        if (!ok)
            break;
        worst = receipt_worse(worst, outcome);
        if (outcome != OUTCOME_STORED && outcome != OUTCOME_DUPLICATE)
            say(SAY_WARNING, "quarantined (%s): %s", receipt_for(outcome)->word,
                item->reason != NULL ? item->reason : "too many differing copies of one report");
        else if (app->verbose)
            say(SAY_INFO, "%s", receipt_for(outcome)->word);
    }
    if (ok && store_commit(app->store, &error))
        return worst;
    store_rollback(app->store);
    say(SAY_ERROR, "cannot store now, try again: %s", error->message);
    return OUTCOME_UNAVAILABLE;
}

/* The alerts that may follow are looked for by a process of its own: the mail server waits for this
 * one. */
static void
look_for_alerts(App *app, const GPtrArray *items)
{
    g_autoptr(GHashTable) domains = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < items->len; i++)
        alert_watch_add_domains(domains, g_ptr_array_index(items, i));
    g_clear_pointer(&app->store, store_close);
    alert_watch_detached(app->config, app->store_uri, domains);
}

static int
deliver(App *app, gboolean strict)
{
    const IntakeRules *rules = &app->config->rules;
    gsize max = intake_message_limit(rules);
    g_autoptr(GError) error = NULL;
    guint64 full_size = 0;
    g_autoptr(GBytes) input = files_read_fd(STDIN_FILENO, max, &full_size, &error);
    if (input == NULL) {
        say(SAY_ERROR, "cannot read the message, try again: %s", error->message);
        return EX_TEMPFAIL;
    }
    Origin origin = {.road = ROAD_PIPE, .received = g_get_real_time() / G_USEC_PER_SEC};
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func((GDestroyNotify)judged_free);
    intake_any(rules, &origin, input, NULL, items);
    for (guint i = 0; i < items->len; i++) {
        Judged *item = g_ptr_array_index(items, i);
        item->full_size = MAX(item->full_size, full_size); /* the input was cut while reading */
    }
    Outcome outcome = store_all(app, items);
    if (outcome != OUTCOME_UNAVAILABLE)
        look_for_alerts(app, items);
    const Receipt *receipt = receipt_for(outcome);
    return strict ? receipt->exit_code_strict : receipt->exit_code;
}

int
cmd_deliver(App *app, int argc, char **argv)
{
    gboolean strict = FALSE;
    const GOptionEntry entries[] = {
        {"strict", 0, 0, G_OPTION_ARG_NONE, &strict,
         "Exit 65 when the input is quarantined as defective (an MTA then bounces it)", NULL},
        {0},
    };
    int status = options_parse("deliver", entries, &argc, &argv);
    if (status < 0 && argc > 1)
        status = options_usage("deliver",
                               "the message is read from standard input, not from \"%s\"", argv[1]);
    if (status < 0)
        status = command_open_store(app);
    return status >= 0 ? status : deliver(app, strict);
}
