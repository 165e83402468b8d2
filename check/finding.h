/* finding.h: what a look at a live domain found, in the words of RFC 8460. */
#pragma once

#include <glib.h>

/* Order is that of weight. */
typedef enum {
    CHECK_OK,         /* a step that was looked at and is right; told, never counted */
    CHECK_NOTICE,     /* worth knowing */
    CHECK_WARNING,    /* works, but not well or not for everyone */
    CHECK_UNTESTABLE, /* could not test: never a pass */
    CHECK_ERROR,      /* senders fail, or would under enforce */
} CheckSeverity;

/* One row of findings.def: CHECK_FINDING(id, severity, clause, RFC 8460 result type or NULL, title,
 * fix). The severity is the usual one; a finding may be given another where the case asks for it.
 */
typedef struct {
    const char *id; /* "sts-mx-uncovered" */
    CheckSeverity severity;
    const char *clause;      /* "RFC 8461 4.1" */
    const char *result_type; /* what a sender would report (RFC 8460 4.3); NULL if nothing */
    const char *title;       /* one line */
    const char *fix;         /* what to do; "" if nothing */
} CheckKind;

/* NULL for an id that is not in the table. Static. */
const CheckKind *check_kind(const char *id);
/* All of the table, ended by a row without id. */
extern const CheckKind check_kinds[];

typedef struct {
    const CheckKind *kind;
    CheckSeverity severity;
    char *subject; /* the host, name or address it is about: "mx1.example.org [192.0.2.1]" */
    char *fact;    /* what was seen; printable */
    char *fix;     /* specific fix; NULL: that of the kind */
    char *copy;    /* lines to publish: a policy file, records; NULL if none */
} CheckFinding;

/* A list of CheckFinding *, freed with g_ptr_array_unref. */
GPtrArray *check_findings_new(void);

/* Appends a finding of the kind ID (which must be in the table) about SUBJECT, with its usual
 * severity; the fact is made by FORMAT, foreign text in it is made printable. The result may be
 * changed; the list owns it. */
CheckFinding *check_findings_add(GPtrArray *findings, const char *id, const char *subject,
                                 const char *format, ...) G_GNUC_PRINTF(4, 5);

/* The worst severity in it; CHECK_OK when it is empty. */
CheckSeverity check_findings_worst(const GPtrArray *findings);
/* "ok", "notice", "warning", "could-not-test", "error"; static. */
const char *check_severity_name(CheckSeverity severity);
