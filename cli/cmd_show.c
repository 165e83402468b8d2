/* show: one stored report, decoded, with its deviations; or its JSON as it came. */
#include <jansson.h>
#include <sysexits.h>

#include "cli/options.h"
#include "cli/report_json.h"
#include "cli/say.h"
#include "ingest/intake.h"
#include "report/text_table.h"
#include "schema/day.h"
#include "schema/finding.h"
#include "schema/limits.h"

typedef enum { SHOW_TEXT, SHOW_JSON, SHOW_RAW } ShowForm;

typedef struct {
    ShowForm form;
    const IntakeRules *rules;
    GString *out;
    char *problem; /* why it cannot be shown, or NULL */
} Show;

/* "name: value" where there is a value; foreign text is escaped. */
static void
line(GString *out, const char *name, const char *value)
{
    if (value == NULL || *value == '\0')
        return;
    g_autofree char *printable = text_printable(value, -1, LIMIT_FREE_TEXT_BYTES);
    g_string_append_printf(out, "%-18s%s\n", name, printable);
}

static void
line_number(GString *out, const char *name, gint64 value)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, value);
    line(out, name, text);
}

static void
append_detail(GString *out, const FailureDetail *detail)
{
    g_string_append_c(out, '\n');
    line(out, "    failure", *detail->result_word != '\0' ? detail->result_word : "(none given)");
    line_number(out, "    sessions", detail->failed_sessions);
    line(out, "    MX", detail->mx_hostname);
    line(out, "    MX address", detail->receiving_ip);
    line(out, "    MX HELO", detail->mx_helo);
    line(out, "    sending MTA", detail->sending_mta_ip);
    line(out, "    reason", detail->reason_code);
    line(out, "    information", detail->additional_info);
}

static void
append_policies(GString *out, const Report *report)
{
    for (gsize i = 0; i < report->n_policies; i++) {
        const PolicyEntry *entry = &report->policies[i];
        g_string_append_c(out, '\n');
        line(out, "policy type", policy_entry_type_name(entry));
        line(out, "  domain", entry->domain != NULL ? entry->domain : "(none given)");
        g_autofree char *counts_for = g_strjoinv(", ", (char **)entry->counts_for);
        line(out, "  counts for", *counts_for != '\0' ? counts_for : "(none of ours)");
        for (const char *const *each = entry->policy_string; *each != NULL; each++)
            line(out, each == entry->policy_string ? "  policy" : "", *each);
        for (const char *const *each = entry->mx_host; *each != NULL; each++)
            line(out, each == entry->mx_host ? "  mx-host" : "", *each);
        line_number(out, "  successful", entry->successful_sessions);
        line_number(out, "  failed", entry->failed_sessions);
        for (gsize j = 0; j < entry->n_failures; j++)
            append_detail(out, &entry->failures[j]);
    }
}

static void
append_text(Show *show, const StoreReportRow *row)
{
    GString *out = show->out;
    g_autofree char *id = g_strdup_printf("r%" G_GINT64_FORMAT, row->id);
    g_autofree char *start = datetime_format(row->start);
    g_autofree char *end = datetime_format(row->end);
    g_autofree char *received = datetime_format(row->received);
    line(out, "report", id);
    line(out, "sender", row->sender);
    line(out, "organization-name", row->organization_name);
    line(out, "contact-info", row->contact_info);
    line(out, "report-id", row->report_id);
    line(out, "start", start);
    line(out, "end", end);
    line(out, "received", received);
    line(out, "by", row->road);
    line(out, "from", row->source);
    line(out, "trust", trust_name(row->trust));
    line(out, "authenticated by", row->authenticated_by);
    line_number(out, "times seen", row->times_seen);
    if (!row->counted) {
        g_autofree char *instead =
            g_strdup_printf("no: r%" G_GINT64_FORMAT " counts instead", row->counted_instead);
        line(out, "counted", instead);
    }
    if (row->held == STORE_HELD_NOTHING) {
        line(out, "held", "nothing: raw-days of [retention] are over");
        report_json_append_findings(out, row->findings_json, "\nDeviations from the RFC\n", "  ",
                                    FALSE);
        return;
    }
    if (row->held == STORE_HELD_SHORTENED)
        line(out, "held", "without addresses: addresses-days of [retention] are over");
    g_autoptr(GPtrArray) findings = findings_new();
    g_autoptr(Report) report = intake_restore(show->rules, row->raw, row->hint_domain, findings);
    if (report != NULL)
        append_policies(out, report);
    else
        show->problem = g_strdup("the stored report cannot be decoded");
    report_json_append_findings(out, row->findings_json, "\nDeviations from the RFC\n", "  ",
                                FALSE);
}

static gboolean
on_report(gpointer data, const StoreReportRow *row)
{
    Show *show = data;
    if (show->form == SHOW_TEXT) {
        append_text(show, row);
        return TRUE;
    }
    if (row->held == STORE_HELD_NOTHING && show->form == SHOW_RAW) {
        show->problem = g_strdup("nothing is left of the document: raw-days of [retention] are "
                                 "over");
        return TRUE;
    }
    if (row->held == STORE_HELD_NOTHING) {
        json_t *dropped = report_row_to_json(row);
        json_object_set_new(dropped, "document", json_null());
        report_json_finish("tlsgauge.report/1", "report", dropped, show->out);
        return TRUE;
    }
    g_autoptr(GBytes) document = intake_inflate(row->raw, LIMIT_INFLATED_BYTES * 8, &show->problem);
    if (document == NULL)
        return TRUE;
    gsize length;
    const char *text = g_bytes_get_data(document, &length);
    if (show->form == SHOW_RAW) {
        g_string_append_len(show->out, text, (gssize)length);
        return TRUE;
    }
    json_t *object = report_row_to_json(row);
    json_t *raw = json_loadb(text, length, JSON_ALLOW_NUL, NULL);
    json_object_set_new(object, "document", raw != NULL ? raw : json_null());
    report_json_finish("tlsgauge.report/1", "report", object, show->out);
    return TRUE;
}

int
cmd_show(App *app, int argc, char **argv)
{
    gboolean json = FALSE, raw = FALSE;
    const GOptionEntry entries[] = {
        {"raw", 0, 0, G_OPTION_ARG_NONE, &raw, "Print the JSON document as it came", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print what is known of it as JSON", NULL},
        {0},
    };
    int status = options_parse("show", entries, &argc, &argv);
    gint64 id = 0;
    if (status < 0 && (argc != 2 || !options_id(argv[1], 'r', &id)))
        status = options_usage("show", "expected one report id, like r12 (see: tlsgauge list)");
    if (status < 0)
        status = command_open_store(app);
    if (status >= 0)
        return status;
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    Show show = {raw ? SHOW_RAW : json ? SHOW_JSON : SHOW_TEXT, &app->config->rules, out, NULL};
    if (!store_get_report(app->store, id, on_report, &show, &error)) {
        say(SAY_ERROR, "%s", error->message);
        return options_store_exit(error);
    }
    gboolean written = say_output(out->str, (gssize)out->len);
    if (show.problem != NULL) {
        say(SAY_ERROR, "r%" G_GINT64_FORMAT ": %s", id, show.problem);
        g_free(show.problem);
        return EX_DATAERR;
    }
    return written ? EX_OK : EX_IOERR;
}
