#include "check/run_json.h"

#include <jansson.h>
#include <stdlib.h>

#include "schema/day.h"

/* A date-time, or null for 0. */
static json_t *
time_json(gint64 seconds)
{
    g_autofree char *text = seconds == 0 ? NULL : datetime_format(seconds);
    return text == NULL ? json_null() : json_string(text);
}

static json_t *
list_json(char *const *texts)
{
    json_t *list = json_array();
    for (; texts != NULL && *texts != NULL; texts++)
        json_array_append_new(list, json_string(*texts));
    return list;
}

static json_t *
finding_json(const CheckFinding *finding)
{
    const CheckKind *kind = finding->kind;
    const char *fix = finding->fix != NULL ? finding->fix : kind->fix;
    return json_pack("{s:s, s:s, s:s, s:s?, s:s, s:s, s:s, s:s?, s:s?}", "id", kind->id, "severity",
                     check_severity_name(finding->severity), "clause", kind->clause, "result_type",
                     kind->result_type, "title", kind->title, "subject", finding->subject, "fact",
                     finding->fact, "fix", *fix != '\0' ? fix : NULL, "copy", finding->copy);
}

static json_t *
stages_json(const CheckRun *run)
{
    json_t *stages = json_array();
    for (CheckStage stage = 0; stage < CHECK_STAGES; stage++) {
        const CheckStageRun *one = &run->stages[stage];
        json_t *findings = json_array();
        for (guint i = 0; i < one->findings->len; i++)
            json_array_append_new(findings, finding_json(g_ptr_array_index(one->findings, i)));
        json_array_append_new(stages,
                              json_pack("{s:s, s:b, s:I, s:o}", "stage", check_stage_name(stage),
                                        "looked_at", one->ran, "milliseconds",
                                        (json_int_t)one->elapsed_ms, "findings", findings));
    }
    return stages;
}

static json_t *
address_json(const CheckSeen *seen)
{
    static const char *const reach[] = {"not-tried", "no-answer", "refused", "reached"};
    return json_pack("{s:s, s:s, s:s?, s:b, s:s?, s:o, s:s?}", "address", seen->address, "reach",
                     reach[seen->reach], "problem", seen->problem, "starttls", seen->starttls,
                     "tls", seen->tls, "certificate_expires", time_json(seen->not_after),
                     "certificate_sha256", seen->fingerprint);
}

static json_t *
host_json(const CheckHost *host, const CheckProbe *probe)
{
    static const char *const tlsa[] = {"none", "unused", "secure", "failed", "unknown"};
    json_t *seen = json_array();
    for (guint i = 0; probe != NULL && i < probe->seen->len; i++)
        json_array_append_new(seen, address_json(g_ptr_array_index(probe->seen, i)));
    return json_pack("{s:s, s:i, s:b, s:o, s:b, s:s, s:o}", "name", host->name, "preference",
                     (int)host->preference, "implicit", host->implicit, "addresses",
                     list_json(host->addresses), "secure", host->mx_secure && host->address_secure,
                     "tlsa", tlsa[host->tlsa], "seen", seen);
}

static json_t *
hosts_json(const CheckRun *run)
{
    json_t *hosts = json_array();
    for (guint i = 0; i < run->hosts->len; i++)
        json_array_append_new(
            hosts, host_json(g_ptr_array_index(run->hosts, i),
                             i < run->probes->len ? g_ptr_array_index(run->probes, i) : NULL));
    return hosts;
}

static json_t *
policy_json(const CheckRun *run)
{
    const StsPolicy *policy = run->policy;
    if (policy == NULL)
        return json_null();
    g_autofree char *body = g_utf8_make_valid(g_bytes_get_data(run->policy_body, NULL),
                                              (gssize)g_bytes_get_size(run->policy_body));
    g_autofree char *hash = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, run->policy_body);
    return json_pack("{s:b, s:s?, s:I, s:o, s:s, s:s, s:o}", "usable", run->policy_usable, "mode",
                     sts_mode_name(policy->mode), "max_age", (json_int_t)policy->max_age, "mx",
                     list_json(policy->mx), "sha256", hash, "text", body, "certificate_expires",
                     time_json(run->policy_not_after));
}

static json_t *
run_to_json(const CheckRun *run)
{
    CheckSeverity worst = check_run_worst(run);
    return json_pack("{s:s, s:o, s:s, s:I, s:s?, s:o, s:s?, s:s?, s:o, s:o, s:o}", "domain",
                     run->domain, "at", time_json(run->at), "severity", check_severity_name(worst),
                     "milliseconds", (json_int_t)run->elapsed_ms, "tlsrpt_record", run->tlsrpt_text,
                     "rua", list_json(run->tlsrpt != NULL ? run->tlsrpt->rua : NULL), "sts_record",
                     run->sts_text, "sts_id", run->sts != NULL ? run->sts->id : NULL, "policy",
                     policy_json(run), "mx", hosts_json(run), "stages", stages_json(run));
}

/* VALUE is taken over. */
static char *
dump(json_t *value, size_t flags)
{
    char *text = json_dumps(value, flags);
    char *copy = g_strdup(text);
    free(text);
    json_decref(value);
    return copy;
}

char *
run_json(const CheckRun *run)
{
    return dump(run_to_json(run), JSON_COMPACT);
}

char *
runs_json(const GPtrArray *runs, gint64 at)
{
    json_t *domains = json_array();
    for (guint i = 0; i < runs->len; i++)
        json_array_append_new(domains, run_to_json(g_ptr_array_index(runs, i)));
    g_autofree char *text = dump(json_pack("{s:s, s:o, s:o}", "schema", "tlsgauge.check/1", "at",
                                           time_json(at), "domains", domains),
                                 JSON_INDENT(2));
    return g_strconcat(text, "\n", NULL);
}
