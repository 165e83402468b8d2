/* import: files, folders, Maildirs, mboxes; idempotent, in group commits. */
#include <sysexits.h>
#include <unistd.h>

#include "cli/alert_round.h"
#include "cli/alert_watch.h"
#include "cli/intake_store.h"
#include "cli/judge_pool.h"
#include "cli/notify.h"
#include "cli/options.h"
#include "cli/say.h"
#include "cli/tally.h"
#include "cli/watch.h"
#include "ingest/files.h"
#include "ingest/intake.h"

typedef struct {
    App *app;
    Sink *sink;
    JudgePool *pool;
    Tally tally;
    gint broken; /* atomic: the store cannot take any more, so there is no use in going on */
} Import;

static void
on_done(gpointer data, Outcome outcome, const char *reference)
{
    Import *import = data;
    (void)reference;
    if (outcome == OUTCOME_UNAVAILABLE)
        g_atomic_int_set(&import->broken, 1);
    tally_add(&import->tally, outcome);
}

static void
judge(gpointer self, const FileItem *file, GPtrArray *items)
{
    Import *import = self;
    const IntakeRules *rules = &import->app->config->rules;
    Origin origin = {ROAD_FILE, file->source, g_get_real_time() / G_USEC_PER_SEC};
    if (file->kind == FILE_ITEM_MESSAGE)
        intake_message(rules, &origin, file->bytes, items);
    else
        intake_any(rules, &origin, file->bytes, file->file_name, items);
    for (guint i = 0; i < items->len; i++) {
        Judged *item = g_ptr_array_index(items, i);
        item->full_size = MAX(item->full_size, file->full_size);
        import->sink->prepare(import->sink->self, item);
    }
}

static void
hand_on(gpointer self, const FileItem *file, GPtrArray *items)
{
    Import *import = self;
    for (guint i = 0; i < items->len; i++) {
        Judged *item = g_ptr_array_index(items, i);
        if (item->outcome != OUTCOME_STORED && !import->tally.progress && import->app->verbose)
            say(SAY_WARNING, "%s: %s: %s", file->source, receipt_for(item->outcome)->word,
                item->reason);
        import->sink->take(import->sink->self, item, on_done, import);
    }
}

static gboolean
on_item(gpointer self, const FileItem *file)
{
    Import *import = self;
    judge_pool_put(import->pool, file);
    tally_show(&import->tally, FALSE);
    return g_atomic_int_get(&import->broken) == 0;
}

static void
on_unreadable(gpointer self, const char *path, const char *why)
{
    Import *import = self;
    import->tally.unreadable++;
    say(SAY_ERROR, "%s: %s", path, why);
}

/* ---- --watch ------------------------------------------------------------------------------- */

typedef struct {
    Import *import;
    const FileVisitor *visitor;
    gsize max;
    gboolean ready; /* what was there at the start is done */
} Following;

static gboolean
follow_file(gpointer self, const char *path)
{
    const Following *following = self;
    files_walk(path, following->max, following->visitor);
    return g_atomic_int_get(&following->import->broken) == 0;
}

static gboolean
follow_settled(gpointer self)
{
    Following *following = self;
    if (!following->ready)
        notify_systemd("READY=1");
    following->ready = TRUE;
    return g_atomic_int_get(&following->import->broken) == 0;
}

static void
follow(Import *import, char **paths, gsize max, const FileVisitor *visitor)
{
    g_autoptr(GError) error = NULL;
    Following following = {import, visitor, max, FALSE};
    const WatchVisitor watch = {follow_file, follow_settled, &following};
    if (!watch_folders((const char *const *)paths, &watch, &error)) {
        say(SAY_ERROR, "%s", error->message);
        import->tally.unreadable++;
    }
}

static int
import_paths(App *app, char **paths, gboolean json, gboolean watch)
{
    const IntakeRules *rules = &app->config->rules;
    gsize max = intake_message_limit(rules);
    Writer *writer = writer_start_bulk(app->store);
    Sink *sink = intake_store_sink_new(writer, TRUE);
    AlertWatch *alerts = watch ? alert_watch_start(app->config, app->store_uri) : NULL;
    Import import = {.app = app,
                     .sink = alert_watch_sink(alerts, sink),
                     .tally = {.progress = isatty(STDERR_FILENO) && !json}};
    const JudgeSteps steps = {judge, hand_on, &import};
    import.pool = judge_pool_start(&steps, 0);
    const FileVisitor visitor = {.item = on_item, .unreadable = on_unreadable, .self = &import};
    if (watch)
        follow(&import, paths, max, &visitor);
    for (char **path = paths; !watch && *path != NULL && g_atomic_int_get(&import.broken) == 0;
         path++)
        files_walk(*path, max, &visitor);
    judge_pool_finish(import.pool);
    writer_stop(writer);
    gboolean idle = alert_watch_stop(alerts);
    intake_store_sink_free(sink);
    tally_show(&import.tally, TRUE);

    g_autofree char *text =
        json ? tally_json(&import.tally, "tlsgauge.import/1") : tally_text(&import.tally);
    gboolean written = say_output(text, -1) && (json || say_output("\n", 1));
    int status = import.broken                 ? EX_TEMPFAIL
                 : import.tally.unreadable > 0 ? 1
                 : written                     ? EX_OK
                                               : EX_IOERR;
    if (!idle)
        _exit(status); /* an alert is being told; all that was taken is on disk */
    if (!watch && import.tally.by_outcome[OUTCOME_STORED] > 0)
        alert_round_after(app->store, app->config);
    return status;
}

int
cmd_import(App *app, int argc, char **argv)
{
    gboolean json = FALSE, watch = FALSE;
    const GOptionEntry entries[] = {
        {"watch", 0, 0, G_OPTION_ARG_NONE, &watch,
         "Go on with what appears in the folders or Maildirs, until SIGTERM", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print the counts as JSON", NULL},
        {0},
    };
    int status = options_parse("import", entries, &argc, &argv);
    if (status < 0 && argc < 2)
        status = options_usage("import", "a path is missing (- for standard input)");
    if (status < 0)
        status = command_open_store(app);
    return status >= 0 ? status : import_paths(app, argv + 1, json, watch);
}
