/* tls_verify.h: the certificates of a server judged as a sender does that validates them by the web
 * PKI (RFC 8461 3.3 and 4.2, RFC 6125): every fault, each under its own name. */
#pragma once

#include <glib.h>

/* TLS_FAULT(enumerator, word, RFC 8460 result type of an MX): the word is the end of the id of a
 * finding ("cert-expired", "sts-https-cert-expired"). */
#define TLS_FAULTS                                                                                 \
    TLS_FAULT(UNREADABLE, "unreadable", "certificate-not-trusted")                                 \
    TLS_FAULT(SELF_SIGNED, "self-signed", "certificate-not-trusted")                               \
    TLS_FAULT(INCOMPLETE, "incomplete", "certificate-not-trusted") /* intermediate is missing */   \
    TLS_FAULT(UNTRUSTED, "untrusted", "certificate-not-trusted")                                   \
    TLS_FAULT(PURPOSE, "purpose", "certificate-not-trusted")                                       \
    TLS_FAULT(WEAK_KEY, "weak-key", "certificate-not-trusted")                                     \
    TLS_FAULT(WEAK_HASH, "weak-hash", "certificate-not-trusted")                                   \
    TLS_FAULT(NOT_YET, "not-yet", "certificate-not-trusted")                                       \
    TLS_FAULT(EXPIRED, "expired", "certificate-expired")                                           \
    TLS_FAULT(NAME, "name", "certificate-host-mismatch")

typedef enum {
#define TLS_FAULT(id, word, result_type) TLS_FAULT_##id,
    TLS_FAULTS
#undef TLS_FAULT
} TlsFaultKind;

typedef struct {
    TlsFaultKind kind;
    char *fact; /* one printable sentence */
} TlsFault;

typedef struct {
    GPtrArray *faults; /* of TlsFault; empty: a sender accepts it */
    char *fingerprint; /* SHA-256 of the server's certificate, hex; NULL without one */
    char *subject;     /* printable; NULL where it cannot be read, as the next two */
    char *issuer;
    char *key;          /* "RSA 2048" */
    GPtrArray *names;   /* of char *: its DNS names (SAN), printable */
    gint64 not_before;  /* Unix seconds; 0 where it cannot be read */
    gint64 not_after;   /* of the server's certificate */
    gint64 chain_after; /* the earliest end in the chain: from then on it fails */
} TlsVerdict;

/* The CAs that are believed. */
typedef struct TlsTrust TlsTrust;

/* Those in CA_FILE (PEM), or of the system if it is NULL. Fails if there is none. From then on
 * for any thread. Free with tls_trust_free. */
TlsTrust *tls_trust_load(const char *ca_file, GError **error);
void tls_trust_free(TlsTrust *trust); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TlsTrust, tls_trust_free)

/* Judges CHAIN (of GBytes: DER, the server's first, as it sent them) of the server NAME
 * (normalised) at NOW (Unix seconds). The names are those of the SAN; the common name is not one
 * (RFC 6125 6.4.4, RFC 8461 4.2). Never NULL. */
TlsVerdict *tls_verify(const GPtrArray *chain, const TlsTrust *trust, const char *name, gint64 now);
void tls_verdict_free(TlsVerdict *verdict); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TlsVerdict, tls_verdict_free)

/* It has that fault. */
gboolean tls_verdict_has(const TlsVerdict *verdict, TlsFaultKind kind);

/* "expired", "certificate-expired"; static. */
const char *tls_fault_word(TlsFaultKind kind);
const char *tls_fault_result_type(TlsFaultKind kind);

/* One of NAMES, the DNS names of a certificate, is NAME; "*" is one whole label, the left-most. */
gboolean tls_name_matches(const GPtrArray *names, const char *name);
