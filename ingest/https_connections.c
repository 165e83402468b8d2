#include "ingest/https_connections.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ingest/https_nudge.h"
#include "schema/limits.h"

/* Without an event. */
#define QUIET_MS 1000

struct HttpsConnection {
    HttpsConnections *all;
    GList link; /* in all->open */
    guint64 number;
    int fd;
    gboolean linger;
    gboolean cut;
    atomic_llong deadline; /* monotonic microseconds; 0: none */
    char *kept;
    char address[INET6_ADDRSTRLEN];
};

typedef struct {
    int fd;
    gint64 deadline;
} Lingering;

struct HttpsConnections {
    HttpsConnectionsOptions options;
    struct MHD_Daemon *daemon;
    pthread_t thread;
    gboolean running;
    int wake;  /* eventfd */
    int nudge; /* https_nudge_watch */
    /* pthread and not GMutex in all of ingest/https*: ThreadSanitizer knows it. */
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t closed;
    gboolean refuse;
    int listen_fd;       /* -1: closed */
    gint64 accept_after; /* monotonic microseconds: a rest after the descriptors ran out */
    gboolean stop;
    guint64 next;
    GQueue open;       /* of HttpsConnection, by number */
    guint on_the_way;  /* accepted, but not yet in open */
    GArray *lingering; /* of Lingering */
};

static void
wake(HttpsConnections *all)
{
    guint64 one = 1;
    while (write(all->wake, &one, sizeof one) < 0 && errno == EINTR)
        continue;
}

static gboolean
may_sleep_on_events(const HttpsConnections *all)
{
    return https_nudge_needed(all->nudge, all->open.length + all->on_the_way);
}

static void say(HttpsConnections *all, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
say(HttpsConnections *all, const char *format, ...)
{
    if (all->options.log == NULL)
        return;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    all->options.log(all->options.log_data, line);
}

/* ADDRESS without its port. */
static void
format_address(const struct sockaddr *address, char text[INET6_ADDRSTRLEN])
{
    const struct sockaddr_in6 *ipv6 = (gconstpointer)address;
    const struct sockaddr_in *ipv4 = (gconstpointer)address;
    g_strlcpy(text, "unknown", INET6_ADDRSTRLEN);
    if (address->sa_family == AF_INET)
        inet_ntop(AF_INET, &ipv4->sin_addr, text, INET6_ADDRSTRLEN);
    else if (address->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&ipv6->sin6_addr))
        inet_ntop(AF_INET, &ipv6->sin6_addr.s6_addr[12], text, INET6_ADDRSTRLEN);
    else if (address->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &ipv6->sin6_addr, text, INET6_ADDRSTRLEN);
}

/* Under the lock. The others wait in the queue of the kernel. */
static gboolean
has_room(const HttpsConnections *all)
{
    return all->listen_fd >= 0 && all->open.length + all->on_the_way < all->options.connections;
}

static void
arrived(HttpsConnections *all)
{
    pthread_mutex_lock(&all->lock);
    if (all->on_the_way > 0)
        all->on_the_way--;
    pthread_mutex_unlock(&all->lock);
}

/* One connection from the queue of the kernel. FALSE when there is no more for now. */
static gboolean
accept_one(HttpsConnections *all)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    char text[INET6_ADDRSTRLEN];

    pthread_mutex_lock(&all->lock);
    int fd = -1;
    int failure = EAGAIN;
    if (has_room(all)) {
        fd = accept4(all->listen_fd, (struct sockaddr *)&address, &size,
                     SOCK_NONBLOCK | SOCK_CLOEXEC);
        failure = errno;
        all->on_the_way += fd >= 0;
    }
    gboolean starved = fd < 0 && (failure == EMFILE || failure == ENFILE || failure == ENOBUFS ||
                                  failure == ENOMEM);
    if (starved)
        all->accept_after = g_get_monotonic_time() + G_USEC_PER_SEC;
    pthread_mutex_unlock(&all->lock);

    if (starved)
        say(all, "cannot accept connections for now: %s", g_strerror(failure));
    if (fd < 0)
        return failure == EINTR || failure == ECONNABORTED;
    if (MHD_add_connection(all->daemon, fd, (struct sockaddr *)&address, size) != MHD_YES) {
        arrived(all);
        format_address((struct sockaddr *)&address, text);
        say(all, "%s: refused, too many connections", text);
    }
    return TRUE;
}

/* Under the lock. Cuts what is over its deadline; returns the names in need of a log line. */
static GPtrArray *
cut_overdue(HttpsConnections *all, gint64 now)
{
    GPtrArray *names = NULL;
    for (GList *link = all->open.head; link != NULL; link = link->next) {
        HttpsConnection *connection = link->data;
        gint64 deadline = atomic_load(&connection->deadline);
        if (deadline == 0 || deadline > now || connection->cut)
            continue;
        connection->cut = TRUE;
        /* The socket is still open: libmicrohttpd closes it after it has told us, and we leave
         * this list only then. Its thread sees the end of the stream and frees the rest. */
        shutdown(connection->fd, SHUT_RDWR);
        if (names == NULL)
            names = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(names, g_strdup(connection->address));
    }
    return names;
}

/* Under the lock. Reads and drops; forgets those that are at their end. */
static void
drop_lingering(HttpsConnections *all, gint64 now)
{
    char dropped[4096];
    for (guint i = all->lingering->len; i-- > 0;) {
        const Lingering *one = &g_array_index(all->lingering, Lingering, i);
        ssize_t got = 1;
        for (guint turn = 0; turn < 16 && got > 0; turn++)
            got = recv(one->fd, dropped, sizeof dropped, MSG_DONTWAIT);
        if ((got < 0 && (errno == EAGAIN || errno == EINTR)) || got > 0) {
            if (now < one->deadline)
                continue;
        }
        close(one->fd);
        g_array_remove_index_fast(all->lingering, i);
    }
}

/* Under the lock. What to wait for, and how long (milliseconds, -1: for ever). */
static int
prepare_poll(HttpsConnections *all, GArray *ret_fds, gint64 now)
{
    struct pollfd entry = {.fd = all->wake, .events = POLLIN};
    g_array_set_size(ret_fds, 0);
    g_array_append_val(ret_fds, entry);
    if (has_room(all) && all->accept_after <= now) {
        entry.fd = all->listen_fd;
        g_array_append_val(ret_fds, entry);
    }
    for (guint i = 0; i < all->lingering->len; i++) {
        entry.fd = g_array_index(all->lingering, Lingering, i).fd;
        g_array_append_val(ret_fds, entry);
    }
    gboolean timed = all->open.length + all->on_the_way > 0 || all->lingering->len > 0 ||
                     all->accept_after > now;
    if (may_sleep_on_events(all))
        return HTTPS_NUDGE_MS;
    return timed ? QUIET_MS : -1;
}

/* Under the lock. In the thread that polls the socket: a close from another would leave the kernel
 * listening until the poll returns. */
static void
close_if_refused(HttpsConnections *all)
{
    if (!all->refuse || all->listen_fd < 0)
        return;
    close(all->listen_fd);
    all->listen_fd = -1;
    pthread_cond_broadcast(&all->closed);
}

static void *
run(void *data)
{
    HttpsConnections *all = data;
    g_autoptr(GArray) fds = g_array_new(FALSE, FALSE, sizeof(struct pollfd));
    int quiet_ms = 0;
    for (;;) {
        gint64 now = g_get_monotonic_time();
        pthread_mutex_lock(&all->lock);
        gboolean stop = all->stop;
        close_if_refused(all);
        g_autoptr(GPtrArray) overdue = cut_overdue(all, now);
        drop_lingering(all, now);
        int timeout = prepare_poll(all, fds, now);
        gboolean sleepy = may_sleep_on_events(all);
        pthread_mutex_unlock(&all->lock);
        if (stop)
            return NULL;
        if (sleepy)
            https_nudge(all->nudge);
        for (guint i = 0; overdue != NULL && i < overdue->len; i++)
            say(all, "%s: cut, its request took too long (%u s are enough)",
                (const char *)g_ptr_array_index(overdue, i), all->options.request_seconds);

        struct pollfd *first = (struct pollfd *)(gpointer)fds->data;
        int ready = poll(first, fds->len, timeout);
        quiet_ms = ready == 0 ? quiet_ms + timeout : 0;
        if (quiet_ms >= QUIET_MS) {
            /* A connection for which libmicrohttpd had no memory never arrives. */
            pthread_mutex_lock(&all->lock);
            all->on_the_way = 0;
            pthread_mutex_unlock(&all->lock);
        }
        if (ready <= 0)
            continue;
        guint64 count;
        if (first[0].revents != 0 && read(all->wake, &count, sizeof count) < 0)
            continue;
        /* As libmicrohttpd does: not more than a handful before the others get their turn. */
        for (guint turn = 0; turn < 16 && accept_one(all); turn++)
            continue;
    }
}

HttpsConnections *
https_connections_new(const HttpsConnectionsOptions *options)
{
    HttpsConnections *all = g_new0(HttpsConnections, 1);
    all->options = *options;
    all->wake = -1;
    all->nudge = -1;
    all->listen_fd = -1;
    all->next = 1;
    g_queue_init(&all->open);
    all->lingering = g_array_new(FALSE, FALSE, sizeof(Lingering));
    pthread_mutex_init(&all->lock, NULL);
    pthread_cond_init(&all->closed, NULL);
    return all;
}

gboolean
https_connections_accept(HttpsConnections *all, int listen_fd, struct MHD_Daemon *daemon,
                         GError **error)
{
    all->daemon = daemon;
    all->listen_fd = listen_fd;
    all->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int failure = all->wake < 0 || !https_nudge_watch(daemon, &all->nudge) ? errno : 0;
    if (failure == 0) {
        /* Signals are for the threads of the program. */
        sigset_t every, before;
        sigfillset(&every);
        pthread_sigmask(SIG_SETMASK, &every, &before);
        failure = pthread_create(&all->thread, NULL, run, all);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    if (failure != 0) {
        all->listen_fd = -1;
        g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(failure),
                    "cannot start to accept connections: %s", g_strerror(failure));
        return FALSE;
    }
    all->running = TRUE;
    return TRUE;
}

void
https_connections_refuse(HttpsConnections *all)
{
    if (!all->running)
        return;
    pthread_mutex_lock(&all->lock);
    all->refuse = TRUE;
    wake(all);
    while (all->listen_fd >= 0)
        pthread_cond_wait(&all->closed, &all->lock);
    pthread_mutex_unlock(&all->lock);
}

void
https_connections_stop(HttpsConnections *all)
{
    if (!all->running)
        return;
    https_connections_refuse(all);
    pthread_mutex_lock(&all->lock);
    all->stop = TRUE;
    pthread_mutex_unlock(&all->lock);
    wake(all);
    pthread_join(all->thread, NULL);
    all->running = FALSE;
}

void
https_connections_free(HttpsConnections *all)
{
    if (all == NULL)
        return;
    https_connections_stop(all);
    for (guint i = 0; i < all->lingering->len; i++)
        close(g_array_index(all->lingering, Lingering, i).fd);
    g_array_unref(all->lingering);
    if (all->nudge >= 0)
        close(all->nudge);
    if (all->wake >= 0)
        close(all->wake);
    pthread_cond_destroy(&all->closed);
    pthread_mutex_destroy(&all->lock);
    g_free(all);
}

guint64
https_connections_next(HttpsConnections *all)
{
    pthread_mutex_lock(&all->lock);
    guint64 next = all->next;
    pthread_mutex_unlock(&all->lock);
    return next;
}

static HttpsConnection *
start(HttpsConnections *all, struct MHD_Connection *handle)
{
    HttpsConnection *connection = g_new0(HttpsConnection, 1);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD);
    connection->all = all;
    connection->link.data = connection;
    connection->fd = info->connect_fd;
    info = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    format_address(info->client_addr, connection->address);
    https_connection_set_state(connection, HTTPS_REQUEST_DUE);
    pthread_mutex_lock(&all->lock);
    connection->number = all->next++;
    gboolean first = all->open.length == 0;
    if (all->on_the_way > 0)
        all->on_the_way--;
    g_queue_push_tail_link(&all->open, &connection->link);
    pthread_mutex_unlock(&all->lock);
    if (first)
        wake(all); /* the thread may sleep for ever while there is no deadline to watch */
    return connection;
}

/* Under the lock. */
static void
keep_lingering(HttpsConnections *all, const HttpsConnection *connection)
{
    if (!connection->linger || connection->cut || all->stop ||
        all->lingering->len >= LIMIT_HTTPS_LINGERING)
        return;
    /* A second descriptor keeps the socket open when libmicrohttpd closes its own. */
    Lingering one = {.fd = fcntl(connection->fd, F_DUPFD_CLOEXEC, 0),
                     .deadline = g_get_monotonic_time() +
                                 LIMIT_HTTPS_LINGER_SECONDS * (gint64)G_USEC_PER_SEC};
    if (one.fd < 0)
        return;
    shutdown(one.fd, SHUT_WR);
    g_array_append_val(all->lingering, one);
}

static void
finish(HttpsConnection *connection)
{
    HttpsConnections *all = connection->all;
    pthread_mutex_lock(&all->lock);
    gboolean was_full = all->open.length + all->on_the_way >= all->options.connections;
    keep_lingering(all, connection);
    g_queue_unlink(&all->open, &connection->link);
    const HttpsConnection *oldest = g_queue_peek_head(&all->open);
    guint64 number = oldest != NULL ? oldest->number : all->next;
    pthread_mutex_unlock(&all->lock);
    if (was_full || connection->linger)
        wake(all);
    g_free(connection->kept);
    g_free(connection);
    if (all->options.closed != NULL)
        all->options.closed(all->options.data, number);
}

void
https_connections_notify(void *cls, struct MHD_Connection *handle, void **socket_context,
                         enum MHD_ConnectionNotificationCode code)
{
    HttpsConnections *all = cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        if (all->options.started != NULL)
            all->options.started(all->options.data);
        *socket_context = start(all, handle);
    } else if (*socket_context != NULL) {
        finish(*socket_context);
        *socket_context = NULL;
    }
}

HttpsConnection *
https_connection_of(struct MHD_Connection *handle)
{
    return MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

const char *
https_connection_address(const HttpsConnection *connection)
{
    return connection->address;
}

void
https_connection_keep(HttpsConnection *connection, const char *text)
{
    g_free(connection->kept);
    connection->kept = g_strdup(text);
}

const char *
https_connection_kept(const HttpsConnection *connection)
{
    return connection->kept;
}

void
https_connection_set_state(HttpsConnection *connection, HttpsConnectionState state)
{
    const HttpsConnectionsOptions *options = &connection->all->options;
    gint64 seconds = options->request_seconds;
    if (state == HTTPS_REQUEST_DUE)
        seconds += options->idle_seconds;
    gint64 deadline = g_get_monotonic_time() + seconds * (gint64)G_USEC_PER_SEC;
    atomic_store(&connection->deadline, state == HTTPS_COMMIT_DUE ? 0 : deadline);
}

void
https_connection_linger(HttpsConnection *connection)
{
    connection->linger = TRUE;
}
