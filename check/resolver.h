/* resolver.h: questions to the DNS, with what DNSSEC says of the answer.
 *
 * A table of two functions, so that tests answer out of a map. In the program it is libunbound
 * (resolver_unbound.h), which validates by itself.
 */
#pragma once

#include <glib.h>

typedef enum {
    DNS_A = 1,
    DNS_NS = 2,
    DNS_SOA = 6,
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
    char *problem;            /* why ANSWER_BOGUS or ANSWER_FAILED; else NULL; printable */
    char *canonical;    /* the name at the end of the CNAMEs, normalised; NULL without CNAME */
    guint32 ttl;        /* seconds; 0 without data */
    GPtrArray *records; /* of GBytes: the rdata; empty where there is no data */
} DnsAnswer;

void dns_answer_free(DnsAnswer *answer); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DnsAnswer, dns_answer_free)

typedef struct Resolver Resolver;
struct Resolver {
    /* Never NULL; from any thread. NAME without trailing dot. */
    DnsAnswer *(*lookup)(Resolver *resolver, const char *name, DnsType type);
    void (*free)(Resolver *resolver);
};

/* An empty answer of STATUS, for those who write a resolver. */
DnsAnswer *dns_answer_new(AnswerStatus status);

DnsAnswer *resolver_lookup(Resolver *resolver, const char *name, DnsType type);
void resolver_free(Resolver *resolver); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Resolver, resolver_free)

/* "TLSA"; static. */
const char *dns_type_name(DnsType type);
