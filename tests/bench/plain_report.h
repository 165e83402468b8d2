/* plain_report.h: the baseline of decoding: zlib and Jansson into a struct, with nothing judged. */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <zlib.h>

typedef struct {
    char *result_type, *sending_ip, *mx, *receiving_ip, *reason;
    gint64 sessions;
} PlainFailure;

typedef struct {
    char *type, *domain;
    char **policy_string, **mx_host;
    gint64 successful, failed;
    PlainFailure *failures;
    gsize n_failures;
} PlainEntry;

typedef struct {
    char *organization, *contact, *report_id, *start, *end;
    PlainEntry *entries;
    gsize n_entries;
} PlainReport;

static inline char *
plain_text(json_t *object, const char *name)
{
    return g_strdup(json_string_value(json_object_get(object, name)));
}

static inline char **
plain_list(json_t *object, const char *name)
{
    json_t *array = json_object_get(object, name);
    gsize n = json_array_size(array);
    char **list = g_new0(char *, n + 1);
    for (gsize i = 0; i < n; i++)
        list[i] = g_strdup(json_string_value(json_array_get(array, i)));
    return list;
}

static inline void
plain_entry(json_t *object, PlainEntry *entry)
{
    json_t *policy = json_object_get(object, "policy"),
           *summary = json_object_get(object, "summary");
    json_t *details = json_object_get(object, "failure-details");
    entry->type = plain_text(policy, "policy-type");
    entry->domain = plain_text(policy, "policy-domain");
    entry->policy_string = plain_list(policy, "policy-string");
    entry->mx_host = plain_list(policy, "mx-host");
    entry->successful =
        json_integer_value(json_object_get(summary, "total-successful-session-count"));
    entry->failed = json_integer_value(json_object_get(summary, "total-failure-session-count"));
    entry->n_failures = json_array_size(details);
    entry->failures = g_new0(PlainFailure, entry->n_failures);
    for (gsize i = 0; i < entry->n_failures; i++) {
        json_t *detail = json_array_get(details, i);
        PlainFailure *failure = &entry->failures[i];
        failure->result_type = plain_text(detail, "result-type");
        failure->sending_ip = plain_text(detail, "sending-mta-ip");
        failure->mx = plain_text(detail, "receiving-mx-hostname");
        failure->receiving_ip = plain_text(detail, "receiving-ip");
        failure->reason = plain_text(detail, "failure-reason-code");
        failure->sessions = json_integer_value(json_object_get(detail, "failed-session-count"));
    }
}

/* NULL when it cannot be read. */
static inline PlainReport *
plain_decode(const char *text, gsize length)
{
    json_t *document = json_loadb(text, length, 0, NULL);
    if (document == NULL)
        return NULL;
    PlainReport *report = g_new0(PlainReport, 1);
    json_t *range = json_object_get(document, "date-range");
    json_t *policies = json_object_get(document, "policies");
    report->organization = plain_text(document, "organization-name");
    report->contact = plain_text(document, "contact-info");
    report->report_id = plain_text(document, "report-id");
    report->start = plain_text(range, "start-datetime");
    report->end = plain_text(range, "end-datetime");
    report->n_entries = json_array_size(policies);
    report->entries = g_new0(PlainEntry, report->n_entries);
    for (gsize i = 0; i < report->n_entries; i++)
        plain_entry(json_array_get(policies, i), &report->entries[i]);
    json_decref(document);
    return report;
}

static inline void
plain_free(PlainReport *report)
{
    for (gsize i = 0; i < report->n_entries; i++) {
        PlainEntry *entry = &report->entries[i];
        for (gsize k = 0; k < entry->n_failures; k++) {
            PlainFailure *failure = &entry->failures[k];
            g_free(failure->result_type);
            g_free(failure->sending_ip);
            g_free(failure->mx);
            g_free(failure->receiving_ip);
            g_free(failure->reason);
        }
        g_free(entry->failures);
        g_free(entry->type);
        g_free(entry->domain);
        g_strfreev(entry->policy_string);
        g_strfreev(entry->mx_host);
    }
    g_free(report->entries);
    g_free(report->organization);
    g_free(report->contact);
    g_free(report->report_id);
    g_free(report->start);
    g_free(report->end);
    g_free(report);
}

/* Inflates gzip into BUFFER of ROOM octets; what it made, 0 on failure. ZLIB is reused. */
static inline gsize
plain_inflate(z_stream *zlib, const guint8 *data, gsize length, char *buffer, gsize room)
{
    inflateReset(zlib);
    zlib->next_in = (Bytef *)data;
    zlib->avail_in = (uInt)length;
    zlib->next_out = (Bytef *)buffer;
    zlib->avail_out = (uInt)room;
    return inflate(zlib, Z_FINISH) == Z_STREAM_END ? zlib->total_out : 0;
}
