/* prune: drops what [retention] no longer wants kept, beside a running collector. */
#include <sysexits.h>

#include "cli/options.h"
#include "cli/prune.h"
#include "cli/report_json.h"
#include "cli/say.h"

#define MIB (1024.0 * 1024.0)

static gboolean
pause_a_while(G_GNUC_UNUSED gpointer data, gint64 microseconds)
{
    g_usleep((gulong)microseconds);
    return TRUE;
}

static int
finish(const StorePruned *pruned, gboolean dry_run, gboolean json, gint64 size, gint64 unused)
{
    g_autoptr(GString) out = g_string_new(NULL);
    if (json) {
        json_t *root = json_pack(
            "{s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "dry_run", dry_run, "shortened",
            (json_int_t)pruned->shortened, "raw_dropped", (json_int_t)pruned->raw,
            "reports_forgotten", (json_int_t)pruned->reports, "days_dropped",
            (json_int_t)pruned->days, "quarantine_dropped", (json_int_t)pruned->quarantine,
            "store_bytes", (json_int_t)size, "unused_bytes", (json_int_t)unused);
        report_json_finish("tlsgauge.prune/1", "pruned", root, out);
    } else {
        g_autofree char *text = prune_text(pruned);
        g_string_append_printf(out, "%s%s\n", dry_run ? "would be: " : "",
                               text != NULL ? text : "nothing was old enough");
    }
    return say_output(out->str, (gssize)out->len) ? EX_OK : EX_IOERR;
}

static int
prune(App *app, const StoreRetention *retention, gboolean dry_run, gboolean compact, gboolean json)
{
    g_autoptr(GError) error = NULL;
    StorePruned pruned = {0};
    gint64 size = 0, unused = 0;
    gboolean ok = dry_run ? store_prune_preview(app->store, retention, &pruned, &error)
                          : prune_run(app->store, retention, &app->config->rules, TRUE,
                                      pause_a_while, NULL, &pruned, &error);
    if (ok && compact)
        ok = store_compact(app->store, &error);
    ok = ok && store_size(app->store, &size, &error) && store_unused(app->store, &unused, &error);
    if (!ok) {
        g_autofree char *text = prune_text(&pruned);
        say(SAY_ERROR, "%s%s%s", text != NULL ? text : "", text != NULL ? "; then: " : "",
            error->message);
        return options_store_exit(error);
    }
    if (unused > size / 4 && !dry_run)
        say(SAY_INFO,
            "%.1f of %.1f MiB of the store are unused and will be used again; prune --compact "
            "gives them back",
            (double)unused / MIB, (double)size / MIB);
    return finish(&pruned, dry_run, json, size, unused);
}

/* 0 (not given) leaves what is configured. */
static void
override(guint *days, int given)
{
    if (given > 0)
        *days = (guint)given;
}

int
cmd_prune(App *app, int argc, char **argv)
{
    gboolean dry_run = FALSE, compact = FALSE, json = FALSE;
    int raw = 0, daily = 0, addresses = 0, quarantine = 0;
    const GOptionEntry entries[] = {
        {"dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run, "Only say what would go", NULL},
        {"raw-days", 0, 0, G_OPTION_ARG_INT, &raw, "Keep raw reports so long", "N"},
        {"daily-days", 0, 0, G_OPTION_ARG_INT, &daily, "Keep daily totals so long", "N"},
        {"addresses-days", 0, 0, G_OPTION_ARG_INT, &addresses,
         "Keep addresses in raw reports so long", "N"},
        {"quarantine-days", 0, 0, G_OPTION_ARG_INT, &quarantine,
         "Keep entries of quarantine so long", "N"},
        {"compact", 0, 0, G_OPTION_ARG_NONE, &compact,
         "Then write the store anew, as small as can be; nothing is stored meanwhile", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print JSON", NULL},
        {0},
    };
    StoreRetention retention;
    int status = options_parse("prune", entries, &argc, &argv);
    if (status >= 0)
        return status;
    if (argc > 1)
        return options_usage("prune", "unexpected argument \"%s\"", argv[1]);
    if (raw < 0 || addresses < 0 || quarantine < 0 || daily < 0 ||
        (daily > 0 && daily < CONFIG_DAILY_DAYS))
        return options_usage("prune", "days are from 1, and --daily-days from %d",
                             CONFIG_DAILY_DAYS);
    if (dry_run && compact)
        return options_usage("prune", "--compact has nothing to do with --dry-run");
    ConfigRetention config = app->config->retention;
    override(&config.raw_days, raw);
    override(&config.daily_days, daily);
    override(&config.addresses_days, addresses);
    override(&config.quarantine_days, quarantine);
    gint64 now = g_get_real_time() / G_USEC_PER_SEC;
    if (!prune_retention(&config, options_today(), now, &retention) && !compact)
        return options_usage("prune", "nothing says how long to keep what: set [retention] "
                                      "raw-days=, daily-days=, addresses-days= or "
                                      "quarantine-days=");
    status = command_open_store(app);
    return status >= 0 ? status : prune(app, &retention, dry_run, compact, json);
}
