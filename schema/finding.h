/* finding.h: what is wrong with a document, with its place, the clause and the fact.
 *
 * A deviation departs from the RFC but the report can be counted; a defect means it cannot.
 */
#pragma once

#include <glib.h>
#include <stdarg.h>

typedef enum { FINDING_DEVIATION, FINDING_DEFECT } FindingKind;

typedef struct {
    FindingKind kind;
    const char *code;   /* stable word for grouping, "mx-host-not-array"; static */
    char *pointer;      /* JSON Pointer (RFC 6901), or "line 3" of a text; "" for the whole of it */
    const char *clause; /* "RFC 8460 4.4"; static */
    char *fact;         /* one sentence, printable UTF-8 (foreign text is escaped) */
} Finding;

/* A new, empty list that owns its findings. Free with g_ptr_array_unref. */
GPtrArray *findings_new(void);

/* Appends a finding; past LIMIT_FINDINGS deviations are dropped and only the last slot is
 * reused for a defect, so that a defect is never lost. code and clause must be static strings.
 * FORMAT may hold foreign text: control bytes and invalid UTF-8 are escaped here. */
void findings_add(GPtrArray *findings, FindingKind kind, const char *code, const char *pointer,
                  const char *clause, const char *format, ...) G_GNUC_PRINTF(6, 7);

/* The same with the arguments of a function that takes any number. */
void findings_add_va(GPtrArray *findings, FindingKind kind, const char *code, const char *pointer,
                     const char *clause, const char *format, va_list arguments) G_GNUC_PRINTF(6, 0);

/* The first defect, or NULL. Borrowed. */
const Finding *findings_first_defect(const GPtrArray *findings);

/* TEXT with control bytes (C0, DEL, C1), bidirectional overrides and invalid UTF-8 written as
 * \xNN or \u{NNNN}, and cut at MAX bytes with "…". Newly allocated. For terminals, logs and
 * findings: what it returns never moves the cursor or starts a new line. */
char *text_printable(const char *text, gssize length, gsize max);
