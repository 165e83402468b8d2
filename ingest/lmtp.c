#include "ingest/lmtp.h"

#include <errno.h>
#include <gio/gio.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ingest/intake.h"
#include "ingest/lmtp_session.h"
#include "ingest/tcp_listen.h"
#include "ingest/unix_listen.h"
#include "schema/limits.h"

#define READ_BYTES          65536
#define DEFAULT_SOCKET_MODE 0660

struct LmtpServer {
    const IntakeRules *rules;
    const Sink *sink;
    void (*log)(gpointer, const char *line);
    gpointer log_data;
    char *hostname;
    char *socket_path; /* NULL for TCP */
    int listen_fd;
    int stop_fd; /* readable once the server stops */
    BodyRoom *room;
    BodyTurns *turns; /* NULL: nobody waits */
    guint timeout_seconds;
    guint max_connections;
    GThread *acceptor;
    GMutex lock;
    GCond closed;
    guint connections; /* under lock */
};

/* One client; lives on the stack of its thread. */
typedef struct {
    LmtpServer *server;
    int fd;
    char *peer;
    LmtpSession *session;
    GString *out;
    gint64 deadline; /* monotonic microseconds: a message must be complete by then */
} Client;

/* What the sink has said so far about the reports of one message. */
typedef struct {
    GMutex lock;
    GCond all_done;
    guint open;
    Outcome worst;
    char *reference;
} Verdict;

static void
server_log(const LmtpServer *server, const char *peer, const char *text)
{
    if (server->log == NULL)
        return;
    g_autofree char *line = g_strdup_printf("%s: %s", peer, text);
    server->log(server->log_data, line);
}

/* ---- one message --------------------------------------------------------------------------- */

static void
on_done(gpointer data, Outcome outcome, const char *reference)
{
    Verdict *verdict = data;
    g_mutex_lock(&verdict->lock);
    Outcome worst = receipt_worse(verdict->worst, outcome);
    if (worst != verdict->worst || verdict->reference == NULL) {
        g_free(verdict->reference);
        verdict->reference = g_strdup(reference);
    }
    verdict->worst = worst;
    if (--verdict->open == 0)
        g_cond_signal(&verdict->all_done);
    g_mutex_unlock(&verdict->lock);
}

/* Hands the items on, and waits until all are on disk. Appends the answer. */
static void
hand_on(Client *client, const GPtrArray *items, guint64 full_size)
{
    const LmtpServer *server = client->server;
    Verdict verdict = {.open = items->len, .worst = OUTCOME_DUPLICATE};
    g_mutex_init(&verdict.lock);
    g_cond_init(&verdict.all_done);
    for (guint i = 0; i < items->len; i++) {
        Judged *item = g_ptr_array_index(items, i);
        item->full_size = MAX(item->full_size, full_size);
        if (item->reason != NULL)
            server_log(server, client->peer, item->reason);
        server->sink->take(server->sink->self, item, on_done, &verdict);
    }
    g_mutex_lock(&verdict.lock);
    while (verdict.open > 0)
        g_cond_wait(&verdict.all_done, &verdict.lock);
    g_mutex_unlock(&verdict.lock);
    lmtp_session_answer(client->session, verdict.worst, verdict.reference, client->out);
    g_free(verdict.reference);
    g_cond_clear(&verdict.all_done);
    g_mutex_clear(&verdict.lock);
}

/* A turn of a large message, and how the thread that waits for it hears of it. */
typedef struct {
    BodyTurn turn;
    int wake; /* eventfd */
} Turn;

static void
on_granted(gpointer data)
{
    const Turn *turn = data;
    (void)eventfd_write(turn->wake, 1);
}

static gboolean
wait_for_turn(const LmtpServer *server, Turn *turn)
{
    *turn = (Turn){.turn = {.granted = on_granted, .data = turn}};
    turn->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (turn->wake < 0 || !body_turn_ask(server->turns, &turn->turn))
        return FALSE;
    struct pollfd polled[2] = {{.fd = turn->wake, .events = POLLIN},
                               {.fd = server->stop_fd, .events = POLLIN}};
    while (poll(polled, 2, LIMIT_LMTP_MESSAGE_SECONDS * 1000) < 0 && errno == EINTR)
        continue;
    return body_turn_is_granted(server->turns, &turn->turn);
}

static void
end_turn(const LmtpServer *server, Turn *turn)
{
    (void)body_turn_leave(server->turns, &turn->turn);
    if (turn->wake >= 0)
        close(turn->wake);
}

static void
judge_and_hand_on(Client *client, GBytes *message, guint64 full_size)
{
    const IntakeRules *rules = client->server->rules;
    const Origin origin = {ROAD_LMTP, client->peer, g_get_real_time() / G_USEC_PER_SEC};
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    if (full_size > intake_message_limit(rules))
        intake_message_too_large(rules, &origin, message, items);
    else
        intake_message(rules, &origin, message, items);
    hand_on(client, items, full_size);
}

static void
take_message(Client *client)
{
    const LmtpServer *server = client->server;
    guint64 full_size = 0;
    Turn turn;
    g_autoptr(GBytes) message = lmtp_session_take_message(client->session, &full_size);
    gboolean waits = message != NULL && server->turns != NULL &&
                     g_bytes_get_size(message) > LIMIT_BODY_MEMORY_BYTES;
    if (message == NULL || (waits && !wait_for_turn(server, &turn))) {
        server_log(server, client->peer, "no room for a large message now");
        lmtp_session_answer(client->session, OUTCOME_UNAVAILABLE, NULL, client->out);
    } else {
        judge_and_hand_on(client, message, full_size);
    }
    if (waits)
        end_turn(server, &turn);
}

/* ---- one connection ------------------------------------------------------------------------ */

typedef enum { READY, STOPPING, TOO_LATE, GONE } Wait;

/* Waits until the client can be read from (or written to). */
static Wait
wait_for(const Client *client, short events)
{
    struct pollfd polled[2] = {{.fd = client->fd, .events = events},
                               {.fd = client->server->stop_fd, .events = POLLIN}};
    gint64 idle_end =
        g_get_monotonic_time() + (gint64)client->server->timeout_seconds * G_USEC_PER_SEC;
    gint64 end = MIN(idle_end, client->deadline);
    for (;;) {
        gint64 left = (end - g_get_monotonic_time()) / 1000;
        /* Replies still go out while the server stops. */
        nfds_t count = events == POLLIN ? 2 : 1;
        int ready = left <= 0 ? 0 : poll(polled, count, (int)MIN(left, G_MAXINT));
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return ready == 0 ? TOO_LATE : GONE;
        if (polled[1].revents != 0)
            return STOPPING;
        return READY;
    }
}

/* Sends and empties the replies that have gathered. */
static gboolean
flush(Client *client)
{
    gsize sent = 0;
    while (sent < client->out->len) {
        ssize_t count = send(client->fd, client->out->str + sent, client->out->len - sent,
                             MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count > 0)
            sent += (gsize)count;
        else if (errno != EINTR && (errno != EAGAIN || wait_for(client, POLLOUT) != READY))
            break;
    }
    gboolean all = sent == client->out->len;
    g_string_truncate(client->out, 0);
    return all;
}

static void
say_farewell(Client *client, const char *why)
{
    lmtp_session_farewell(client->session, why, client->out);
    flush(client);
}

static void
renew_deadline(Client *client)
{
    client->deadline = g_get_monotonic_time() + (gint64)LIMIT_LMTP_MESSAGE_SECONDS * G_USEC_PER_SEC;
}

/* Feeds what was read; FALSE when the conversation is over. */
static gboolean
feed(Client *client, const guint8 *octets, gsize length)
{
    while (length > 0) {
        gsize used;
        LmtpNext next = lmtp_session_feed(client->session, octets, length, &used, client->out);
        octets += used;
        length -= used;
        if (next == LMTP_MESSAGE) {
            take_message(client);
            renew_deadline(client);
        }
        if (next == LMTP_CLOSE) {
            flush(client);
            return FALSE;
        }
        if (!flush(client))
            return FALSE;
    }
    return TRUE;
}

static void
converse(Client *client)
{
    g_autofree guint8 *buffer = g_malloc(READ_BYTES);
    gboolean going = flush(client);
    while (going) {
        switch (wait_for(client, POLLIN)) {
        case STOPPING:
            say_farewell(client, "closes for maintenance");
            return;
        case TOO_LATE:
            server_log(client->server, client->peer, "timed out");
            say_farewell(client, "timed out");
            return;
        case GONE:
            return;
        case READY:
            break;
        }
        ssize_t count = recv(client->fd, buffer, READ_BYTES, MSG_DONTWAIT);
        if (count > 0)
            going = feed(client, buffer, (gsize)count);
        else
            going = count < 0 && (errno == EINTR || errno == EAGAIN);
    }
}

static gpointer
client_thread(gpointer data)
{
    Client *client = data;
    LmtpServer *server = client->server;
    gsize max = intake_message_limit(server->rules);
    client->out = g_string_new(NULL);
    client->session = lmtp_session_new(server->hostname, max, server->room, client->out);
    renew_deadline(client);
    converse(client);
    lmtp_session_free(client->session);
    g_string_free(client->out, TRUE);
    close(client->fd);
    g_free(client->peer);
    g_free(client);

    g_mutex_lock(&server->lock);
    server->connections--;
    g_cond_broadcast(&server->closed);
    g_mutex_unlock(&server->lock);
    return NULL;
}

/* ---- the server ---------------------------------------------------------------------------- */

static char *
peer_name(int fd)
{
    g_autoptr(GSocket) socket = g_socket_new_from_fd(dup(fd), NULL);
    g_autoptr(GSocketAddress) address =
        socket != NULL ? g_socket_get_remote_address(socket, NULL) : NULL;
    if (!G_IS_INET_SOCKET_ADDRESS(address))
        return g_strdup("local");
    return g_inet_address_to_string(
        g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(address)));
}

static void
start_client(LmtpServer *server, int fd)
{
    static const char full[] = "421 4.3.2 too many connections\r\n";
    g_mutex_lock(&server->lock);
    gboolean room = server->connections < server->max_connections;
    server->connections += room ? 1 : 0;
    g_mutex_unlock(&server->lock);
    if (!room) {
        (void)send(fd, full, sizeof full - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        close(fd);
        return;
    }
    Client *client = g_new0(Client, 1);
    client->server = server;
    client->fd = fd;
    client->peer = peer_name(fd);
    g_autoptr(GThread) thread = g_thread_try_new("lmtp", client_thread, client, NULL);
    if (thread == NULL) {
        close(fd);
        g_free(client->peer);
        g_free(client);
        g_mutex_lock(&server->lock);
        server->connections--;
        g_mutex_unlock(&server->lock);
    }
}

static gpointer
accept_thread(gpointer data)
{
    LmtpServer *server = data;
    struct pollfd polled[2] = {{.fd = server->listen_fd, .events = POLLIN},
                               {.fd = server->stop_fd, .events = POLLIN}};
    for (;;) {
        if (poll(polled, 2, -1) < 0 && errno != EINTR)
            break;
        if (polled[1].revents != 0)
            break;
        int fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            start_client(server, fd);
        else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
            g_usleep(100000); /* the pending connection would wake us at once, again and again */
    }
    return NULL;
}

LmtpServer *
lmtp_start(const LmtpOptions *options, const IntakeRules *rules, const Sink *sink,
           void (*log)(gpointer, const char *line), gpointer log_data, GError **error)
{
    gboolean is_path = *options->listen == '/';
    guint mode = options->socket_mode != 0 ? options->socket_mode : DEFAULT_SOCKET_MODE;
    int fd = is_path ? unix_listen_open(options->listen, mode, options->socket_group, error)
                     : tcp_listen_open(options->listen, NULL, error);
    if (fd < 0)
        return NULL;
    LmtpServer *server = g_new0(LmtpServer, 1);
    g_mutex_init(&server->lock);
    g_cond_init(&server->closed);
    server->rules = rules;
    server->sink = sink;
    server->log = log;
    server->log_data = log_data;
    server->hostname = g_strdup(options->hostname != NULL ? options->hostname : g_get_host_name());
    server->socket_path = is_path ? g_strdup(options->listen) : NULL;
    server->listen_fd = fd;
    server->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    server->timeout_seconds =
        options->timeout_seconds != 0 ? options->timeout_seconds : LIMIT_LMTP_TIMEOUT_SECONDS;
    server->room = body_room_new(LIMIT_BODIES_BYTES, options->folder);
    server->turns = options->turns;
    server->max_connections =
        options->connections != 0 ? options->connections : LIMIT_LMTP_CONNECTIONS;
    server->acceptor = g_thread_new("lmtp-accept", accept_thread, server);
    return server;
}

guint16
lmtp_port(const LmtpServer *server)
{
    return server->socket_path != NULL ? 0 : tcp_listen_port(server->listen_fd);
}

gboolean
lmtp_stop(LmtpServer *server, guint grace_seconds)
{
    if (server == NULL)
        return TRUE;
    (void)eventfd_write(server->stop_fd, 1);
    g_thread_join(server->acceptor);
    close(server->listen_fd);
    if (server->socket_path != NULL)
        (void)unlink(server->socket_path);
    gint64 end = g_get_monotonic_time() + (gint64)grace_seconds * G_USEC_PER_SEC;
    g_mutex_lock(&server->lock);
    while (server->connections > 0 && g_cond_wait_until(&server->closed, &server->lock, end))
        ;
    gboolean all_closed = server->connections == 0;
    g_mutex_unlock(&server->lock);
    if (!all_closed)
        return FALSE;
    close(server->stop_fd);
    body_room_unref(server->room);
    g_free(server->hostname);
    g_free(server->socket_path);
    g_cond_clear(&server->closed);
    g_mutex_clear(&server->lock);
    g_free(server);
    return TRUE;
}
