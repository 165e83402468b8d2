/* lmtp.h: the LMTP road in (RFC 2033), on a unix socket or TCP. */
#pragma once

#include <glib.h>

#include "ingest/body_turns.h"
#include "ingest/judged.h"
#include "ingest/sink.h"

typedef struct LmtpServer LmtpServer;

typedef struct {
    const char *listen;       /* "/run/tlsgauge/lmtp.sock", "127.0.0.1:2460", "[::1]:2460" */
    const char *hostname;     /* what we call ourselves; NULL: the name of the machine */
    guint socket_mode;        /* of a unix socket: 0660 */
    const char *socket_group; /* of a unix socket, or NULL: that of the process */
    guint timeout_seconds;    /* without a byte; 0: the limit of limits.h, as for the next */
    guint connections;
    const char *folder; /* for large messages on their way in; NULL: that for temporary files */
    BodyTurns *turns;   /* in which large ones are judged, or NULL; must outlive the server */
} LmtpOptions;

/* Listens and serves, a thread a connection up to the limit. RULES and SINK must outlive the
 * server. LOG gets one printable line for refusals and faults, from any thread; may be NULL.
 * G_IO_ERROR when it cannot listen: the message names the place. A socket file that nobody answers
 * at is replaced. */
LmtpServer *lmtp_start(const LmtpOptions *options, const IntakeRules *rules, const Sink *sink,
                       void (*log)(gpointer, const char *line), gpointer log_data, GError **error);

/* The TCP port, 0 for a unix socket. */
guint16 lmtp_port(const LmtpServer *server);

/* No new connections; open ones are told 421, a message that waits for its commit is still
 * answered. Waits up to GRACE_SECONDS for them, removes the socket file, frees. FALSE when a
 * connection would not end in time: then its thread may still use RULES and SINK, nothing is freed,
 * and the process should end. NULL is fine. */
gboolean lmtp_stop(LmtpServer *server, guint grace_seconds);
