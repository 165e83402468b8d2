/* host.h: one MX host: what the DNS says of it, and what its SMTP servers showed. */
#pragma once

#include <glib.h>

#include "check/options.h"

typedef enum {
    TLSA_NONE,    /* there is none */
    TLSA_UNUSED,  /* there is one, but MX, addresses or the records are not secure */
    TLSA_SECURE,  /* DANE applies: records has them */
    TLSA_FAILED,  /* the question failed, or the answer is bogus: senders with DANE defer */
    TLSA_UNKNOWN, /* we cannot know: our resolver does no DNSSEC, or questions had no answer */
} TlsaStatus;

typedef struct {
    char *domain; /* the domain that is looked at, normalised: the next hop of the mail */
    char *name;   /* of the MX record, normalised: SNI, and what the certificate must name */
    guint preference;
    gboolean without_sts; /* no MTA-STS: where DANE authenticates, no public CA is needed */
    gboolean implicit;    /* no MX record: this is the domain itself (RFC 5321 5.1) */
    gboolean mx_secure, address_secure;
    gboolean address_known; /* both questions, A and AAAA, were answered */
    char *canonical;        /* after CNAMEs; NULL without one */
    char **addresses;       /* "192.0.2.1", "2001:db8::1"; at most LIMIT_CHECK_ADDRESSES */
    TlsaStatus tlsa;
    char *tlsa_base;    /* the name that the records belong to (RFC 7672 2.2.3); NULL if none or
                           unknown */
    GPtrArray *records; /* of GBytes: TLSA rdata; never NULL */
} CheckHost;

CheckHost *check_host_new(const char *domain, const char *name);
void check_host_free(CheckHost *host); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CheckHost, check_host_free)

typedef enum {
    REACH_NOT_TRIED,
    REACH_NO_ANSWER, /* timeout, or no route: may be our own network */
    REACH_REFUSED,   /* or hung up before a greeting */
    REACH_REACHED,   /* a greeting came */
} Reach;

/* What one address of an MX host showed. */
typedef struct {
    char *address;
    Reach reach;
    char *problem;     /* why not reached; NULL */
    gboolean starttls; /* offered */
    char *tls;         /* "TLS1.3" of the handshake; NULL without one */
    gint64 not_after;  /* Unix seconds: the certificate expires; 0 without one */
    char *fingerprint; /* SHA-256 of the certificate, hex; NULL without one */
    guint connect_ms, total_ms;
} CheckSeen;

typedef struct {
    GPtrArray *seen;     /* of CheckSeen, one an address */
    GPtrArray *findings; /* of CheckFinding: smtp-, cert-, dane- */
    guint elapsed_ms;
} CheckProbe;

CheckProbe *check_probe_new(void);
/* Appends an empty one; the list owns it. */
CheckSeen *check_probe_add(CheckProbe *probe, const char *address);
void check_probe_free(CheckProbe *probe); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CheckProbe, check_probe_free)
