/* examine.h: one JSON document, or one input that holds none, to a Judged. */
#pragma once

#include "ingest/judge.h"
#include "ingest/judged.h"
#include "ingest/mail_trust.h"
#include "ingest/payload.h"

/* What all documents of one input have in common. Borrowed. */
typedef struct {
    const IntakeRules *rules;
    const Origin *origin;
    GBytes *input; /* the whole of it, for quarantine */
    gboolean is_message;
    Trust trust;           /* of the road, where mail is NULL */
    const MailTrust *mail; /* judges by the contact-info of each report */
} Examination;

/* Decodes and judges DOCUMENT, whose findings go on in the Judged. PART is its name for people, or
 * NULL; foreign text, copied. */
Judged *examine_document(const Examination *examination, const PayloadDocument *document,
                         const Hints *hints, const char *part);

/* The input as a whole does not hold a report: OUTCOME with one defect, which FORMAT tells. CODE
 * and CLAUSE are static. */
Judged *examine_refuse(const Examination *examination, Outcome outcome, const char *code,
                       const char *clause, const char *format, ...) G_GNUC_PRINTF(5, 6);

/* The limit of RULES, or the default where it is 0. */
gsize examine_limit(gsize configured, gsize standard);
