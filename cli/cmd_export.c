/* export: reports, failure groups or totals as lines of JSON, which can be gone on with. */
#include <sysexits.h>

#include "cli/export_out.h"
#include "cli/intake_store.h"
#include "cli/options.h"
#include "cli/say.h"

/* A day that grows is told again as a whole, so not every second. */
#define INTERVAL_REPORTS 1
#define INTERVAL_DAYS    30

typedef struct {
    ExportRequest request;
    ExportCursor cursor;
    const char *cursor_file; /* NULL for none */
    guint limit;             /* lines; 0: all */
    guint interval;          /* seconds; 0: end where there is nothing left */
    guint64 lines;
} Export;

/* Tells what there is now. -1 to go on, else the exit status. */
static int
tell_present(App *app, Export *export)
{
    ExportStep step = {.more = TRUE};
    while (step.more) {
        g_autoptr(GError) error = NULL;
        guint left = export->limit == 0 ? 0 : export->limit - (guint) export->lines;
        if (!export_step(app->store, &export->request, &export->cursor, left, &step, &error)) {
            say(SAY_ERROR, "%s", error->message);
            /* Who follows waits; a second process must not stop it for ever. */
            return export->interval > 0 && options_store_exit(error) == EX_TEMPFAIL
                       ? -1
                       : options_store_exit(error);
        }
        if (step.anew)
            say(SAY_INFO, "the store was rebuilt or is another one: all is told again");
        if (step.ended || export_out_state() == EXPORT_OUT_FAILED)
            return export_out_state() == EXPORT_OUT_FAILED ? EX_IOERR : EX_OK;
        if (export->cursor_file != NULL && (step.lines > 0 || !step.more) &&
            !export_out_save_cursor(export->cursor_file, &export->cursor))
            return EX_IOERR;
        export->lines += step.lines;
        if (export_out_state() != EXPORT_OUT_OPEN ||
            (export->limit > 0 && export->lines >= export->limit))
            return EX_OK;
    }
    return -1;
}

static int
run(App *app, Export *export)
{
    export_out_begin();
    for (;;) {
        int status = tell_present(app, export);
        if (status < 0 && (export->interval == 0 || !export_out_wait(export->interval)))
            status = EX_OK;
        if (status >= 0) {
            if (app->verbose)
                say(SAY_INFO, "%" G_GUINT64_FORMAT " lines", export->lines);
            return status;
        }
    }
}

/* Where to begin. -1 or an exit status. */
static int
read_cursor(Export *export, const char *what, const char *after)
{
    ExportWhat wanted = EXPORT_REPORTS;
    if (what != NULL && !export_what_from_name(what, &wanted))
        return options_usage("export", "--what: expected reports, failures or totals");
    export_cursor_init(&export->cursor, wanted);
    if (after != NULL && export->cursor_file != NULL)
        return options_usage("export", "--cursor and --after exclude each other");
    if (after != NULL && !export_cursor_parse(after, &export->cursor))
        return options_usage("export", "--after: \"%s\" is no cursor", after);
    if (export->cursor_file != NULL &&
        !export_out_load_cursor(export->cursor_file, &export->cursor))
        return EX_DATAERR;
    if (export->cursor.what != wanted)
        return options_usage("export", "the cursor is one of --what %s",
                             export_what_name(export->cursor.what));
    return -1;
}

int
cmd_export(App *app, int argc, char **argv)
{
    FilterOptions filter = {0};
    g_autofree char *what = NULL, *cursor_file = NULL, *after = NULL;
    gboolean follow = FALSE;
    int limit = 0, interval = 0;
    const GOptionEntry entries[] = {
        {"what", 0, 0, G_OPTION_ARG_STRING, &what, "reports (default), failures or totals", "WHAT"},
        {"since", 0, 0, G_OPTION_ARG_STRING, &filter.since, "First UTC day (or 7d)", "DAY"},
        {"until", 0, 0, G_OPTION_ARG_STRING, &filter.until, "Last UTC day", "DAY"},
        {"domain", 0, 0, G_OPTION_ARG_STRING, &filter.domain, "Only this policy domain", "DOMAIN"},
        {"sender", 0, 0, G_OPTION_ARG_STRING, &filter.sender, "Only this sender", "NAME"},
        {"cursor", 0, 0, G_OPTION_ARG_FILENAME, &cursor_file,
         "Go on where FILE says, and keep it up to date", "FILE"},
        {"after", 0, 0, G_OPTION_ARG_STRING, &after, "Go on after the line with this cursor",
         "CURSOR"},
        {"follow", 0, 0, G_OPTION_ARG_NONE, &follow, "Wait for more, until SIGTERM", NULL},
        {"interval", 0, 0, G_OPTION_ARG_INT, &interval,
         "With --follow: look every N seconds (1; for failures and totals 30)", "N"},
        {"limit", 0, 0, G_OPTION_ARG_INT, &limit, "End after N lines, but finish the day", "N"},
        {0},
    };
    g_autoptr(GStringChunk) strings = g_string_chunk_new(256);
    Export export = {.request = {.write = export_out_write}};
    int status = options_parse("export", entries, &argc, &argv);
    if (status < 0 && argc > 1)
        status = options_usage("export", "unexpected argument \"%s\"", argv[1]);
    if (status < 0 && (limit < 0 || interval < 0 || interval > 86400))
        status = options_usage("export", "--%s: expected a number above 0",
                               limit < 0 ? "limit" : "interval");
    if (status < 0)
        status = options_filter("export", &filter, options_today(), &export.request.query, strings);
    if (status < 0) {
        export.cursor_file = cursor_file;
        status = read_cursor(&export, what, after);
    }
    if (status < 0)
        status = command_open_store(app);
    if (status < 0) {
        guint usual = export.cursor.what == EXPORT_REPORTS ? INTERVAL_REPORTS : INTERVAL_DAYS;
        export.limit = (guint)limit;
        export.interval = !follow ? 0 : interval > 0 ? (guint)interval : usual;
        export.request.decode = intake_store_decode;
        export.request.decode_data = (gpointer)&app->config->rules;
        status = run(app, &export);
    }
    options_filter_clear(&filter);
    return status;
}
