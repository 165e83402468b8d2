#include "ingest/web.h"

#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#include "ingest/https_front.h"
#include "ingest/proxies.h"
#include "ingest/tcp_listen.h"
#include "schema/limits.h"

struct WebServer {
    WebHandler handler;
    gpointer handler_data;
    const GPtrArray *proxies;
    guint16 port;
    gboolean loopback;
    HttpsFront front;
};

void
web_answer_field(WebAnswer *answer, const char *name, const char *value)
{
    g_ptr_array_add(answer->fields, g_strdup(name));
    g_ptr_array_add(answer->fields, g_strdup(value));
}

/* ---- one request --------------------------------------------------------------------------- */

static void
unref_bytes(void *bytes)
{
    g_bytes_unref(bytes);
}

static enum MHD_Result
queue_answer(struct MHD_Connection *handle, const WebAnswer *answer)
{
    gsize length;
    GBytes *body = answer->body != NULL ? g_bytes_ref(answer->body) : g_bytes_new(NULL, 0);
    gconstpointer data = g_bytes_get_data(body, &length);
    /* No copy: a page may have some megabytes. */
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        length, (void *)data, unref_bytes, body);
    if (response == NULL)
        g_bytes_unref(body);
    enum MHD_Result result = response != NULL ? MHD_YES : MHD_NO;
    for (guint i = 0; result == MHD_YES && i + 1 < answer->fields->len; i += 2)
        result = MHD_add_response_header(response, g_ptr_array_index(answer->fields, i),
                                         g_ptr_array_index(answer->fields, i + 1));
    if (result == MHD_YES)
        result = MHD_queue_response(handle, answer->status, response);
    if (response != NULL)
        MHD_destroy_response(response);
    return result;
}

static const char *
field(struct MHD_Connection *handle, const char *name)
{
    return MHD_lookup_connection_value(handle, MHD_HEADER_KIND, name);
}

/* MHD_OPTION_URI_LOG_CALLBACK: the only place that shows the target as it came. It is kept with the
 * connection, because libmicrohttpd does not always tell the end of a request that it refuses. */
static void *
take_target(void *cls, const char *target, struct MHD_Connection *handle)
{
    (void)cls;
    https_connection_keep(https_connection_of(handle), target);
    return NULL;
}

static enum MHD_Result
handle_request(void *cls, struct MHD_Connection *handle, const char *url, const char *method,
               const char *version, const char *data, size_t *size, void **context)
{
    WebServer *server = cls;
    (void)url, (void)version, (void)data;
    HttpsConnection *connection = https_connection_of(handle);
    gboolean body =
        field(handle, "Content-Length") != NULL || field(handle, "Transfer-Encoding") != NULL;
    /* libmicrohttpd closes a connection that is answered at the first call. */
    if (*context == NULL && !body) {
        *context = server;
        return MHD_YES;
    }
    const char *address = https_connection_address(connection);
    g_autofree char *client =
        proxies_client(server->proxies, address, field(handle, "X-Forwarded-For"));
    WebRequest request = {
        .method = method,
        .target = https_connection_kept(connection),
        .host = field(handle, "Host"),
        .accept = field(handle, "Accept"),
        .authorization = field(handle, "Authorization"),
        .if_none_match = field(handle, "If-None-Match"),
        .client = client,
        .on_loopback = server->loopback,
    };
    WebAnswer answer = {.fields = g_ptr_array_new_with_free_func(g_free)};
    *size = 0;
    server->handler(server->handler_data, &request, &answer);
    /* An answer before a body, which nobody should send, ends the connection. */
    if (body)
        https_connection_linger(connection);
    https_connection_set_state(connection, HTTPS_ANSWER_DUE);
    enum MHD_Result result = queue_answer(handle, &answer);
    g_ptr_array_unref(answer.fields);
    g_clear_pointer(&answer.body, g_bytes_unref);
    return result;
}

static void
completed(void *cls, struct MHD_Connection *handle, void **context,
          enum MHD_RequestTerminationCode code)
{
    (void)cls, (void)code;
    *context = NULL;
    https_connection_set_state(https_connection_of(handle), HTTPS_REQUEST_DUE);
}

/* ---- the server ---------------------------------------------------------------------------- */

/* MHD_OPTION_UNESCAPE_CALLBACK: nothing is decoded behind our back. */
static size_t
keep_escaped(void *cls, struct MHD_Connection *handle, char *text)
{
    (void)cls, (void)handle;
    return strlen(text);
}

/* Its complaints tell of garbage that peers send. */
static void G_GNUC_PRINTF(2, 0) ignore_log(void *cls, const char *format, va_list arguments)
{
    (void)cls, (void)format, (void)arguments;
}

/* Everything but the socket. */
static gboolean
start(WebServer *server, const WebOptions *options, void (*log)(gpointer, const char *line),
      gpointer log_data, GError **error)
{
    const struct MHD_OptionItem more[] = {
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)take_target, server},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)keep_escaped, server},
        {MHD_OPTION_END, 0, NULL},
    };
    HttpsFrontOptions front = {
        .certificate_file = options->certificate_file,
        .key_file = options->key_file,
        .connections = options->connections,
        .connections_per_address = options->connections_per_address,
        .timeout_seconds = options->timeout_seconds,
        .threads = options->threads,
        .log = log,
        .log_data = log_data,
        .flags = MHD_USE_ITC,
        .handle = handle_request,
        .completed = completed,
        .complain = ignore_log,
        .data = server,
        .more = more,
    };
    return https_front_start(&server->front, &front, error);
}

void
web_stop(WebServer *server)
{
    if (server == NULL)
        return;
    https_front_stop(&server->front);
    g_free(server);
}

WebServer *
web_start(const WebOptions *options, WebHandler handler, gpointer handler_data,
          void (*log)(gpointer, const char *line), gpointer log_data, GError **error)
{
    int fd = tcp_listen_open(options->listen, options->why_loopback, error);
    if (fd < 0)
        return NULL;
    WebServer *server = g_new0(WebServer, 1);
    server->handler = handler;
    server->handler_data = handler_data;
    server->proxies = options->proxies;
    server->port = tcp_listen_port(fd);
    server->loopback = tcp_listen_is_loopback(fd);
    if (!start(server, options, log, log_data, error) ||
        !https_connections_accept(server->front.connections, fd, server->front.daemon, error)) {
        web_stop(server);
        close(fd);
        return NULL;
    }
    return server;
}

guint16
web_port(const WebServer *server)
{
    return server->port;
}

gboolean
web_reload_certificate(WebServer *server, GError **error)
{
    return https_front_reload(&server->front, error);
}
