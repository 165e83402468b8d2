/* options.h: how a look at domains is taken: whom to ask, whom to believe, where to connect.
 *
 * Every endpoint can be replaced, so that the whole of it also runs against servers of one's own.
 */
#pragma once

#include <glib.h>

typedef struct {
    char *resolver;        /* "system", "iterate" or ADDRESS[@PORT] of a forwarder */
    char *trust_anchor;    /* file with DNSKEY or DS records; NULL: that of the root */
    char *ca_file;         /* the only CAs that are believed; NULL: those of the system */
    GPtrArray *connect_to; /* of rows made by check_options_connect_to; never NULL */
    gint64 now;            /* Unix seconds: certificates are judged as at this time */
    char *ehlo;            /* name said in EHLO */
    guint smtp_port;       /* 25 */
    guint dns_ms;          /* for one question; all of a domain: LIMIT_CHECK_DNS_WAITS times that */
    guint connect_ms;      /* to connect to one address */
    guint reply_ms;        /* for each answer of an SMTP server, and for a handshake */
    guint fetch_ms;        /* for the whole policy (RFC 8461 3.3: one minute) */
    gboolean smtp;         /* connect to the MX hosts at all */
    gboolean ipv6;         /* connect to IPv6 addresses */
    gboolean all_ns;       /* ask each name server of the domain for MX */
    gboolean ptr;          /* look at the names of the addresses of MX hosts */
    char **expect_rua;     /* URIs that take our reports; NULL: nobody said */
    char **expect_mx;      /* names, normalised; NULL: nobody said */
} CheckOptions;

/* The defaults; the present as now. Free with check_options_free. */
CheckOptions *check_options_new(void);
void check_options_free(CheckOptions *options); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CheckOptions, check_options_free)

/* Adds a replacement "HOST:PORT:ADDRESS:PORT": what would go to HOST (a name or an address; an IPv6
 * address stands in brackets) at PORT goes to ADDRESS at the second PORT. Each part may be empty:
 * then it holds for any host or port, or leaves the address or port as it is. FALSE if TEXT is not
 * that. */
gboolean check_options_connect_to(CheckOptions *options, const char *text);

/* Where to connect instead of ADDRESS, an address of HOST, at *PORT: the first replacement whose
 * host is HOST or ADDRESS and whose port is *PORT. Newly allocated address; *port is changed. */
char *check_options_endpoint(const CheckOptions *options, const char *host, const char *address,
                             guint *port);
