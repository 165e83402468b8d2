/* list: the stored reports, newest first. */
#include <jansson.h>
#include <stdlib.h>
#include <sysexits.h>

#include "cli/options.h"
#include "cli/report_json.h"
#include "cli/say.h"
#include "report/text_table.h"
#include "schema/day.h"
#include "schema/finding.h"

#define CELL_BYTES 512

typedef struct {
    GString *out;
    json_t *reports; /* NULL: text */
} List;

static void
append_number(GString *out, gint64 number, int width)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, number);
    text_append_padded(out, text, width, TRUE);
}

static gboolean
on_report(gpointer data, const StoreReportRow *row)
{
    List *list = data;
    if (list->reports != NULL) {
        json_array_append_new(list->reports, report_row_to_json(row));
        return TRUE;
    }
    g_autofree char *id = g_strdup_printf("r%" G_GINT64_FORMAT, row->id);
    g_autofree char *day = day_format(row->day);
    g_autofree char *sender = text_printable(row->sender, -1, CELL_BYTES);
    g_autofree char *domains = text_printable(row->domains, -1, CELL_BYTES);
    text_append_padded(list->out, id, 8, FALSE);
    g_string_append_printf(list->out, "%s  ", day);
    text_append_cell(list->out, sender, 18);
    g_string_append_c(list->out, ' ');
    text_append_cell(list->out, *domains != '\0' ? domains : "(none of ours)", 17);
    append_number(list->out, row->successful, 9);
    append_number(list->out, row->failed, 8);
    g_string_append_printf(list->out, " %s%s\n", row->counted ? "" : "-",
                           row->deviations > 0 ? "*" : "");
    return TRUE;
}

int
cmd_list(App *app, int argc, char **argv)
{
    FilterOptions filter = {0};
    gboolean json = FALSE;
    int limit = 0;
    const GOptionEntry entries[] = {
        {"domain", 0, 0, G_OPTION_ARG_STRING, &filter.domain, "Only about this policy domain",
         "DOMAIN"},
        {"since", 0, 0, G_OPTION_ARG_STRING, &filter.since, "First UTC day (or 7d)", "DAY"},
        {"until", 0, 0, G_OPTION_ARG_STRING, &filter.until, "Last UTC day", "DAY"},
        {"sender", 0, 0, G_OPTION_ARG_STRING, &filter.sender, "Only of this sender", "NAME"},
        {"limit", 0, 0, G_OPTION_ARG_INT, &limit, "At most N (default: all)", "N"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print JSON", NULL},
        {0},
    };
    g_autoptr(GStringChunk) strings = g_string_chunk_new(256);
    StoreQuery query;
    int status = options_parse("list", entries, &argc, &argv);
    if (status < 0 && argc > 1)
        status = options_usage("list", "unexpected argument \"%s\"", argv[1]);
    if (status < 0 && limit < 0)
        status = options_usage("list", "--limit: expected a number above 0");
    if (status < 0)
        status = options_filter("list", &filter, options_today(), &query, strings);
    if (status < 0)
        status = command_open_store(app);
    if (status < 0) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GString) out = g_string_new(NULL);
        List list = {out, json ? json_array() : NULL};
        if (!json)
            g_string_append(out, "ID      Day         Sender             Policy domain    "
                                 "Successful  Failed\n");
        if (!store_each_report(app->store, &query, (guint)limit, on_report, &list, &error)) {
            say(SAY_ERROR, "%s", error->message);
            status = options_store_exit(error);
        } else {
            if (json)
                report_json_finish("tlsgauge.list/1", "reports", json_incref(list.reports), out);
            else
                g_string_append(out,
                                "- a copy that does not count   * has deviations (see: tlsgauge "
                                "show ID)\n");
            status = say_output(out->str, (gssize)out->len) ? EX_OK : EX_IOERR;
        }
        if (json)
            json_decref(list.reports);
    }
    options_filter_clear(&filter);
    return status;
}
