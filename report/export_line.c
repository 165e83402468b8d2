#include "report/export_line.h"

#include <string.h>

#include "report/json_value.h"
#include "report/summary.h"
#include "schema/day.h"
#include "schema/effect.h"
#include "schema/sts_policy.h"

#define SECONDS_PER_DAY G_GINT64_CONSTANT(86400)
#define ID_BYTES        16

/* ---- parts --------------------------------------------------------------------------------- */

static json_t *
time_to_json(gint64 seconds)
{
    g_autofree char *text = datetime_format(seconds);
    return json_string(text);
}

static json_t *
list_to_json(const char *const *texts)
{
    json_t *list = json_array();
    for (; texts != NULL && *texts != NULL; texts++) {
        if (**texts != '\0')
            json_array_append_new(list, json_string(*texts));
    }
    return list;
}

/* "a,b" as a list. */
static json_t *
domains_to_json(const char *text)
{
    g_auto(GStrv) domains = g_strsplit(text, ",", -1);
    return list_to_json((const char *const *)domains);
}

static json_t *
trust_to_json(const gint64 numbers[TRUST_LOCAL + 1])
{
    json_t *object = json_object();
    for (int i = 0; i <= TRUST_LOCAL; i++)
        json_object_set_new(object, trust_name((Trust)i), json_integer(numbers[i]));
    return object;
}

/* A document id: a digest of what makes the line this one, in hexadecimal. NULL and "" differ. */
static json_t *
id_of(const char *const *parts, guint n)
{
    guint8 digest[32];
    gsize length = sizeof digest;
    char text[2 * ID_BYTES + 1];
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    for (guint i = 0; i < n; i++) {
        g_checksum_update(sum, (const guchar *)(parts[i] != NULL ? "+" : "-"), 1);
        if (parts[i] != NULL)
            g_checksum_update(sum, (const guchar *)parts[i], (gssize)strlen(parts[i]) + 1);
    }
    g_checksum_get_digest(sum, digest, &length);
    for (guint i = 0; i < ID_BYTES; i++)
        g_snprintf(text + (gsize)2 * i, 3, "%02x", digest[i]);
    return json_string(text);
}

static json_t *
start_line(const char *schema, json_t *id, gint64 timestamp)
{
    json_t *object = json_object();
    json_object_set_new(object, "schema", json_string(schema));
    json_object_set_new(object, "id", id);
    json_object_set_new(object, "@timestamp", time_to_json(timestamp));
    return object;
}

/* ---- reports ------------------------------------------------------------------------------- */

static json_t *
detail_to_json(const PolicyEntry *entry, StsMode mode, const FailureDetail *detail)
{
    json_t *object = json_object();
    const char *effect = effect_name(effect_of(entry->type, mode, detail->result_type));
    json_object_set_new(object, "result_type", json_string(detail->result_word));
    json_object_set_new(object, "effect", json_string(effect));
    json_object_set_new(object, "sessions", json_integer(detail->failed_sessions));
    json_object_set_new(object, "mx", json_value_text(detail->mx_hostname));
    json_object_set_new(object, "mx_helo", json_value_text(detail->mx_helo));
    json_object_set_new(object, "receiving_ip", json_value_text(detail->receiving_ip));
    json_object_set_new(object, "sending_mta_ip", json_value_text(detail->sending_mta_ip));
    json_object_set_new(object, "reason", json_value_text(detail->reason_code));
    json_object_set_new(object, "additional_information", json_value_text(detail->additional_info));
    return object;
}

static json_t *
entry_to_json(const PolicyEntry *entry, const char *counts_for)
{
    json_t *object = json_object(), *failures = json_array();
    g_autoptr(StsPolicy) policy = sts_policy_parse(entry->policy_string, entry->mx_host);
    StsMode mode = entry->type == POLICY_TYPE_STS ? policy->mode : STS_MODE_UNKNOWN;
    for (gsize i = 0; i < entry->n_failures; i++)
        json_array_append_new(failures, detail_to_json(entry, mode, &entry->failures[i]));
    json_object_set_new(object, "policy_type", json_string(policy_entry_type_name(entry)));
    json_object_set_new(object, "domain", json_value_text(entry->domain));
    json_object_set_new(object, "counts_for", domains_to_json(counts_for));
    json_object_set_new(object, "mode", json_value_text(sts_mode_name(mode)));
    json_object_set_new(object, "policy_string", list_to_json(entry->policy_string));
    json_object_set_new(object, "mx_host", list_to_json(entry->mx_host));
    json_object_set_new(object, "successful_sessions", json_integer(entry->successful_sessions));
    json_object_set_new(object, "failed_sessions", json_integer(entry->failed_sessions));
    json_object_set_new(object, "failures", failures);
    return object;
}

/* The store remembers what each entry counts for as of when it was counted. */
static json_t *
policies_to_json(const StoreReportRow *row, const Report *report)
{
    json_t *policies = json_array();
    g_auto(GStrv) counts_for = g_strsplit(row->counts_for, ";", -1);
    guint n = g_strv_length(counts_for);
    for (gsize i = 0; report != NULL && i < report->n_policies; i++)
        json_array_append_new(policies,
                              entry_to_json(&report->policies[i], i < n ? counts_for[i] : ""));
    return policies;
}

/* The same for a report whatever its row in the store is, and however its JSON is written. */
static json_t *
report_id(const StoreReportRow *row, const Report *report)
{
    guint8 claim[REPORT_DIGEST_BYTES], content[REPORT_DIGEST_BYTES];
    gsize length;
    const guint8 *raw = g_bytes_get_data(row->raw, &length);
    g_autofree char *of_claim = NULL, *of_content = NULL;
    memcpy(claim, row->claim, sizeof claim);
    memcpy(content, row->content, sizeof content);
    /* Of one that is no more as it came the store still knows what it was. */
    if (report != NULL && row->held == STORE_HELD_WHOLE) {
        report_claim(report, claim);
        report_content(report, content);
    }
    if (report != NULL || row->held != STORE_HELD_WHOLE) {
        of_claim = g_compute_checksum_for_data(G_CHECKSUM_SHA256, claim, sizeof claim);
        of_content = g_compute_checksum_for_data(G_CHECKSUM_SHA256, content, sizeof content);
    } else {
        of_content = g_compute_checksum_for_data(G_CHECKSUM_SHA256, raw, length);
    }
    const char *const parts[] = {"report", of_claim, of_content};
    return id_of(parts, G_N_ELEMENTS(parts));
}

static void
set_origin(json_t *object, const StoreReportRow *row)
{
    g_autofree char *reference = g_strdup_printf("r%" G_GINT64_FORMAT, row->id);
    g_autofree char *instead = g_strdup_printf("r%" G_GINT64_FORMAT, row->counted_instead);
    json_t *deviations = json_loads(row->findings_json, 0, NULL);
    json_object_set_new(object, "reference", json_string(reference));
    json_object_set_new(object, "received", time_to_json(row->received));
    json_object_set_new(object, "road", json_string(row->road));
    json_object_set_new(object, "source", json_value_text(row->source));
    json_object_set_new(object, "trust", json_string(trust_name(row->trust)));
    json_object_set_new(object, "authenticated_by", json_value_text(row->authenticated_by));
    json_object_set_new(object, "counted", json_boolean(row->counted));
    json_object_set_new(object, "counted_instead",
                        row->counted_instead > 0 ? json_string(instead) : json_null());
    json_object_set_new(object, "deviations", deviations != NULL ? deviations : json_array());
}

void
export_line_report(GString *out, const StoreReportRow *row, const Report *report,
                   const char *cursor)
{
    json_t *object = start_line("tlsgauge.export.report/1", report_id(row, report), row->start);
    json_object_set_new(object, "day", json_value_day(row->day));
    json_object_set_new(object, "start", time_to_json(row->start));
    json_object_set_new(object, "end", time_to_json(row->end));
    json_object_set_new(object, "sender", json_string(row->sender));
    json_object_set_new(object, "organization_name", json_string(row->organization_name));
    json_object_set_new(object, "contact_info", json_value_text(row->contact_info));
    json_object_set_new(object, "report_id", json_string(row->report_id));
    json_object_set_new(object, "domains", domains_to_json(row->domains));
    set_origin(object, row);
    json_object_set_new(object, "decoded", json_boolean(report != NULL));
    json_object_set_new(object, "policies", policies_to_json(row, report));
    json_object_set_new(object, "cursor", json_string(cursor));
    json_value_line(object, out);
}

/* ---- rows of a day ------------------------------------------------------------------------- */

void
export_line_total(GString *out, const ExportTotal *total, gint64 revision)
{
    g_autofree char *day = day_format(total->day);
    const char *const parts[] = {"total", day, total->domain, total->sender, total->policy_type};
    json_t *object = start_line("tlsgauge.export.total/1", id_of(parts, G_N_ELEMENTS(parts)),
                                total->day * SECONDS_PER_DAY);
    json_object_set_new(object, "day", json_string(day));
    json_object_set_new(object, "domain", json_string(total->domain));
    json_object_set_new(object, "sender", json_string(total->sender));
    json_object_set_new(object, "policy_type", json_string(total->policy_type));
    json_object_set_new(object, "reports", json_integer(total->reports));
    json_object_set_new(object, "successful_sessions", json_integer(total->successful));
    json_object_set_new(object, "failed_sessions", json_integer(total->failed));
    json_object_set_new(object, "unattributed_sessions",
                        json_integer(total->failed - total->detailed));
    json_object_set_new(object, "reports_by_trust", trust_to_json(total->reports_by_trust));
    json_object_set_new(object, "revision", json_integer(revision));
    json_value_line(object, out);
}

void
export_line_failure(GString *out, const ExportFailure *failure, gint64 revision)
{
    g_autofree char *day = day_format(failure->day);
    const char *mode = sts_mode_name(failure->mode);
    const char *const parts[] = {
        "failure", day,         failure->domain,      failure->sender, failure->policy_type,
        mode,      failure->mx, failure->result_word, failure->reason};
    Effect effect = effect_of(policy_type_from_word(failure->policy_type), failure->mode,
                              result_type_from_word(failure->result_word));
    json_t *object = start_line("tlsgauge.export.failure/1", id_of(parts, G_N_ELEMENTS(parts)),
                                failure->day * SECONDS_PER_DAY);
    json_object_set_new(object, "day", json_string(day));
    json_object_set_new(object, "domain", json_string(failure->domain));
    json_object_set_new(object, "sender", json_string(failure->sender));
    json_object_set_new(object, "policy_type", json_string(failure->policy_type));
    json_object_set_new(object, "mode", json_value_text(mode));
    json_object_set_new(object, "mx", json_value_text(failure->mx));
    json_object_set_new(object, "result_type", json_string(failure->result_word));
    json_object_set_new(object, "reason", json_value_text(failure->reason));
    json_object_set_new(object, "effect", json_string(effect_name(effect)));
    json_object_set_new(object, "sessions", json_integer(failure->sessions));
    json_object_set_new(object, "sessions_by_trust", trust_to_json(failure->sessions_by_trust));
    json_object_set_new(object, "revision", json_integer(revision));
    json_value_line(object, out);
}

void
export_line_day(GString *out, const char *what, gint32 day, const StoreQuery *query, gint64 rows,
                gint64 revision, const char *cursor)
{
    g_autofree char *text = day_format(day);
    const char *const parts[] = {"day", what, text, query->domain, query->sender};
    json_t *object = start_line("tlsgauge.export.day/1", id_of(parts, G_N_ELEMENTS(parts)),
                                day * SECONDS_PER_DAY);
    json_object_set_new(object, "day", json_string(text));
    json_object_set_new(object, "what", json_string(what));
    json_object_set_new(object, "rows", json_integer(rows));
    json_object_set_new(object, "revision", json_integer(revision));
    json_object_set_new(object, "cursor", json_string(cursor));
    json_value_line(object, out);
}
