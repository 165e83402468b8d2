#include "ingest/intake.h"

#include "ingest/examine.h"
#include "ingest/gunzip.h"
#include "ingest/mail_header.h"
#include "schema/decode.h"
#include "schema/limits.h"

void
intake_payload(const IntakeRules *rules, const Origin *origin, GBytes *input, const char *file_name,
               Trust trust, GPtrArray *out)
{
    const Examination examination = {
        .rules = rules, .origin = origin, .input = input, .trust = trust};
    gsize limit = examine_limit(rules->payload_bytes, LIMIT_PAYLOAD_BYTES);
    gsize size = g_bytes_get_size(input);
    if (size > limit) {
        g_ptr_array_add(
            out, examine_refuse(&examination, OUTCOME_TOO_LARGE, "too-large", "RFC 8460 5.2",
                                "the input has more than %" G_GSIZE_FORMAT " octets", limit));
        return;
    }
    gsize max = examine_limit(rules->inflated_bytes, LIMIT_INFLATED_BYTES);
    g_autoptr(GPtrArray) documents = payload_open(input, max, NULL);
    for (guint i = 0; i < documents->len; i++) {
        const PayloadDocument *document = g_ptr_array_index(documents, i);
        const Hints hints = {.file_name = document->entry != NULL ? document->entry : file_name};
        g_ptr_array_add(out, examine_document(&examination, document, &hints, document->entry));
    }
}

void
intake_any(const IntakeRules *rules, const Origin *origin, GBytes *input, const char *file_name,
           GPtrArray *out)
{
    gsize length;
    const char *data = g_bytes_get_data(input, &length);
    if (mail_header_sniff(data, length)) /* never JSON, gzip or zip */
        intake_message(rules, origin, input, out);
    else
        intake_payload(rules, origin, input, file_name, TRUST_LOCAL, out);
}

GBytes *
intake_inflate(GBytes *raw, gsize max, char **ret_reason)
{
    static const char *const reasons[] = {
        [GUNZIP_TRUNCATED] = "the stored gzip stream is truncated",
        [GUNZIP_DAMAGED] = "the stored gzip stream is damaged",
        [GUNZIP_TOO_LARGE] = "the stored report is larger than asked for",
        [GUNZIP_NO_MEMORY] = "out of memory",
    };
    gsize length;
    const guint8 *data = g_bytes_get_data(raw, &length);
    Gunzipped gunzipped;
    GunzipStatus status = gunzip(data, length, max, &gunzipped);
    if (status == GUNZIP_OK)
        return gunzipped.bytes;
    *ret_reason = g_strdup(reasons[status]);
    return NULL;
}

Report *
intake_restore(const IntakeRules *rules, GBytes *raw, const char *hint_domain, GPtrArray *findings)
{
    /* It was taken by the limit of its day: a limit that was lowered since must not lose it. */
    gsize max = MAX(rules->inflated_bytes, LIMIT_INFLATED_BYTES);
    g_autofree char *reason = NULL;
    g_autoptr(GBytes) json = intake_inflate(raw, max, &reason);
    if (json == NULL) {
        findings_add(findings, FINDING_DEFECT, "raw-damaged", "", "RFC 1952 2.3", "%s", reason);
        return NULL;
    }
    gsize length;
    const char *data = g_bytes_get_data(json, &length);
    g_autoptr(Report) report = report_decode(data, length, findings);
    if (report == NULL)
        return NULL;
    const Hints hints = {.report_domain = hint_domain};
    g_autofree char *used = NULL;
    if (judge_domains(rules, report, &hints, findings, &used) == OUTCOME_DEFECTIVE)
        return NULL;
    return g_steal_pointer(&report);
}
