/* resolver.h: questions to the DNS, with what DNSSEC says of the answer.
 *
 * A table of functions, so that tests answer out of a map. In the program it is libunbound
 * (resolver_unbound.h), which validates by itself.
 */
#pragma once

#include <glib.h>

typedef enum {
    DNS_A = 1,
    DNS_NS = 2,
    DNS_SOA = 6,
    DNS_PTR = 12,
    DNS_MX = 15,
    DNS_TXT = 16,
    DNS_AAAA = 28,
    DNS_TLSA = 52
} DnsType;

typedef enum {
    ANSWER_DATA,     /* records has some */
    ANSWER_NO_DATA,  /* the name is there without records of the type */
    ANSWER_NXDOMAIN, /* there is no such name */
    ANSWER_BOGUS,    /* DNSSEC validation failed: whoever validates sees a failure */
    ANSWER_FAILED,   /* SERVFAIL, timeout: nothing is known */
} AnswerStatus;

typedef struct {
    AnswerStatus status;
    AnswerStatus unvalidated; /* what status would be for whoever does not validate */
    gboolean secure;          /* validated, also where it says that there is nothing */
    gboolean unasked;         /* ANSWER_FAILED for want of time alone: it says nothing of anybody */
    char *problem;            /* why ANSWER_BOGUS or ANSWER_FAILED; else NULL; printable */
    char *canonical;    /* the name at the end of the CNAMEs, normalised; NULL without CNAME */
    guint32 ttl;        /* seconds; 0 without data */
    GPtrArray *records; /* of GBytes: the rdata; empty where there is no data */
} DnsAnswer;

void dns_answer_free(DnsAnswer *answer); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DnsAnswer, dns_answer_free)

typedef struct Resolver Resolver;
struct Resolver {
    /* Never NULL; from any thread. NAME without trailing dot. ANSWER_FAILED after WAIT_MS. */
    DnsAnswer *(*lookup)(Resolver *resolver, const char *name, DnsType type, guint wait_ms);
    /* One that asks the server at ADDRESS alone and takes what it says. */
    Resolver *(*of_server)(const Resolver *resolver, const char *address, guint port);
    void (*free)(Resolver *resolver);
};

/* An empty answer of STATUS, for those who write a resolver. */
DnsAnswer *dns_answer_new(AnswerStatus status);

DnsAnswer *resolver_lookup(Resolver *resolver, const char *name, DnsType type, guint wait_ms);
/* A resolver that asks the name server at ADDRESS and PORT, nobody else, and does not validate.
 * NULL where that cannot be had. It does not need RESOLVER any more; free with resolver_free. */
Resolver *resolver_of_server(const Resolver *resolver, const char *address, guint port);
void resolver_free(Resolver *resolver); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Resolver, resolver_free)

/* "TLSA"; static. */
const char *dns_type_name(DnsType type);
