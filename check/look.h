/* look.h: the look at one domain while it is taken: its parts share this. Private to check/. */
#pragma once

#include "check/check.h"
#include "check/tls_verify.h"

typedef struct {
    const CheckOptions *options;
    Resolver *resolver;
    const CheckPast *past; /* never NULL */
    CheckRun *run;
    TlsTrust *trust;       /* NULL: there are no CAs here */
    GHashTable *told;      /* questions whose failure was told */
    gint64 dns_left_us;    /* of the time for questions about this domain */
    gboolean silent;       /* our own resolver gives no answer: nothing more can be asked */
    gboolean hosts_known;  /* the question for MX was answered */
    gboolean record_there; /* there is something at _mta-sts that means MTA-STS */
} Look;

/* Appends a finding to the stage of its id. */
CheckFinding *look_tell(Look *look, const char *id, const char *subject, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/* Asks within the time that is left, and tells ANSWER_BOGUS and ANSWER_FAILED as findings, once a
 * question. Where our resolver does no DNSSEC, what it could not validate is taken as insecure. */
DnsAnswer *look_up(Look *look, const char *name, DnsType type);
/* The same in two steps: without telling, and telling what ANSWER says of itself. */
DnsAnswer *look_up_quietly(Look *look, const char *name, DnsType type);
/* The answer as it came, within the time that is left. */
DnsAnswer *look_ask(Look *look, const char *name, DnsType type);
/* The wait for one more answer, in milliseconds; 0: there is no time left. */
guint look_dns_wait(const Look *look);
void look_tell_failure(Look *look, const char *name, DnsType type, const DnsAnswer *answer);
/* Appends the addresses of NAME, at most LIMIT_CHECK_ADDRESSES, A first. FALSE where one of the
 * questions had no answer. *ret_secure and *ret_canonical may be NULL. */
gboolean look_up_addresses(Look *look, const char *name, GStrvBuilder *addresses, guint *ret_n,
                           gboolean *ret_secure, char **ret_canonical);

/* The parts, in the order in which they are taken. */
void look_dns(Look *look);          /* look_dns.c */
void look_name_servers(Look *look); /* look_ns.c: where --all-ns asks for it */
void look_names(Look *look);        /* look_ptr.c: where --ptr asks for it */
void look_tlsa(Look *look);         /* look_tlsa.c */
void look_tlsrpt(Look *look);       /* look_tlsrpt.c */
void look_sts_record(Look *look);   /* look_sts.c */
void look_policy(Look *look);       /* look_policy.c: fetches and reads it */
void look_cross(Look *look);        /* look_cross.c */
void look_smtp(Look *look);         /* look_smtp.c */
