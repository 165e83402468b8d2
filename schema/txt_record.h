/* txt_record.h: the TXT records of TLS reporting (RFC 8460 3) and MTA-STS (RFC 8461 3.1).
 *
 * TEXT is one resource record, its strings joined without anything between them. What is wrong goes
 * to FINDINGS: a defect where senders cannot use the record, a deviation where some cannot. The
 * codes are ids of what check finds: "tlsrpt-syntax", "sts-dns-syntax".
 */
#pragma once

#include <glib.h>

typedef struct {
    char **rua;     /* URIs, percent-encoding left as it is; at least one */
    char **unknown; /* names of extension fields */
} TlsrptRecord;

/* NULL where senders must take it as no record (a defect tells why). Free with
 * tlsrpt_record_free. */
TlsrptRecord *tlsrpt_record_parse(const char *text, gsize length, GPtrArray *findings);
void tlsrpt_record_free(TlsrptRecord *record); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TlsrptRecord, tlsrpt_record_free)

typedef struct {
    char *id;       /* 1*32(ALPHA / DIGIT) */
    char **unknown; /* names of extension fields */
} StsRecord;

StsRecord *sts_record_parse(const char *text, gsize length, GPtrArray *findings);
void sts_record_free(StsRecord *record); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StsRecord, sts_record_free)

/* TEXT begins with VERSION ("v=STSv1") and ";": of several records all others are discarded
 * (RFC 8460 3, RFC 8461 3.1). */
gboolean txt_record_begins(const char *text, gsize length, const char *version);
