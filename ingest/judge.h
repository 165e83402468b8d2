/* judge.h: a decoded report against our own domains and the trust that we ask for. */
#pragma once

#include "ingest/judged.h"

/* What the road says about a report beside its JSON; all may be NULL. Foreign text. */
typedef struct {
    const char *report_domain; /* TLS-Report-Domain */
    const char *file_name;     /* name of the attachment, archive entry or file (RFC 8460 5.1) */
} Hints;

/* Fills counts_for of every entry (missing policy-domain from HINTS, then from the report-id;
 * own MX hosts of tlsa entries to their domains; [domains] accept) and returns STORED, FOREIGN,
 * or DEFECTIVE (a policy domain that nothing tells; a defect is appended to FINDINGS). When a hint
 * was needed, *ret_hint_domain gets the domain used (newly allocated), else NULL. Counting rules
 * 5 to 7 of the design. */
Outcome judge_domains(const IntakeRules *rules, Report *report, const Hints *hints,
                      GPtrArray *findings, char **ret_hint_domain);
