/* https_connections.h: accepting, deadlines and a clean end of connections. Private to
 * ingest/https*.
 *
 * One thread accepts and hands each socket to libmicrohttpd. Our own accept, because
 * MHD_quiesce_daemon races with the daemon's thread in 0.9.75 (both take the socket out of the
 * epoll set; the loser aborts the process), and because a socket that systemd shares with us must
 * be left listening. The same thread cuts connections at their deadline: libmicrohttpd's own
 * timeout starts anew with every octet.
 */
#pragma once

#include <glib.h>
#include <microhttpd.h>

typedef struct HttpsConnections HttpsConnections;
/* One connection. Lives until libmicrohttpd has closed it. */
typedef struct HttpsConnection HttpsConnection;

typedef struct {
    guint connections;
    guint idle_seconds;    /* libmicrohttpd's timeout without progress */
    guint request_seconds; /* for one whole request, and for taking one whole answer */
    void (*log)(gpointer, const char *line);
    gpointer log_data;
    /* Called in the daemon's thread when a connection starts, and when it and all before it are
     * closed; OLDEST is the lowest number that is still open. */
    void (*started)(gpointer data);
    void (*closed)(gpointer data, guint64 oldest);
    gpointer data;
} HttpsConnectionsOptions;

HttpsConnections *https_connections_new(const HttpsConnectionsOptions *options);
/* Accepts on LISTEN_FD (taken over) from now on. */
gboolean https_connections_accept(HttpsConnections *connections, int listen_fd,
                                  struct MHD_Daemon *daemon, GError **error);
/* Accepts no more: closes the listening socket. May be called again. */
void https_connections_refuse(HttpsConnections *connections);
/* Refuses, and ends the thread, so that the daemon can be stopped. */
void https_connections_stop(HttpsConnections *connections);
/* After the daemon has stopped. NULL is fine. */
void https_connections_free(HttpsConnections *connections);

/* The number that the next connection gets; they count from 1. */
guint64 https_connections_next(HttpsConnections *connections);

/* An MHD_NotifyConnectionCallback; CLS is the HttpsConnections. */
void https_connections_notify(void *cls, struct MHD_Connection *handle, void **socket_context,
                              enum MHD_ConnectionNotificationCode code);
/* That of HANDLE. */
HttpsConnection *https_connection_of(struct MHD_Connection *handle);

/* Peer address as text, without port; an IPv4 address never in its IPv6 form. */
const char *https_connection_address(const HttpsConnection *connection);

/* Keeps a copy of TEXT with the connection, in place of the one before; NULL before the first. */
void https_connection_keep(HttpsConnection *connection, const char *text);
const char *https_connection_kept(const HttpsConnection *connection);

/* What the connection does now, which sets its deadline. A new one waits for a request. */
typedef enum {
    HTTPS_REQUEST_DUE, /* between requests: time to be idle, and for the next request */
    HTTPS_COMMIT_DUE,  /* waits for us: no deadline */
    HTTPS_ANSWER_DUE,  /* the peer reads the answer */
} HttpsConnectionState;
void https_connection_set_state(HttpsConnection *connection, HttpsConnectionState state);

/* The answer was sent before the body was read: linger at the end (RFC 9112 9.6). */
void https_connection_linger(HttpsConnection *connection);
