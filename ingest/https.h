/* https.h: the HTTPS road in (RFC 8460 3 and 5.4), on libmicrohttpd. */
#pragma once

#include <glib.h>

#include "ingest/body_turns.h"
#include "ingest/judged.h"
#include "ingest/sink.h"

typedef struct HttpsServer HttpsServer;

typedef struct {
    const char *listen; /* "0.0.0.0:443", "[::]:443", ":443" (all addresses), "127.0.0.1:0" */
    int listen_fd;      /* an inherited listening socket, taken over on success; -1: make
                         * one from listen */
    const char *certificate_file;  /* PEM chain; NULL: plain HTTP, loopback addresses only */
    const char *key_file;          /* NULL: in certificate_file too */
    const char *path;              /* NULL: "/v1/tlsrpt" */
    guint connections;             /* 0: the limit of limits.h, as for the next two */
    guint connections_per_address; /* 0 with plain HTTP: no limit, a proxy has but one address */
    guint timeout_seconds;
    const GPtrArray
        *proxies;       /* of our own, whose X-Forwarded-For is believed (proxies.h), or NULL */
    const char *folder; /* for large bodies on their way in; NULL: that for temporary files */
    BodyTurns *turns;   /* in which large ones are judged, or NULL */
    guint judges;       /* threads that decode and judge, beside the one that speaks TLS; 0: none */
} HttpsOptions;

/* Counters since the start, for metrics. Read with atomic operations. */
typedef struct {
    guint requests, stored, duplicate, refused, unavailable;
} HttpsCounters;

/* Starts to listen. Everything given is copied but RULES, SINK, the proxies and the turns, which
 * must outlive the server, the last until all items are done. SINK is called by all threads that
 * judge. LOG gets one printable line for every refusal and fault; may be called from any thread;
 * may be NULL. G_IO_ERROR or G_FILE_ERROR when it cannot listen or read the certificate: the
 * message names the file or the address. */
HttpsServer *https_start(const HttpsOptions *options, const IntakeRules *rules, const Sink *sink,
                         void (*log)(gpointer, const char *line), gpointer log_data,
                         GError **error);

/* The port that is listened on. */
guint16 https_port(const HttpsServer *server);

/* Reads certificate and key again; keeps the old pair on error. Called for SIGHUP; the server
 * also looks for a changed file by itself, at most once a second. */
gboolean https_reload_certificate(HttpsServer *server, GError **error);

/* Expiry of the certificate in use as Unix seconds; 0 without one. */
gint64 https_certificate_expiry(HttpsServer *server);

void https_counters(const HttpsServer *server, HttpsCounters *ret_counters);

/* No new connections from now on; requests that wait for their commit are still answered. */
void https_drain(HttpsServer *server);
/* Drains, waits up to GRACE_SECONDS for open requests, and frees. Who still waits for a commit is
 * told 503; the SinkDone of such a report may come after this has returned, and does nothing.
 * NULL is fine. */
void https_stop(HttpsServer *server, guint grace_seconds);
