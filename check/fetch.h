/* fetch.h: one HTTPS request to one address of a host, as a sender makes it, and all that it
 * showed.
 */
#pragma once

#include <glib.h>

#include "check/options.h"
#include "check/tls_verify.h"

typedef struct {
    const char *url;
    const char *host;      /* of the URL, normalised: SNI, and what the certificate must name */
    guint port;            /* of the URL */
    gboolean head;         /* HEAD in place of GET: no body */
    const TlsTrust *trust; /* NULL: the certificate is not judged */
} FetchWhat;

typedef enum {
    FETCH_ANSWERED, /* status and what follows are known */
    FETCH_UNTRIED,  /* no way from here: no route of that kind, or no libcurl */
    FETCH_REFUSED,  /* no connection, or it broke before an answer */
    FETCH_NO_TLS,   /* the handshake failed, or offers nothing from TLS 1.2 on */
    FETCH_TIMEOUT,  /* options.fetch_ms have passed */
    FETCH_TOO_LARGE /* the body passes LIMIT_STS_POLICY_BYTES */
} FetchOutcome;

typedef struct {
    char *address; /* that of the DNS, also where a replacement was connected to */
    FetchOutcome outcome;
    char *problem;       /* printable; NULL with FETCH_ANSWERED */
    guint status;        /* of HTTP */
    char *type;          /* Content-Type; NULL without one */
    char *location;      /* of a redirect; NULL without one */
    GBytes *body;        /* never NULL; what came of it */
    TlsVerdict *verdict; /* of the certificate; NULL where it was not judged */
    guint elapsed_ms;
} Fetch;

/* The URL is asked for at ADDRESS (or what options.connect_to puts in its place). No redirect is
 * followed, no proxy used, and the certificate stops nothing: it is judged apart, as at
 * options.now, so that every fault is told and not only the first. HTTPS with TLS 1.2 or newer
 * only, but for a URL "http:". Never NULL. */
Fetch *fetch_run(const CheckOptions *options, const FetchWhat *what, const char *address);
void fetch_free(Fetch *fetch); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fetch, fetch_free)
