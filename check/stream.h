/* stream.h: a TCP connection with a deadline, first in the clear, then under TLS. Certificates are
 * taken as they come: judging is done elsewhere, so that a bad one can be described. */
#pragma once

#include <glib.h>

typedef struct Stream Stream;

typedef enum {
    STREAM_OK,
    STREAM_TIMEOUT, /* nothing came within the time set */
    STREAM_NO_ROUTE,
    STREAM_REFUSED,
    STREAM_CLOSED, /* by the other side */
    STREAM_BROKEN, /* anything else, a failed handshake for one */
} StreamStatus;

/* What is offered in the handshake. */
typedef enum {
    STREAM_TLS_CURRENT, /* TLS 1.2 and 1.3: what MTA-STS needs (RFC 8461 7.2) */
    STREAM_TLS_OLD,     /* TLS 1.0 and 1.1 alone (RFC 8996: not to be used) */
} StreamTls;

/* Connects to ADDRESS within TIMEOUT_MS. Never NULL; look at stream_status. Free with stream_free,
 * which closes without a word. */
Stream *stream_connect(const char *address, guint port, guint timeout_ms);
void stream_free(Stream *stream); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stream, stream_free)

/* How the last call ended. After anything but STREAM_OK the stream is of no more use. */
StreamStatus stream_status(const Stream *stream);
/* Why it is of no use: "no answer within 10 s"; NULL while it is. Borrowed, printable. */
const char *stream_problem(const Stream *stream);

/* What follows has to be done within so many milliseconds from now, all in all. */
void stream_within(Stream *stream, guint ms);

/* Octets read, at least one, at most SIZE; 0: the status says why. */
gsize stream_read(Stream *stream, char *buffer, gsize size);
/* All of DATA. */
gboolean stream_write(Stream *stream, const char *data, gsize length);

/* The TLS handshake as client; SERVER_NAME is sent as SNI unless NULL. */
gboolean stream_start_tls(Stream *stream, const char *server_name, StreamTls versions);
/* "TLS1.3"; NULL without a handshake that went well. Static. */
const char *stream_tls_version(const Stream *stream);
/* The certificates that the server sent, its own first; of GBytes (DER), empty without any. The
 * caller owns it. */
GPtrArray *stream_chain(const Stream *stream);
