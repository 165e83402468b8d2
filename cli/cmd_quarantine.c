/* quarantine: list, show, retry and drop what could not be counted. */
#include <jansson.h>
#include <string.h>
#include <sysexits.h>

#include "cli/intake_store.h"
#include "cli/options.h"
#include "cli/report_json.h"
#include "cli/say.h"
#include "cli/tally.h"
#include "ingest/intake.h"
#include "schema/day.h"
#include "schema/finding.h"
#include "schema/limits.h"

typedef struct {
    gboolean json, raw, all;
} QuarantineOptions;

/* ---- list and show ------------------------------------------------------------------------- */

typedef struct {
    const QuarantineOptions *options;
    GString *out;
    json_t *entries; /* NULL: text */
} Listing;

static gboolean
list_row(gpointer data, const StoreQuarantineRow *row)
{
    Listing *listing = data;
    if (listing->entries != NULL) {
        json_array_append_new(listing->entries, quarantine_row_to_json(row));
        return TRUE;
    }
    g_autofree char *received = datetime_format(row->received);
    g_autofree char *source = text_printable(row->source != NULL ? row->source : "-", -1, 512);
    g_autofree char *reason = text_printable(row->reason, -1, LIMIT_FREE_TEXT_BYTES);
    g_string_append_printf(
        listing->out, "q%" G_GINT64_FORMAT "  %s  %s  %s, %s, seen %" G_GINT64_FORMAT "x\n    %s\n",
        row->id, received, row->outcome, row->road, source, row->times_seen, reason);
    return TRUE;
}

static int
list(App *app, const QuarantineOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    StoreCounts counts;
    Listing listing = {options, out, options->json ? json_array() : NULL};
    if (!store_each_quarantine(app->store, 0, 0, list_row, &listing, &error) ||
        !store_counts(app->store, &counts, &error)) {
        json_decref(listing.entries);
        say(SAY_ERROR, "%s", error->message);
        return options_store_exit(error);
    }
    if (options->json)
        report_json_finish("tlsgauge.quarantine/1", "entries", listing.entries, out);
    else if (counts.quarantined == 0)
        g_string_append(out, "The quarantine is empty.\n");
    if (counts.quarantine_dropped > 0)
        say(SAY_WARNING, "%" G_GINT64_FORMAT " older entries made room and are gone",
            counts.quarantine_dropped);
    return say_output(out->str, (gssize)out->len) ? EX_OK : EX_IOERR;
}

static void
append_entry(GString *out, const StoreQuarantineRow *row)
{
    Listing one = {NULL, out, NULL};
    list_row(&one, row);
    if (row->part != NULL) {
        g_autofree char *part = text_printable(row->part, -1, 512);
        g_string_append_printf(out, "    part: %s\n", part);
    }
    g_string_append_printf(
        out,
        "    %s of %" G_GUINT64_FORMAT " octets, %" G_GSIZE_FORMAT " kept (--raw prints them)\n",
        row->is_message ? "a message" : "an input", row->full_size, g_bytes_get_size(row->bytes));
    report_json_append_findings(out, row->findings_json, NULL, "    ", TRUE);
}

static gboolean
show_row(gpointer data, const StoreQuarantineRow *row)
{
    Listing *listing = data;
    if (listing->options->raw) {
        gsize length;
        const char *bytes = g_bytes_get_data(row->bytes, &length);
        g_string_append_len(listing->out, bytes, (gssize)length);
    } else if (listing->options->json) {
        report_json_finish("tlsgauge.quarantine-entry/1", "entry", quarantine_row_to_json(row),
                           listing->out);
    } else {
        append_entry(listing->out, row);
    }
    return TRUE;
}

static int
show(App *app, gint64 id, const QuarantineOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    Listing listing = {options, out, NULL};
    if (!store_get_quarantine(app->store, id, show_row, &listing, &error)) {
        say(SAY_ERROR, "%s", error->message);
        return options_store_exit(error);
    }
    return say_output(out->str, (gssize)out->len) ? EX_OK : EX_IOERR;
}

/* ---- retry and drop ------------------------------------------------------------------------ */

typedef struct {
    const IntakeRules *rules;
    GPtrArray *items; /* of Judged */
} Rejudge;

/* By today's rules, as what it came in as: the road decides the trust. */
static gboolean
rejudge_row(gpointer data, const StoreQuarantineRow *row)
{
    Rejudge *rejudge = data;
    Road road = ROAD_FILE;
    (void)road_from_name(row->road, &road);
    Origin origin = {road, row->source, row->received};
    g_autofree char *file_name =
        road == ROAD_FILE && row->source != NULL ? g_path_get_basename(row->source) : NULL;
    if (row->is_message)
        intake_message(rejudge->rules, &origin, row->bytes, rejudge->items);
    else
        intake_payload(rejudge->rules, &origin, row->bytes, file_name,
                       road == ROAD_HTTPS ? TRUST_UNAUTHENTICATED : TRUST_LOCAL, rejudge->items);
    return TRUE;
}

/* The entry goes when nothing of it has to be quarantined any more. All in one transaction. */
static gboolean
retry_one(App *app, gint64 id, Tally *tally, GError **error)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func((GDestroyNotify)judged_free);
    Rejudge rejudge = {&app->config->rules, items};
    if (!store_get_quarantine(app->store, id, rejudge_row, &rejudge, error))
        return FALSE;
    if (!store_begin(app->store, error))
        return FALSE;
    gboolean all_taken = TRUE;
    Tally outcomes = {0};
    for (guint i = 0; i < items->len; i++) {
        const Judged *item = g_ptr_array_index(items, i);
        Outcome outcome = item->outcome;
        if (outcome == OUTCOME_STORED && !intake_store_put(app->store, item, &outcome, NULL, error))
            return FALSE;
        all_taken = all_taken && (outcome == OUTCOME_STORED || outcome == OUTCOME_DUPLICATE);
        tally_add(&outcomes, outcome);
    }
    if ((all_taken && !store_drop_quarantine(app->store, id, error)) ||
        !store_commit(app->store, error))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(outcomes.by_outcome); i++)
        tally->by_outcome[i] += outcomes.by_outcome[i];
    return TRUE;
}

static gboolean
drop_one(App *app, gint64 id, GError **error)
{
    return store_begin(app->store, error) && store_drop_quarantine(app->store, id, error) &&
           store_commit(app->store, error);
}

static gboolean
collect_id(gpointer data, const StoreQuarantineRow *row)
{
    GArray *ids = data;
    g_array_append_val(ids, row->id);
    return TRUE;
}

/* The ids named, or all there are. -1 or an exit status. */
static int
read_ids(App *app, const QuarantineOptions *options, int argc, char **argv, GArray *ids)
{
    g_autoptr(GError) error = NULL;
    if (options->all && !store_each_quarantine(app->store, 0, 0, collect_id, ids, &error)) {
        say(SAY_ERROR, "%s", error->message);
        return options_store_exit(error);
    }
    for (int i = 0; i < argc; i++) {
        gint64 id;
        if (!options_id(argv[i], 'q', &id))
            return options_usage("quarantine", "\"%s\" is not an id, like q3", argv[i]);
        g_array_append_val(ids, id);
    }
    return -1;
}

static int
retry_or_drop(App *app, gboolean retry, const QuarantineOptions *options, int argc, char **argv)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    int status = read_ids(app, options, argc, argv, ids);
    Tally tally = {0};
    guint dropped = 0;
    for (guint i = 0; status < 0 && i < ids->len; i++) {
        g_autoptr(GError) error = NULL;
        gint64 id = g_array_index(ids, gint64, i);
        gboolean ok = retry ? retry_one(app, id, &tally, &error) : drop_one(app, id, &error);
        if (!ok) {
            store_rollback(app->store);
            say(SAY_ERROR, "q%" G_GINT64_FORMAT ": %s", id, error->message);
            status = options_store_exit(error);
        }
        dropped += ok ? 1 : 0;
    }
    if (status >= 0)
        return status;
    g_autofree char *counts = tally_text(&tally);
    g_autofree char *text =
        retry ? g_strdup_printf("%s\n", counts) : g_strdup_printf("%u dropped\n", dropped);
    return say_output(text, -1) ? EX_OK : EX_IOERR;
}

int
cmd_quarantine(App *app, int argc, char **argv)
{
    QuarantineOptions options = {0};
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, "list, show: print JSON", NULL},
        {"raw", 0, 0, G_OPTION_ARG_NONE, &options.raw, "show: print the bytes that were kept",
         NULL},
        {"all", 0, 0, G_OPTION_ARG_NONE, &options.all, "retry, drop: every entry", NULL},
        {0},
    };
    int status = options_parse("quarantine", entries, &argc, &argv);
    if (status >= 0)
        return status;
    const char *verb = argc > 1 ? argv[1] : "";
    gboolean is_list = strcmp(verb, "list") == 0 && argc == 2;
    gint64 id = 0;
    gboolean is_show = strcmp(verb, "show") == 0 && argc == 3 && options_id(argv[2], 'q', &id);
    gboolean is_change = strcmp(verb, "retry") == 0 || strcmp(verb, "drop") == 0;
    if (!is_list && !is_show && !is_change)
        return options_usage("quarantine", "expected list, show ID, retry ID... or drop ID...");
    if (is_change && options.all != (argc == 2))
        return options_usage("quarantine", "expected ids, like q3, or --all");
    status = command_open_store(app);
    if (status >= 0)
        return status;
    if (is_list)
        return list(app, &options);
    if (is_show)
        return show(app, id, &options);
    return retry_or_drop(app, *verb == 'r', &options, argc - 2, argv + 2);
}
