/* txt.h: which of the TXT records at a name is the one that senders read. Private to check/. */
#pragma once

#include "check/look.h"

/* What the two kinds of record differ in; ids are those of findings.def. */
typedef struct {
    const char *label;   /* "_smtp._tls" */
    const char *version; /* "v=TLSRPTv1" */
    const char *word;    /* what stands in a record that means to be one: "TLSRPT" */
    const char *missing, *multiple, *wrong_place, *spf_wildcard, *unrelated;
} TxtKind;

typedef struct {
    char *name;        /* "_smtp._tls.example.org" */
    char *text;        /* the record to be parsed; NULL: there is none */
    gsize length;      /* of text, which may hold NUL */
    gboolean joint;    /* as rdata_txt */
    gboolean answered; /* FALSE: nothing is known */
    gboolean any;      /* there is at least one that means to be one */
    gboolean aliased;  /* reached through a CNAME */
    guint32 ttl;
} TxtFound;

/* Asks at the label of KIND below the domain and tells all that is wrong but with the text itself
 * (RFC 8460 3, RFC 8461 3.1: what does not begin with the version is discarded; if not exactly one
 * is left there is none). */
void txt_find(Look *look, const TxtKind *kind, TxtFound *ret_found);
void txt_found_clear(TxtFound *found);

/* Tells what parsing the text of FOUND gave: FINDINGS (of Finding) whose codes are ids. */
void txt_tell(Look *look, const char *subject, const GPtrArray *findings);
