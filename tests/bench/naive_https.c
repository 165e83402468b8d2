/* naive_https.c: the baselines of collecting: libmicrohttpd with one epoll loop over TLS that takes
 * a post and answers 201.
 *
 *   bench_naive_https PORT CERTIFICATE KEY              does nothing with it
 *   bench_naive_https PORT CERTIFICATE KEY DATABASE     decodes it, and commits it by itself
 *   bench_naive_https PORT CERTIFICATE KEY DATABASE daily    the same, and its daily sums with it
 */
#include <microhttpd.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "naive_store.h"

#define ROOM (4u * 1024 * 1024)

static NaiveStore store;
static z_stream zlib;
static char *buffer; /* NULL: nothing is stored */

static void
take(const GByteArray *body)
{
    gsize n = plain_inflate(&zlib, body->data, body->len, buffer, ROOM);
    PlainReport *report = n > 0 ? plain_decode(buffer, n) : NULL;
    if (report == NULL)
        return;
    naive_put(&store, report, body->data, body->len);
    plain_free(report);
}

static enum MHD_Result
on_request(void *data, struct MHD_Connection *connection, const char *url, const char *method,
           const char *version, const char *upload, size_t *size, void **state)
{
    (void)data, (void)url, (void)method, (void)version;
    GByteArray *body = *state;
    if (body == NULL) {
        *state = g_byte_array_new();
        return MHD_YES;
    }
    if (*size > 0) {
        g_byte_array_append(body, (const guint8 *)upload, (guint)*size);
        *size = 0;
        return MHD_YES;
    }
    if (buffer != NULL)
        take(body);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_CREATED, response);
    MHD_destroy_response(response);
    return result;
}

static void
on_completed(void *data, struct MHD_Connection *connection, void **state,
             enum MHD_RequestTerminationCode why)
{
    (void)data, (void)connection, (void)why;
    if (*state != NULL)
        g_byte_array_unref(*state);
    *state = NULL;
}

/* A loop of our own: after exactly 128 events at once that of libmicrohttpd 0.9.75 waits for one
 * more before it looks at them, for ever where the client waits too. */
static G_GNUC_NORETURN void
run(struct MHD_Daemon *server)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server, MHD_DAEMON_INFO_EPOLL_FD);
    struct pollfd events = {.fd = info->epoll_fd, .events = POLLIN};
    for (;;) {
        MHD_UNSIGNED_LONG_LONG ms;
        gboolean timed = MHD_get_timeout(server, &ms) == MHD_YES;
        (void)poll(&events, 1, timed ? (int)MIN(ms, 1000) : -1);
        MHD_run(server);
    }
}

int
main(int argc, char **argv)
{
    g_autofree char *certificate = NULL, *key = NULL;
    if (argc < 4 || !g_file_get_contents(argv[2], &certificate, NULL, NULL) ||
        !g_file_get_contents(argv[3], &key, NULL, NULL))
        return 64;
    if (argc > 4) {
        buffer = g_malloc(ROOM);
        store.daily = argc > 5;
        naive_open(&store, argv[4], 1);
        if (inflateInit2(&zlib, MAX_WBITS + 16) != Z_OK)
            return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    struct MHD_Daemon *server = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_TLS, (guint16)atoi(argv[1]), NULL, NULL, on_request, NULL,
        MHD_OPTION_HTTPS_MEM_CERT, certificate, MHD_OPTION_HTTPS_MEM_KEY, key,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_CONNECTION_LIMIT, 2000u,
        MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024u, MHD_OPTION_END);
    if (server == NULL)
        g_error("cannot listen");
    run(server);
}
