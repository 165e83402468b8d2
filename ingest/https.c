#include "ingest/https.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ingest/https-internal.h"
#include "ingest/https_request.h"
#include "ingest/tcp_listen.h"
#include "schema/finding.h"
#include "schema/limits.h"

#define DEFAULT_PATH  "/v1/tlsrpt"
/* After https_stop woke the requests that wait: for their answers to be written. */
#define WOKEN_SECONDS 5u

#define WHY_LOOPBACK                                                                               \
    "without certificate= the collector speaks plain HTTP and listens on loopback only, for a "    \
    "proxy in front; give certificate= and key=, or listen on 127.0.0.1 or [::1]"

void
https_server_unref(HttpsServer *server)
{
    if (atomic_fetch_sub(&server->references, 1) != 1)
        return;
    body_room_unref(server->room);
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->lock);
    g_free(server->path);
    g_free(server);
}

void
https_server_log(HttpsServer *server, const char *peer, const char *format, ...)
{
    if (server->log == NULL)
        return;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *line = peer != NULL ? g_strconcat(peer, ": ", text, NULL) : g_strdup(text);
    g_autofree char *printable = text_printable(line, -1, LIMIT_TEXT_BYTES);
    server->log(server->log_data, printable);
}

static void
log_line(gpointer data, const char *line)
{
    https_server_log(data, NULL, "%s", line);
}

/* What libmicrohttpd complains of. Its lines name no peer and most tell of a scanner's garbage,
 * which it answers or cuts by itself; so only those about our own resources are handed on. */
static void G_GNUC_PRINTF(2, 0) log_daemon(void *cls, const char *format, va_list arguments)
{
    static const char *const ours[] = {"Error allocating memory", "Call to epoll_",
                                       "Failed to init",          "Failed to set ",
                                       "Failed to signal",        "Failed to start"};
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    for (guint i = 0; i < G_N_ELEMENTS(ours); i++) {
        if (g_str_has_prefix(text, ours[i])) {
            https_server_log(cls, NULL, "libmicrohttpd: %s", g_strchomp(text));
            return;
        }
    }
}

static char *
clean_path(const char *path, GError **error)
{
    g_autofree char *clean = g_strdup(path != NULL ? path : DEFAULT_PATH);
    if (clean[0] != '/') {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s: a path starts with \"/\"",
                    clean);
        return NULL;
    }
    gsize length = strlen(clean);
    if (length > 1 && clean[length - 1] == '/')
        clean[length - 1] = '\0';
    return g_steal_pointer(&clean);
}

static HttpsServer *
server_new(const IntakeRules *rules, const Sink *sink, void (*log)(gpointer, const char *line),
           gpointer log_data)
{
    HttpsServer *server = g_new0(HttpsServer, 1);
    pthread_condattr_t monotonic;
    atomic_init(&server->references, 1);
    server->rules = rules;
    server->sink = sink;
    server->log = log;
    server->log_data = log_data;
    server->payload_bytes = rules->payload_bytes != 0 ? rules->payload_bytes : LIMIT_PAYLOAD_BYTES;
    g_queue_init(&server->open);
    pthread_mutex_init(&server->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&server->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return server;
}

static guint
or_default(guint value, guint fallback)
{
    return value != 0 ? value : fallback;
}

/* Everything but the socket. */
static gboolean
start(HttpsServer *server, const HttpsOptions *options, GError **error)
{
    static const struct MHD_OptionItem none = {MHD_OPTION_END, 0, NULL};
    /* In front of plain HTTP stands a proxy: every connection comes from its address. 0 is none. */
    guint per_address = options->certificate_file != NULL ? LIMIT_HTTPS_CONNECTIONS_PER_ADDRESS : 0;
    HttpsFrontOptions front = {
        .certificate_file = options->certificate_file,
        .key_file = options->key_file,
        .connections = or_default(options->connections, LIMIT_HTTPS_CONNECTIONS),
        .connections_per_address = or_default(options->connections_per_address, per_address),
        .timeout_seconds = or_default(options->timeout_seconds, LIMIT_HTTPS_TIMEOUT_SECONDS),
        .log = log_line,
        .log_data = server,
        .flags = MHD_ALLOW_SUSPEND_RESUME,
        .handle = https_request_handle,
        .completed = https_request_completed,
        .complain = log_daemon,
        .data = server,
        .more = &none,
    };
    server->proxies = options->proxies;
    server->room = body_room_new(LIMIT_BODIES_BYTES, options->folder);
    server->turns = options->turns;
    server->path = clean_path(options->path, error);
    server->judging = judging_start(options->judges, https_request_judge);
    return server->path != NULL && https_front_start(&server->front, &front, error);
}

/* Also for a server that was started half. When libmicrohttpd has stopped nothing is handed to those
 * who judge any more. */
static void
dismantle(HttpsServer *server)
{
    https_front_stop(&server->front);
    judging_stop(server->judging);
    server->judging = NULL;
    https_server_unref(server);
}

HttpsServer *
https_start(const HttpsOptions *options, const IntakeRules *rules, const Sink *sink,
            void (*log)(gpointer, const char *line), gpointer log_data, GError **error)
{
    const char *why_loopback = options->certificate_file == NULL ? WHY_LOOPBACK : NULL;
    gboolean inherited = options->listen_fd >= 0;
    int fd = options->listen_fd;
    if (inherited) {
        if (!tcp_listen_check(fd, why_loopback, error))
            return NULL;
    } else {
        fd = tcp_listen_open(options->listen != NULL ? options->listen : "", why_loopback, error);
        if (fd < 0)
            return NULL;
    }
    HttpsServer *server = server_new(rules, sink, log, log_data);
    server->port = tcp_listen_port(fd);
    if (!start(server, options, error) ||
        !https_connections_accept(server->front.connections, fd, server->front.daemon, error)) {
        dismantle(server);
        if (!inherited)
            close(fd);
        return NULL;
    }
    return server;
}

guint16
https_port(const HttpsServer *server)
{
    return server->port;
}

gboolean
https_reload_certificate(HttpsServer *server, GError **error)
{
    return https_front_reload(&server->front, error);
}

gint64
https_certificate_expiry(HttpsServer *server)
{
    HttpsCertificate *certificate = server->front.certificate;
    return certificate != NULL ? https_certificate_expires(certificate) : 0;
}

void
https_counters(const HttpsServer *server, HttpsCounters *ret_counters)
{
    *ret_counters = (HttpsCounters){
        .requests = atomic_load(&server->requests),
        .stored = atomic_load(&server->stored),
        .duplicate = atomic_load(&server->duplicate),
        .refused = atomic_load(&server->refused),
        .unavailable = atomic_load(&server->unavailable),
    };
}

void
https_drain(HttpsServer *server)
{
    atomic_store(&server->draining, TRUE);
    https_connections_refuse(server->front.connections);
}

/* Under the lock. Waits until *COUNT is 0, for SECONDS at most. */
static void
wait_for_none(HttpsServer *server, const guint *count, guint seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += seconds;
    while (*count > 0 &&
           pthread_cond_timedwait(&server->changed, &server->lock, &until) != ETIMEDOUT)
        continue;
}

void
https_stop(HttpsServer *server, guint grace_seconds)
{
    if (server == NULL)
        return;
    https_drain(server);
    pthread_mutex_lock(&server->lock);
    wait_for_none(server, &server->open.length, grace_seconds);
    /* From here on nothing is suspended any more, and libmicrohttpd, which must not be stopped
     * while anything is, gets back all that was. */
    server->stopping = TRUE;
    https_request_wake_all(server);
    wait_for_none(server, &server->woken, WOKEN_SECONDS);
    pthread_mutex_unlock(&server->lock);
    dismantle(server);
}
