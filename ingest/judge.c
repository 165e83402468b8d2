#include "ingest/judge.h"

#include <string.h>

#include "schema/domain_name.h"
#include "schema/finding.h"

#define CLAUSE_DOMAIN "RFC 8460 4.4"

/* A host name worth believing where only a hint gives it: at least two labels, and not a number
 * ("1.2", a part of an address or of a time). */
static char *
hint_name(const char *text, gsize length)
{
    g_autofree char *name = domain_name_normalise(text, (gssize)length, FALSE, NULL);
    const char *dot = name == NULL ? NULL : strrchr(name, '.');
    if (dot == NULL || strspn(dot + 1, "0123456789") == strlen(dot + 1))
        return NULL;
    return g_steal_pointer(&name);
}

static gboolean
is_digits(const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isdigit(text[i]))
            return FALSE;
    }
    return length > 0;
}

/* RFC 8460 5.1: sender "!" policy-domain "!" begin "!" end ["!" unique-id] "." extension. */
static char *
domain_from_file_name(const char *file_name)
{
    const char *slash = strrchr(file_name, '/');
    g_auto(GStrv) fields = g_strsplit(slash != NULL ? slash + 1 : file_name, "!", 6);
    if (g_strv_length(fields) < 4 || !is_digits(fields[2], strlen(fields[2])) ||
        !is_digits(fields[3], strcspn(fields[3], ".")))
        return NULL;
    return hint_name(fields[1], strlen(fields[1]));
}

/* "2025-09-20T00:00:00Z_idx1_DOMAIN", "1339...+DOMAIN", "20250920.DOMAIN@submitter": what senders
 * do, by no rule. */
static char *
domain_from_report_id(const char *report_id)
{
    gsize length = strcspn(report_id, "@");
    gboolean with_submitter = report_id[length] == '@';
    for (gsize i = length; i > 0; i--) {
        if (report_id[i - 1] == '_' || report_id[i - 1] == '+')
            return hint_name(report_id + i, length - i);
    }
    gsize date = strcspn(report_id, ".@");
    if (!with_submitter || date >= length || !is_digits(report_id, date))
        return NULL;
    return hint_name(report_id + date + 1, length - date - 1);
}

/* The policy domain by what the road and the report say beside policy-domain. *RET_FROM names the
 * place for people. */
static char *
domain_from_hints(const Hints *hints, const Report *report, const char **ret_from)
{
    char *domain = NULL;
    if (hints != NULL && hints->report_domain != NULL) {
        g_autofree char *text = g_strstrip(g_strdup(hints->report_domain));
        *ret_from = "TLS-Report-Domain";
        domain = domain_name_normalise(text, -1, FALSE, NULL);
    }
    if (domain == NULL && hints != NULL && hints->file_name != NULL) {
        *ret_from = "the file name";
        domain = domain_from_file_name(hints->file_name);
    }
    if (domain == NULL) {
        *ret_from = "report-id";
        domain = domain_from_report_id(report->report_id);
    }
    return domain;
}

static gboolean
is_accepted(const IntakeRules *rules, const char *domain)
{
    return rules->accept == NULL || g_hash_table_contains(rules->accept, domain);
}

/* Rule 5: a tlsa entry may be about an MX host, which serves domains of ours. Rule 7: accept.
 * DOMAIN is owned by REPORT. */
static void
count_for(const IntakeRules *rules, Report *report, PolicyEntry *entry, const char *domain)
{
    char *const *served = NULL;
    if (entry->type == POLICY_TYPE_TLSA && rules->mx_domains != NULL)
        served = g_hash_table_lookup(rules->mx_domains, domain);
    if (served == NULL) {
        entry->counts_for = report_list(report, &domain, is_accepted(rules, domain) ? 1 : 0);
        return;
    }
    g_autoptr(GPtrArray) counted = g_ptr_array_new();
    for (gsize i = 0; served[i] != NULL; i++) {
        if (is_accepted(rules, served[i]))
            g_ptr_array_add(counted, (gpointer)report_string(report, served[i], -1));
    }
    entry->counts_for = report_list(report, (const char *const *)counted->pdata, counted->len);
}

/* Takes the domain that hints tell for the entries without one; NULL and a defect if none does. */
static char *
find_missing_domain(const Hints *hints, const Report *report, gsize index, GPtrArray *findings)
{
    const char *from = NULL;
    char *domain = domain_from_hints(hints, report, &from);
    g_autofree char *pointer =
        g_strdup_printf("/policies/%" G_GSIZE_FORMAT "/policy/policy-domain", index);
    if (domain == NULL)
        findings_add(findings, FINDING_DEFECT, "policy-domain-unknown", pointer, CLAUSE_DOMAIN,
                     "policy-domain is missing, and neither a header, nor a file name, nor "
                     "report-id tells it");
    else
        findings_add(findings, FINDING_DEVIATION, "policy-domain-inferred", pointer, CLAUSE_DOMAIN,
                     "policy-domain is missing; %s tells %s", from, domain);
    return domain;
}

Outcome
judge_domains(const IntakeRules *rules, Report *report, const Hints *hints, GPtrArray *findings,
              char **ret_hint_domain)
{
    const char *hint = NULL;
    gboolean ours = rules->accept == NULL || report->n_policies == 0; /* no data is nobody's */
    for (gsize i = 0; i < report->n_policies; i++) {
        PolicyEntry *entry = &report->policies[i];
        if (entry->domain == NULL && hint == NULL) {
            g_autofree char *found = find_missing_domain(hints, report, i, findings);
            if (found == NULL)
                return OUTCOME_DEFECTIVE;
            hint = report_string(report, found, -1);
        }
        count_for(rules, report, entry, entry->domain != NULL ? entry->domain : hint);
        ours = ours || entry->counts_for[0] != NULL;
    }
    *ret_hint_domain = g_strdup(hint);
    return ours ? OUTCOME_STORED : OUTCOME_FOREIGN;
}
