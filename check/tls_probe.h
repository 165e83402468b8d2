/* tls_probe.h: what a server shows that speaks TLS from the first octet (HTTPS), whatever is wrong
 * with it. */
#pragma once

#include <glib.h>

#include "check/stream.h"

typedef struct {
    StreamStatus status; /* STREAM_OK: the handshake went well */
    gboolean connected;  /* TCP did: what went wrong is the handshake */
    char *problem;       /* printable; NULL if nothing is */
    const char *tls;     /* "TLS1.3"; NULL without a handshake; static */
    GPtrArray *chain;    /* of GBytes (DER), for tls_verify; never NULL */
} TlsSeen;

/* Connects to ADDRESS and shakes hands with SNI NAME, each within TIMEOUT_MS. Never NULL. */
TlsSeen *tls_probe(const char *address, guint port, const char *name, StreamTls versions,
                   guint timeout_ms);
void tls_seen_free(TlsSeen *seen); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TlsSeen, tls_seen_free)
