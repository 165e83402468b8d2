#include "report/metrics.h"

#include <string.h>

#include "report/kept_look.h"
#include "report/metrics_cells.h"
#include "report/prometheus.h"
#include "report/stage.h"

#define SECONDS_PER_DAY G_GINT64_CONSTANT(86400)
/* As far as `ready --all` looks back. */
#define HISTORY_DAYS    400

/* ---- sessions ------------------------------------------------------------------------------ */

static void
append_totals(GString *out, const MetricsCells *cells)
{
    static const struct {
        const char *name, *help;
        gboolean failed;
    } families[] = {
        {"tlsgauge_sessions_successful",
         "TLS sessions that succeeded, on the newest closed UTC day that the sender reported (7 "
         "days back at most). Do not add up policy types.",
         FALSE},
        {"tlsgauge_sessions_failed",
         "TLS sessions that failed, of the same day. Do not add up policy types.", TRUE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(families); i++) {
        prometheus_family(out, families[i].name, "gauge", families[i].help);
        for (guint j = 0; j < cells->totals->len; j++) {
            const MetricsCell *cell = &g_array_index(cells->totals, MetricsCell, j);
            prometheus_sample(out, families[i].name,
                              families[i].failed ? cell->failed : cell->successful, "domain",
                              cell->domain, "policy_type", cell->policy_type, "sender",
                              cell->sender, NULL);
        }
    }
}

static void
append_failures(GString *out, const MetricsCells *cells)
{
    prometheus_family(out, "tlsgauge_failure_sessions", "gauge",
                      "Failed sessions of the same day by result type and effect, from the failure "
                      "details; these may overlap or be missing.");
    for (guint i = 0; i < cells->failures->len; i++) {
        const MetricsCell *cell = &g_array_index(cells->failures, MetricsCell, i);
        prometheus_sample(out, "tlsgauge_failure_sessions", cell->failed, "domain", cell->domain,
                          "policy_type", cell->policy_type, "sender", cell->sender, "result_type",
                          cell->result_type, "effect", cell->effect, NULL);
    }
}

static void
append_newest(GString *out, const MetricsCells *cells)
{
    prometheus_family(out, "tlsgauge_last_report_timestamp_seconds", "gauge",
                      "End of the newest closed UTC day that the sender reported (30 days back at "
                      "most).");
    for (guint i = 0; i < cells->newest->len; i++) {
        const MetricsNewest *newest = &g_array_index(cells->newest, MetricsNewest, i);
        prometheus_sample(out, "tlsgauge_last_report_timestamp_seconds",
                          (newest->day + 1) * SECONDS_PER_DAY, "domain", newest->domain, "sender",
                          newest->sender, NULL);
    }
}

/* ---- verdicts ------------------------------------------------------------------------------ */

typedef struct {
    Verdict verdict;
    Stage stage;
    guint days;
    gint64 blocking;
} Standing;

typedef struct {
    const MetricsOptions *options;
    GHashTable *places; /* name of a domain -> its place */
    Standing *standings;
} Standings;

/* "READY WITH WARNINGS" as the value of a label. */
static char *
word_of(const char *name)
{
    char *word = g_ascii_strdown(name, -1);
    return g_strdelimit(word, " ", '-');
}

static gboolean
take_evidence(gpointer data, const Evidence *evidence, G_GNUC_UNUSED GError **error)
{
    Standings *all = data;
    const ReadinessRules *rules = &all->options->rules;
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(all->places, evidence->domain));
    g_autoptr(Readiness) readiness = readiness_weigh(evidence, rules);
    Standing *standing = &all->standings[place];
    standing->verdict = readiness->verdict;
    standing->blocking = readiness->blocking;
    standing->stage = stage_of(evidence, rules, readiness, &standing->days);
    return TRUE;
}

/* Of the domains of CELLS, in their order; to be freed. */
static Standing *
read_standings(Store *store, const MetricsOptions *options, const MetricsCells *cells,
               GError **error)
{
    g_autoptr(GHashTable) places = g_hash_table_new(g_str_hash, g_str_equal);
    g_autofree Standing *standings = g_new0(Standing, MAX(cells->domains->len, 1));
    Standings all = {options, places, standings};
    for (guint i = 0; i < cells->domains->len; i++)
        g_hash_table_insert(places, g_ptr_array_index(cells->domains, i), GUINT_TO_POINTER(i));
    if (!evidence_several(store, cells->domains, g_hash_table_size(cells->names), options->today,
                          HISTORY_DAYS + options->rules.days, take_evidence, &all, error))
        return NULL;
    return g_steal_pointer(&standings);
}

static void
append_ready(GString *out, const char *domain, const Standing *standing)
{
    for (int i = VERDICT_READY; i <= VERDICT_NO_DATA; i++) {
        g_autofree char *word = word_of(verdict_name((Verdict)i));
        prometheus_sample(out, "tlsgauge_ready", standing->verdict == (Verdict)i, "domain", domain,
                          "verdict", word, NULL);
    }
}

static void
append_stage(GString *out, const char *domain, const Standing *standing)
{
    for (int i = STAGE_NO_REPORTS; i <= STAGE_ENFORCING; i++) {
        g_autofree char *word = word_of(stage_name((Stage)i));
        prometheus_sample(out, "tlsgauge_stage", standing->stage == (Stage)i, "domain", domain,
                          "stage", word, NULL);
    }
}

static gboolean
append_verdicts(Store *store, const MetricsOptions *options, const MetricsCells *cells,
                GString *out, GError **error)
{
    g_autoptr(GString) ready = g_string_new(NULL);
    g_autoptr(GString) stage = g_string_new(NULL);
    g_autoptr(GString) since = g_string_new(NULL);
    g_autoptr(GString) blocking = g_string_new(NULL);
    g_autofree Standing *standings = read_standings(store, options, cells, error);
    if (standings == NULL)
        return FALSE;
    prometheus_family(ready, "tlsgauge_ready", "gauge",
                      "1 for the verdict of `tlsgauge ready` on the switch to enforce, 0 for the "
                      "others.");
    prometheus_family(stage, "tlsgauge_stage", "gauge",
                      "1 for the stage on the way to enforce, 0 for the others.");
    prometheus_family(since, "tlsgauge_stage_since_timestamp_seconds", "gauge",
                      "Since when the domain has been in that stage.");
    prometheus_family(blocking, "tlsgauge_blocking_sessions", "gauge",
                      "Sessions in the window of `tlsgauge ready` that enforce holds or would hold "
                      "back.");
    for (guint i = 0; i < cells->domains->len; i++) {
        g_autofree char *domain = prometheus_label(g_ptr_array_index(cells->domains, i));
        append_ready(ready, domain, &standings[i]);
        append_stage(stage, domain, &standings[i]);
        prometheus_sample(since, "tlsgauge_stage_since_timestamp_seconds",
                          (options->today - (gint32)standings[i].days) * SECONDS_PER_DAY, "domain",
                          domain, NULL);
        prometheus_sample(blocking, "tlsgauge_blocking_sessions", standings[i].blocking, "domain",
                          domain, NULL);
    }
    g_string_append_printf(out, "%s%s%s%s", ready->str, stage->str, since->str, blocking->str);
    return TRUE;
}

/* ---- checks -------------------------------------------------------------------------------- */

typedef struct {
    GString *severity, *findings, *at, *mx, *policy;
} Checks;

static void
append_check(const KeptLook *look, const char *domain, Checks *checks)
{
    for (int i = LOOK_OK; i < LOOK_SEVERITIES; i++)
        prometheus_sample(checks->severity, "tlsgauge_check_severity",
                          look->severity == (LookSeverity)i, "domain", domain, "severity",
                          look_severity_name((LookSeverity)i), NULL);
    for (int i = LOOK_NOTICE; i < LOOK_SEVERITIES; i++)
        prometheus_sample(checks->findings, "tlsgauge_check_findings", look->counts[i], "domain",
                          domain, "severity", look_severity_name((LookSeverity)i), NULL);
    prometheus_sample(checks->at, "tlsgauge_check_timestamp_seconds", look->at, "domain", domain,
                      NULL);
    for (guint i = 0; i < look->certificates->len; i++) {
        const LookCertificate *one = &g_array_index(look->certificates, LookCertificate, i);
        g_autofree char *mx = prometheus_label(one->mx);
        prometheus_sample(checks->mx, "tlsgauge_mx_certificate_expiry_timestamp_seconds",
                          one->expires, "domain", domain, "mx", mx, NULL);
    }
    if (look->policy_expires != 0)
        prometheus_sample(checks->policy, "tlsgauge_policy_certificate_expiry_timestamp_seconds",
                          look->policy_expires, "domain", domain, NULL);
}

static void
begin_checks(const Checks *checks)
{
    prometheus_family(checks->severity, "tlsgauge_check_severity", "gauge",
                      "1 for the worst finding of the newest `tlsgauge check` that was kept.");
    prometheus_family(checks->findings, "tlsgauge_check_findings", "gauge",
                      "Findings of that look by severity.");
    prometheus_family(checks->at, "tlsgauge_check_timestamp_seconds", "gauge", "When that began.");
    prometheus_family(checks->mx, "tlsgauge_mx_certificate_expiry_timestamp_seconds", "gauge",
                      "When the certificate of the MX host expires: the first one at any of its "
                      "addresses.");
    prometheus_family(checks->policy, "tlsgauge_policy_certificate_expiry_timestamp_seconds",
                      "gauge", "When the certificate of the policy host expires.");
}

static gboolean
append_checks(Store *store, const MetricsCells *cells, GString *out, GError **error)
{
    g_autoptr(GString) severity = g_string_new(NULL);
    g_autoptr(GString) findings = g_string_new(NULL);
    g_autoptr(GString) at = g_string_new(NULL);
    g_autoptr(GString) mx = g_string_new(NULL);
    g_autoptr(GString) policy = g_string_new(NULL);
    Checks checks = {severity, findings, at, mx, policy};
    begin_checks(&checks);
    for (guint i = 0; i < cells->domains->len; i++) {
        const char *domain = g_ptr_array_index(cells->domains, i);
        g_autofree char *label = prometheus_label(domain);
        g_autoptr(KeptLook) look = NULL;
        if (!kept_look_read(store, domain, 1, &look, error))
            return FALSE;
        if (look != NULL)
            append_check(look, label, &checks);
    }
    g_string_append_printf(out, "%s%s%s%s%s", severity->str, findings->str, at->str, mx->str,
                           policy->str);
    return TRUE;
}

/* ---- the store ----------------------------------------------------------------------------- */

static void
append_one(GString *out, const char *name, const char *type, const char *help, gint64 value)
{
    prometheus_family(out, name, type, help);
    prometheus_sample(out, name, value, NULL);
}

gboolean
metrics_render_store(Store *store, const MetricsOptions *options, GString *out, GError **error)
{
    StoreCounts counts;
    gint64 size;
    if (!store_counts(store, &counts, error) || !store_size(store, &size, error))
        return FALSE;
    prometheus_family(out, "tlsgauge_stored_reports", "gauge",
                      "Reports in the store; counted=\"false\": another copy counts instead.");
    prometheus_sample(out, "tlsgauge_stored_reports", counts.counted, "counted", "true", NULL);
    prometheus_sample(out, "tlsgauge_stored_reports", counts.uncounted, "counted", "false", NULL);
    append_one(out, "tlsgauge_duplicate_reports_total", "counter",
               "Copies of stored reports that came in again.", counts.duplicates_seen);
    append_one(out, "tlsgauge_quarantine_entries", "gauge",
               "Inputs that could not be counted and wait in quarantine.", counts.quarantined);
    append_one(out, "tlsgauge_quarantine_dropped_total", "counter",
               "Entries that had to make room in quarantine.", counts.quarantine_dropped);
    append_one(out, "tlsgauge_store_size_bytes", "gauge", "What the store takes on disk.", size);
    prometheus_family(out, "tlsgauge_build_info", "gauge", "The version of tlsgauge.");
    prometheus_sample(out, "tlsgauge_build_info", 1, "version", options->version, NULL);
    return TRUE;
}

gboolean
metrics_render(Store *store, const MetricsOptions *options, GString *out, GError **error)
{
    gsize before = out->len;
    g_autoptr(MetricsCells) cells = metrics_cells_read(store, options, error);
    if (cells == NULL)
        return FALSE;
    append_totals(out, cells);
    append_failures(out, cells);
    append_newest(out, cells);
    if (append_verdicts(store, options, cells, out, error) &&
        append_checks(store, cells, out, error))
        return TRUE;
    g_string_truncate(out, before);
    return FALSE;
}
