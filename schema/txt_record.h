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

/* What one URI of rua is for the sender of a report. */
typedef enum { RUA_MAILTO, RUA_HTTPS, RUA_BAD } RuaKind;

/* Reads one URI (RFC 6068, RFC 3986 with https). *ret_target is the domain of the first address of
 * mailto:, or the host of https:, normalised; NULL where RUA_BAD. *ret_port is the port of https:.
 * *ret_problem says what is bad; static, NULL otherwise. */
RuaKind rua_parse(const char *uri, char **ret_target, guint *ret_port, const char **ret_problem);

/* The same place for reports: scheme and host compare without case, "%40" equals "@". */
gboolean rua_equal(const char *a, const char *b);
