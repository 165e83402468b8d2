#include "ingest/examine.h"

#include <pthread.h>
#include <string.h>

#include "schema/decode.h"
#include "schema/finding.h"
#include "schema/limits.h"

#define REASON_BYTES 512u
#define DOMAINS_TOLD 3u

gsize
examine_limit(gsize configured, gsize standard)
{
    return configured != 0 ? configured : standard;
}

/* Takes the reference to FINDINGS. */
static Judged *
judged_new(const Examination *examination, const char *part, GPtrArray *findings)
{
    const Origin *origin = examination->origin;
    Judged *judged = g_new0(Judged, 1);
    judged->outcome = OUTCOME_DEFECTIVE;
    judged->full_size = g_bytes_get_size(examination->input);
    judged->is_message = examination->is_message;
    judged->trust = examination->mail != NULL ? TRUST_UNVERIFIED : examination->trust;
    judged->findings = findings;
    judged->road = origin->road;
    judged->source = origin->source == NULL ? NULL : text_printable(origin->source, -1, 1024);
    judged->part = part == NULL ? NULL : text_printable(part, -1, LIMIT_NAME_BYTES);
    judged->received = origin->received;
    return judged;
}

/* "/policies/0/summary: RFC 8460 4.4: count is negative". */
static char *
reason_of(const Finding *defect)
{
    if (defect->pointer[0] != '\0')
        return g_strdup_printf("%s: %s: %s", defect->pointer, defect->clause, defect->fact);
    if (strcmp(defect->code, "not-a-report") == 0)
        return g_strdup(defect->fact);
    return g_strdup_printf("%s: %s", defect->clause, defect->fact);
}

/* A copy, not a slice: a slice would keep the whole of what is too large. */
static GBytes *
cut(GBytes *input)
{
    gsize length;
    const void *data = g_bytes_get_data(input, &length);
    if (length <= LIMIT_QUARANTINE_CUT_BYTES)
        return g_bytes_ref(input);
    return g_bytes_new(data, LIMIT_QUARANTINE_CUT_BYTES);
}

/* Turns JUDGED away with OUTCOME; takes REASON. */
static void
turn_away(const Examination *examination, Judged *judged, Outcome outcome, const char *code,
          char *reason)
{
    judged->outcome = outcome;
    judged->reason_code = code;
    judged->reason = text_printable(reason, -1, REASON_BYTES);
    judged->raw =
        outcome == OUTCOME_TOO_LARGE ? cut(examination->input) : g_bytes_ref(examination->input);
    g_free(reason);
}

static void
turn_away_defective(const Examination *examination, Judged *judged, Outcome outcome)
{
    const Finding *defect = findings_first_defect(judged->findings);
    turn_away(examination, judged, outcome, defect->code, reason_of(defect));
}

Judged *
examine_refuse(const Examination *examination, Outcome outcome, const char *code,
               const char *clause, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *fact = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    Judged *judged = judged_new(examination, NULL, findings_new());
    findings_add(judged->findings, FINDING_DEFECT, code, "", clause, "%s", fact);
    turn_away_defective(examination, judged, outcome);
    return judged;
}

/* "about a.example and b.example, which are not in [domains] accept". */
static char *
reason_foreign(const Report *report, const char *hint)
{
    g_autoptr(GPtrArray) domains = g_ptr_array_new();
    for (gsize i = 0; i < report->n_policies && domains->len <= DOMAINS_TOLD; i++) {
        const char *domain = report->policies[i].domain;
        domain = domain != NULL ? domain : hint;
        if (!g_ptr_array_find_with_equal_func(domains, domain, g_str_equal, NULL))
            g_ptr_array_add(domains, (gpointer)domain);
    }
    g_autoptr(GString) text = g_string_new("about ");
    for (guint i = 0; i < MIN(domains->len, DOMAINS_TOLD); i++)
        g_string_append_printf(text, "%s%s", i > 0 ? ", " : "",
                               (const char *)g_ptr_array_index(domains, i));
    g_string_append_printf(text, "%s, which %s not in [domains] accept",
                           domains->len > DOMAINS_TOLD ? " and others" : "",
                           domains->len > 1 ? "are" : "is");
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void
judge_trust(const Examination *examination, Judged *judged)
{
    if (examination->mail != NULL)
        judged->trust = mail_trust_judge(examination->mail, judged->report->contact_info,
                                         &judged->authenticated_by);
}

static void
judge_report(const Examination *examination, Judged *judged, const PayloadDocument *document,
             const Hints *hints)
{
    const IntakeRules *rules = examination->rules;
    Outcome outcome =
        judge_domains(rules, judged->report, hints, judged->findings, &judged->hint_domain);
    if (outcome == OUTCOME_DEFECTIVE) {
        turn_away_defective(examination, judged, outcome);
    } else if (outcome == OUTCOME_FOREIGN) {
        turn_away(examination, judged, outcome, "foreign-domain",
                  reason_foreign(judged->report, judged->hint_domain));
    } else if (trust_rank(judged->trust) < trust_rank(rules->minimum)) {
        turn_away(examination, judged, OUTCOME_UNTRUSTED, "untrusted",
                  g_strdup_printf("RFC 8460 3: the report is %s, and [trust] minimum is %s",
                                  trust_name(judged->trust), trust_name(rules->minimum)));
    } else {
        judged->outcome = OUTCOME_STORED;
        judged->raw = payload_document_raw(document);
    }
}

/* Decoding takes some four times the document: of large ones, which a small body may inflate to,
 * one at a time, whatever threads there are. */
static Report *
decode(const char *json, gsize length, GPtrArray *findings)
{
    static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
    if (length <= LIMIT_RATIO_FLOOR_BYTES)
        return report_decode(json, length, findings);
    pthread_mutex_lock(&turn);
    Report *report = report_decode(json, length, findings);
    pthread_mutex_unlock(&turn);
    return report;
}

Judged *
examine_document(const Examination *examination, const PayloadDocument *document,
                 const Hints *hints, const char *part)
{
    Judged *judged = judged_new(examination, part, g_ptr_array_ref(document->findings));
    if (document->outcome != OUTCOME_STORED) {
        turn_away_defective(examination, judged, document->outcome);
        return judged;
    }
    gsize length;
    const char *json = g_bytes_get_data(document->json, &length);
    judged->report = decode(json, length, judged->findings);
    if (judged->report == NULL) {
        turn_away_defective(examination, judged, OUTCOME_DEFECTIVE);
        return judged;
    }
    judge_trust(examination, judged);
    judge_report(examination, judged, document, hints);
    return judged;
}
