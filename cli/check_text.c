#include "cli/check_text.h"

#include <string.h>

#include "report/text_table.h"

#define INDENT        4
#define SECONDS_A_DAY 86400

/* ---- counting -------------------------------------------------------------------------------- */

typedef struct {
    guint of[CHECK_ERROR + 1];
} Counts;

static void
count(const CheckRun *run, Counts *counts)
{
    for (CheckStage stage = 0; stage < CHECK_STAGES; stage++) {
        const GPtrArray *findings = run->stages[stage].findings;
        for (guint i = 0; i < findings->len; i++)
            counts->of[((const CheckFinding *)g_ptr_array_index(findings, i))->severity]++;
    }
}

static void
append_count(GString *out, guint n, const char *one, const char *many)
{
    if (n > 0)
        g_string_append_printf(out, "%s%u %s", out->len > 0 ? ", " : "", n, n == 1 ? one : many);
}

/* "1 error, 2 warnings"; "nothing wrong". Newly allocated. */
static char *
counts_text(const Counts *counts)
{
    GString *out = g_string_new(NULL);
    append_count(out, counts->of[CHECK_ERROR], "error", "errors");
    append_count(out, counts->of[CHECK_UNTESTABLE], "thing could not be tested",
                 "things could not be tested");
    append_count(out, counts->of[CHECK_WARNING], "warning", "warnings");
    if (out->len == 0)
        g_string_append(out, "nothing wrong");
    append_count(out, counts->of[CHECK_NOTICE], "notice", "notices");
    return g_string_free(out, FALSE);
}

/* ---- one finding ----------------------------------------------------------------------------- */

static const struct {
    const char *word, *colour;
} severities[] = {
    [CHECK_OK] = {"ok", "\033[32m"},           [CHECK_NOTICE] = {"notice", ""},
    [CHECK_WARNING] = {"warning", "\033[33m"}, [CHECK_UNTESTABLE] = {"could not test", "\033[35m"},
    [CHECK_ERROR] = {"ERROR", "\033[31m"},
};

static void
append_severity(GString *out, CheckSeverity severity, gboolean colour)
{
    const char *start = colour ? severities[severity].colour : "";
    g_string_append_printf(out, "  %s%s%s", start, severities[severity].word,
                           *start != '\0' ? "\033[0m" : "");
}

static void
append_line(GString *out, const char *text)
{
    g_string_append_printf(out, "%*s", INDENT, "");
    text_append_wrapped(out, text, INDENT, INDENT);
}

/* Lines to be copied stay as they are, however long. */
static void
append_copy(GString *out, const char *copy)
{
    g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
    guint n = g_strv_length(lines);
    for (guint i = 0; i < n; i++) {
        if (*lines[i] != '\0')
            g_string_append_printf(out, "%*s%s\n", 2 * INDENT, "", lines[i]);
        else if (i + 1 < n) /* between a file and a record */
            g_string_append_c(out, '\n');
    }
}

static void
append_finding(GString *out, const CheckFinding *finding, CheckTextStyle *style)
{
    const CheckKind *kind = finding->kind;
    gboolean blocked = strcmp(kind->id, "smtp-blocked") == 0;
    g_autofree char *title = g_strdup_printf(": %s", kind->title);
    append_severity(out, finding->severity, style->colour);
    text_append_wrapped(out, title, 2 + (int)strlen(severities[finding->severity].word), INDENT);
    if (blocked && style->blocked_told)
        return;
    style->blocked_told = style->blocked_told || blocked;
    g_autofree char *seen = g_strdup_printf("%s: %s", finding->subject, finding->fact);
    append_line(out, seen);
    const char *fix = finding->fix != NULL ? finding->fix : kind->fix;
    if (*fix != '\0')
        append_line(out, fix);
    if (finding->copy != NULL)
        append_copy(out, finding->copy);
    g_autofree char *source = g_strdup_printf("(%s, %s%s%s)", kind->id, kind->clause,
                                              kind->result_type != NULL ? ", senders report " : "",
                                              kind->result_type != NULL ? kind->result_type : "");
    append_line(out, source);
}

/* ---- what was found -------------------------------------------------------------------------- */

static void
append_hosts(GString *out, const CheckRun *run)
{
    for (guint i = 0; i < run->hosts->len; i++) {
        const CheckHost *host = g_ptr_array_index(run->hosts, i);
        g_autofree char *addresses = g_strjoinv(" ", host->addresses);
        g_autofree char *line = host->implicit ? g_strdup_printf("%s  %s", host->name, addresses)
                                               : g_strdup_printf("MX %u %s  %s", host->preference,
                                                                 host->name, addresses);
        append_line(out, line);
    }
}

static void
append_policy(GString *out, const CheckRun *run)
{
    const StsPolicy *policy = run->policy;
    const char *mode = sts_mode_name(policy->mode);
    g_autofree char *patterns = g_strjoinv(" ", policy->mx);
    g_autofree char *line =
        g_strdup_printf("mode %s, max_age %" G_GINT64_FORMAT ", mx %s", mode != NULL ? mode : "?",
                        policy->max_age, *patterns != '\0' ? patterns : "(none)");
    append_line(out, line);
}

static char *
day_text(gint64 seconds)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(seconds);
    return g_date_time_format(time, "%Y-%m-%d");
}

static void
append_seen(GString *out, const CheckHost *host, const CheckSeen *seen)
{
    if (seen->reach != REACH_REACHED)
        return;
    g_autofree char *end = seen->not_after != 0 ? day_text(seen->not_after) : NULL;
    g_autofree char *line =
        g_strdup_printf("%s [%s]  %s%s%s (%.1f s)", host->name, seen->address,
                        seen->tls != NULL ? seen->tls : "no TLS", end != NULL ? ", until " : "",
                        end != NULL ? end : "", seen->total_ms / 1000.0);
    append_line(out, line);
}

static void
append_probes(GString *out, const CheckRun *run)
{
    for (guint i = 0; i < run->probes->len; i++) {
        const CheckProbe *probe = g_ptr_array_index(run->probes, i);
        for (guint k = 0; k < probe->seen->len; k++)
            append_seen(out, g_ptr_array_index(run->hosts, i), g_ptr_array_index(probe->seen, k));
    }
}

static void
append_tlsa(GString *out, const CheckRun *run)
{
    static const char *const what[] = {
        [TLSA_NONE] = "no TLSA records",
        [TLSA_UNUSED] = "TLSA records that senders do not use",
        [TLSA_SECURE] = "TLSA records",
        [TLSA_FAILED] = "the question for TLSA records fails",
        [TLSA_UNKNOWN] = "TLSA records not looked at",
    };
    for (guint i = 0; i < run->hosts->len; i++) {
        const CheckHost *host = g_ptr_array_index(run->hosts, i);
        g_autofree char *number =
            host->tlsa == TLSA_SECURE ? g_strdup_printf("%u ", host->records->len) : g_strdup("");
        g_autofree char *line = g_strdup_printf("%s  %s%s", host->name, number, what[host->tlsa]);
        append_line(out, line);
    }
}

/* What the stage saw, before what is wrong with it. */
static void
append_facts(GString *out, const CheckRun *run, CheckStage stage)
{
    if (stage == STAGE_DNS)
        append_hosts(out, run);
    else if (stage == STAGE_TLSRPT && run->tlsrpt_text != NULL)
        append_line(out, run->tlsrpt_text);
    else if (stage == STAGE_STS_RECORD && run->sts_text != NULL)
        append_line(out, run->sts_text);
    else if (stage == STAGE_STS_HTTPS && run->policy_not_after != 0) {
        g_autofree char *end = day_text(run->policy_not_after);
        g_autofree char *line = g_strdup_printf("certificate until %s", end);
        append_line(out, line);
    } else if (stage == STAGE_STS_POLICY && run->policy != NULL &&
               run->policy->mode != STS_MODE_UNKNOWN)
        append_policy(out, run);
    else if (stage == STAGE_SMTP)
        append_probes(out, run);
    else if (stage == STAGE_DANE)
        append_tlsa(out, run);
}

/* The gravest first. */
static void
append_findings(GString *out, const GPtrArray *findings, CheckTextStyle *style)
{
    for (int severity = CHECK_ERROR; severity > CHECK_OK; severity--) {
        for (guint i = 0; i < findings->len; i++) {
            const CheckFinding *finding = g_ptr_array_index(findings, i);
            if ((int)finding->severity == severity)
                append_finding(out, finding, style);
        }
    }
}

static void
append_stage(GString *out, const CheckRun *run, CheckStage stage, CheckTextStyle *style)
{
    const CheckStageRun *one = &run->stages[stage];
    g_string_append_printf(out, "\n%s", check_stage_title(stage));
    if (!one->ran && one->findings->len == 0) {
        g_string_append(out, ": not looked at\n");
        return;
    }
    g_string_append_printf(out, " (%.1f s)", one->elapsed_ms / 1000.0);
    g_string_append(out, check_findings_worst(one->findings) <= CHECK_NOTICE ? ": ok\n" : "\n");
    append_facts(out, run, stage);
    append_findings(out, one->findings, style);
}

void
check_text(const CheckRun *run, CheckTextStyle *style, GString *out)
{
    Counts counts = {0};
    count(run, &counts);
    g_autofree char *summary = counts_text(&counts);
    g_string_append_printf(out, "%s%s%s: %s (%.1f s)\n", style->colour ? "\033[1m" : "",
                           run->domain, style->colour ? "\033[0m" : "", summary,
                           run->elapsed_ms / 1000.0);
    for (CheckStage stage = 0; stage < CHECK_STAGES; stage++)
        append_stage(out, run, stage, style);
}

/* ---- Nagios ---------------------------------------------------------------------------------- */

/* The day of all certificates on which the first ends; -1 if none was seen. */
static gint64
first_end(const CheckRun *run)
{
    gint64 first = run->policy_not_after != 0 ? run->policy_not_after : -1;
    for (guint i = 0; i < run->probes->len; i++) {
        const CheckProbe *probe = g_ptr_array_index(run->probes, i);
        for (guint k = 0; k < probe->seen->len; k++) {
            gint64 end = ((const CheckSeen *)g_ptr_array_index(probe->seen, k))->not_after;
            if (end != 0 && (first < 0 || end < first))
                first = end;
        }
    }
    return first;
}

/* "|" begins performance data: it may not stand in the text. */
static void
append_plain(GString *out, const char *text)
{
    for (; *text != '\0'; text++)
        g_string_append_c(out, *text == '|' ? '/' : *text);
}

static void
append_worst(GString *out, const CheckRun *run, CheckSeverity worst)
{
    for (CheckStage stage = 0; stage < CHECK_STAGES; stage++) {
        const GPtrArray *findings = run->stages[stage].findings;
        for (guint i = 0; i < findings->len; i++) {
            const CheckFinding *finding = g_ptr_array_index(findings, i);
            if (finding->severity != worst)
                continue;
            g_string_append(out, "; ");
            append_plain(out, finding->subject);
            g_string_append_printf(out, ": %s", finding->kind->id);
        }
    }
}

void
check_text_nagios(const GPtrArray *runs, GString *out)
{
    static const char *const words[] = {"OK", "OK", "WARNING", "UNKNOWN", "CRITICAL"};
    Counts counts = {0};
    CheckSeverity worst = CHECK_OK;
    gint64 end = -1, now = 0;
    for (guint i = 0; i < runs->len; i++) {
        const CheckRun *run = g_ptr_array_index(runs, i);
        gint64 one = first_end(run);
        count(run, &counts);
        worst = MAX(worst, check_run_worst(run));
        end = one >= 0 && (end < 0 || one < end) ? one : end;
        now = run->at;
    }
    g_autofree char *summary = counts_text(&counts);
    g_string_append_printf(out, "TLSGAUGE %s - %s", words[worst], summary);
    for (guint i = 0; worst > CHECK_NOTICE && i < runs->len; i++)
        append_worst(out, g_ptr_array_index(runs, i), worst);
    g_string_append_printf(out, " | errors=%u warnings=%u untested=%u", counts.of[CHECK_ERROR],
                           counts.of[CHECK_WARNING], counts.of[CHECK_UNTESTABLE]);
    if (end >= 0)
        g_string_append_printf(out, " certificate_days=%d", (int)((end - now) / SECONDS_A_DAY));
    g_string_append_c(out, '\n');
}
