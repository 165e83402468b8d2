#include "cli/report_json.h"

#include <stdlib.h>

#include "schema/day.h"
#include "schema/finding.h"
#include "schema/limits.h"

static json_t *
text_or_null(const char *text)
{
    return text == NULL ? json_null() : json_string(text);
}

static json_t *
time_to_json(gint64 seconds)
{
    g_autofree char *text = datetime_format(seconds);
    return json_string(text);
}

/* The store keeps findings as the JSON that it was given. */
static json_t *
findings_to_json(const char *text)
{
    json_t *findings = text != NULL ? json_loads(text, 0, NULL) : NULL;
    return findings != NULL ? findings : json_array();
}

json_t *
report_row_to_json(const StoreReportRow *row)
{
    g_autofree char *day = day_format(row->day);
    json_t *object = json_object();
    json_object_set_new(object, "id", json_integer(row->id));
    json_object_set_new(object, "day", json_string(day));
    json_object_set_new(object, "start", time_to_json(row->start));
    json_object_set_new(object, "end", time_to_json(row->end));
    json_object_set_new(object, "received", time_to_json(row->received));
    json_object_set_new(object, "sender", text_or_null(row->sender));
    json_object_set_new(object, "organization_name", text_or_null(row->organization_name));
    json_object_set_new(object, "contact_info", text_or_null(row->contact_info));
    json_object_set_new(object, "report_id", text_or_null(row->report_id));
    json_object_set_new(object, "domains", text_or_null(row->domains));
    json_object_set_new(object, "trust", json_string(trust_name(row->trust)));
    json_object_set_new(object, "authenticated_by", text_or_null(row->authenticated_by));
    json_object_set_new(object, "road", text_or_null(row->road));
    json_object_set_new(object, "source", text_or_null(row->source));
    json_object_set_new(object, "times_seen", json_integer(row->times_seen));
    json_object_set_new(object, "counted", json_boolean(row->counted));
    json_object_set_new(object, "counted_instead",
                        row->counted_instead > 0 ? json_integer(row->counted_instead)
                                                 : json_null());
    json_object_set_new(object, "successful_sessions", json_integer(row->successful));
    json_object_set_new(object, "failed_sessions", json_integer(row->failed));
    json_object_set_new(object, "findings", findings_to_json(row->findings_json));
    return object;
}

json_t *
quarantine_row_to_json(const StoreQuarantineRow *row)
{
    json_t *object = json_object();
    json_object_set_new(object, "id", json_integer(row->id));
    json_object_set_new(object, "received", time_to_json(row->received));
    json_object_set_new(object, "outcome", text_or_null(row->outcome));
    json_object_set_new(object, "reason_code", text_or_null(row->reason_code));
    json_object_set_new(object, "reason", text_or_null(row->reason));
    json_object_set_new(object, "road", text_or_null(row->road));
    json_object_set_new(object, "source", text_or_null(row->source));
    json_object_set_new(object, "part", text_or_null(row->part));
    json_object_set_new(object, "is_message", json_boolean(row->is_message));
    json_object_set_new(object, "octets", json_integer((json_int_t)row->full_size));
    json_object_set_new(object, "times_seen", json_integer(row->times_seen));
    json_object_set_new(object, "findings", findings_to_json(row->findings_json));
    return object;
}

void
report_json_append_findings(GString *out, const char *findings_json, const char *heading,
                            const char *indent, gboolean with_kind)
{
    json_t *findings = findings_to_json(findings_json);
    size_t index;
    json_t *finding;
    if (heading != NULL && json_array_size(findings) > 0)
        g_string_append(out, heading);
    json_array_foreach(findings, index, finding)
    {
        const char *kind = "", *pointer = "", *clause = "", *fact = "";
        (void)json_unpack(finding, "{s:s, s:s, s:s, s:s}", "kind", &kind, "pointer", &pointer,
                          "clause", &clause, "fact", &fact);
        g_autofree char *where = text_printable(pointer, -1, LIMIT_TEXT_BYTES);
        g_autofree char *what = text_printable(fact, -1, LIMIT_FREE_TEXT_BYTES);
        g_string_append_printf(out, "%s%s%s%s: %s: %s\n", indent, with_kind ? kind : "",
                               with_kind ? ": " : "", *where != '\0' ? where : "(document)", clause,
                               what);
    }
    json_decref(findings);
}

void
report_json_finish(const char *schema, const char *name, json_t *value, GString *out)
{
    json_t *root = json_object();
    json_object_set_new(root, "schema", json_string(schema));
    json_object_set_new(root, name, value);
    char *text = json_dumps(root, JSON_INDENT(2));
    g_string_append_printf(out, "%s\n", text);
    free(text);
    json_decref(root);
}
