/* https-internal.h: the server, as https.c and https_request.c share it. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "ingest/body.h"
#include "ingest/https.h"
#include "ingest/https_front.h"
#include "ingest/judging.h"

/* Threads: that of libmicrohttpd (requests, certificate callback), that of https_connections, those
 * that judge, those of the sink (done), and the callers of https.h. */
struct HttpsServer {
    atomic_uint references; /* the owner, and each request: done may come after https_stop */
    const IntakeRules *rules;
    const Sink *sink;
    void (*log)(gpointer, const char *line);
    gpointer log_data;
    const GPtrArray *proxies; /* NULL for none */
    char *path;               /* without a slash at the end */
    gsize payload_bytes;
    guint16 port;
    HttpsFront front;
    BodyRoom *room;
    BodyTurns *turns; /* NULL: nobody waits */
    Judging *judging; /* NULL: the thread of libmicrohttpd judges too */
    atomic_bool draining;
    atomic_uint requests, stored, duplicate, refused, unavailable;

    pthread_mutex_t lock; /* guards what follows, and the members of requests that say so */
    pthread_cond_t changed;
    GQueue open; /* of HttpsRequest: from their header to the end of their answer */
    guint woken; /* of them: woken by https_stop without their commit */
    gboolean stopping;
};

void https_server_unref(HttpsServer *server);

/* One line to the log: "PEER: " and the rest, control bytes escaped. PEER may be NULL. */
void https_server_log(HttpsServer *server, const char *peer, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
