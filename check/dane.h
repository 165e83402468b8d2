/* dane.h: TLSA records held against the certificates of an MX (RFC 7672, RFC 6698). No network. */
#pragma once

#include <glib.h>

enum { DANE_PKIX_TA, DANE_PKIX_EE, DANE_TA, DANE_EE };             /* certificate usage */
enum { DANE_CERTIFICATE, DANE_PUBLIC_KEY };                        /* selector */
enum { DANE_FULL, DANE_SHA256, DANE_SHA512, DANE_MATCHING_KNOWN }; /* matching type */

typedef struct {
    guint8 usage, selector, matching;
    GBytes *data;         /* the certificate association data */
    const char *unusable; /* why SMTP cannot use it (RFC 7672 3.1, 2.2); static; NULL if it can */
    gboolean duplicate;   /* equals an earlier one */
    int depth;            /* certificate of the chain that it matches; -1 */
    const char *refused;  /* it matches, but does not authenticate: why; static; NULL */
} DaneRecord;

typedef struct {
    GPtrArray *records;     /* of DaneRecord, as the rdata that were given */
    guint usable;           /* of these */
    gboolean authenticated; /* a usable one matches, with all that it asks for */
    gboolean by_ee;         /* it is a DANE-EE(3): name and dates do not matter */
    gboolean name_refused;  /* a DANE-TA(2) would authenticate, but for the name */
} DaneVerdict;

/* Holds RDATA (of GBytes: the TLSA records of one name) against CHAIN (of GBytes: DER, as the
 * server sent them; may be empty) at NOW (Unix seconds). NAMES, ended by NULL, are the normalised
 * names of which a certificate under DANE-TA(2) must have one (RFC 7672 3.2.2); DANE-EE(3) looks
 * neither at names nor at dates (3.1.1). At most LIMIT_TLSA_RECORDS are looked at. Never NULL. */
DaneVerdict *dane_verify(const GPtrArray *rdata, const GPtrArray *chain, const char *const *names,
                         gint64 now);
void dane_verdict_free(DaneVerdict *verdict); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DaneVerdict, dane_verdict_free)

/* "3 1 1 0123…": the record as in a zone file, its data cut after 16 digits unless WHOLE. Newly
 * allocated. */
char *dane_record_text(const DaneRecord *record, gboolean whole);

/* "3 1 1 HEX" that the certificate DER should be published with; NULL if it cannot be read. Newly
 * allocated. */
char *dane_suggest(GBytes *der);
