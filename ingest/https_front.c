#include "ingest/https_front.h"

#include <errno.h>
#include <gio/gio.h>

#include "schema/limits.h"

static void
connection_started(gpointer data)
{
    const HttpsFront *front = data;
    https_certificate_serve_thread(front->certificate);
}

static void
connection_closed(gpointer data, guint64 oldest)
{
    const HttpsFront *front = data;
    if (front->certificate != NULL)
        https_certificate_release(front->certificate, oldest);
}

static guint64
next_connection(gpointer data)
{
    return https_connections_next(data);
}

static gboolean
start_daemon(HttpsFront *front, const HttpsFrontOptions *options, GError **error)
{
    gboolean tls = front->certificate != NULL;
    const struct MHD_OptionItem pool[] = {
        {MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)options->threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    /* A pool of one is no pool, and libmicrohttpd complains of it. */
    const struct MHD_OptionItem *threads = options->threads > 1 ? pool : &pool[1];
    struct MHD_OptionItem items[] = {
        /* https_connections counts them; libmicrohttpd does so a moment later. */
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)options->connections + 64, NULL},
        {MHD_OPTION_PER_IP_CONNECTION_LIMIT, (intptr_t)options->connections_per_address, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)options->timeout_seconds, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)LIMIT_HTTPS_CONNECTION_MEMORY, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)https_connections_notify, front->connections},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)options->completed, options->data},
        {MHD_OPTION_ARRAY, 0, (void *)(intptr_t)threads},
        {MHD_OPTION_ARRAY, 0, (void *)(intptr_t)options->more},
        {tls ? MHD_OPTION_HTTPS_PRIORITIES : MHD_OPTION_END, 0, (void *)(intptr_t)HTTPS_PRIORITIES},
        {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)(intptr_t)https_certificate_retrieve},
        {MHD_OPTION_END, 0, NULL},
    };
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG |
                     options->flags | (tls ? MHD_USE_TLS : 0u);
    front->daemon = MHD_start_daemon(flags, 0, NULL, NULL, options->handle, options->data,
                                     MHD_OPTION_EXTERNAL_LOGGER, options->complain, options->data,
                                     MHD_OPTION_ARRAY, items, MHD_OPTION_END);
    if (front->daemon == NULL)
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "the HTTP server cannot be started: %s",
                    g_strerror(errno));
    return front->daemon != NULL;
}

gboolean
https_front_start(HttpsFront *front, const HttpsFrontOptions *options, GError **error)
{
    HttpsConnectionsOptions connection_options = {
        .connections = options->connections,
        .idle_seconds = options->timeout_seconds,
        .request_seconds = options->timeout_seconds * LIMIT_HTTPS_REQUEST_TIMEOUTS,
        .log = options->log,
        .log_data = options->log_data,
        .started = connection_started,
        .closed = connection_closed,
        .data = front,
    };
    front->connections = https_connections_new(&connection_options);
    if (options->certificate_file != NULL) {
        front->certificate =
            https_certificate_new(options->certificate_file, options->key_file, options->log,
                                  options->log_data, next_connection, front->connections, error);
        if (front->certificate == NULL)
            return FALSE;
    }
    return start_daemon(front, options, error);
}

gboolean
https_front_reload(HttpsFront *front, GError **error)
{
    return front->certificate == NULL || https_certificate_reload(front->certificate, error);
}

void
https_front_stop(HttpsFront *front)
{
    if (front->connections != NULL)
        https_connections_stop(front->connections);
    if (front->daemon != NULL)
        MHD_stop_daemon(front->daemon);
    https_connections_free(front->connections);
    https_certificate_free(front->certificate);
    *front = (HttpsFront){0};
}
