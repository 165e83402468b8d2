/* tls_verify.h: the certificates of a server judged as a sender does that validates them by the web
 * PKI (RFC 8461 3.3 and 4.2, RFC 6125): every fault, each under its own name. */
#pragma once

#include <glib.h>

/* TLS_FAULT(enumerator, word): the word is the end of the id of a finding ("cert-expired"), whose
 * row has the result type of RFC 8460. */
#define TLS_FAULTS                                                                                 \
    TLS_FAULT(UNREADABLE, "unreadable")                                                            \
    TLS_FAULT(SELF_SIGNED, "self-signed")                                                          \
    TLS_FAULT(INCOMPLETE, "incomplete") /* an intermediate is missing */                           \
    TLS_FAULT(UNTRUSTED, "untrusted")                                                              \
    TLS_FAULT(PURPOSE, "purpose")                                                                  \
    TLS_FAULT(WEAK_KEY, "weak-key")                                                                \
    TLS_FAULT(WEAK_HASH, "weak-hash")                                                              \
    TLS_FAULT(NOT_YET, "not-yet")                                                                  \
    TLS_FAULT(EXPIRED, "expired")                                                                  \
    TLS_FAULT(NAME, "name")

typedef enum {
#define TLS_FAULT(id, word) TLS_FAULT_##id,
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

/* "expired"; static. */
const char *tls_fault_word(TlsFaultKind kind);

/* One of NAMES, the DNS names of a certificate, is NAME; "*" is one whole label, the left-most. */
gboolean tls_name_matches(const GPtrArray *names, const char *name);
