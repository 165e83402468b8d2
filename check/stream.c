#include "check/stream.h"

#include <errno.h>
#include <gio/gio.h>
#include <gnutls/gnutls.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "schema/limits.h"

struct Stream {
    int fd;
    StreamStatus status;
    char *problem;
    gint64 deadline; /* microseconds, monotonic */
    guint within_ms; /* what was set, for the message */
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials;
    gboolean encrypted; /* the handshake went well */
};

/* The first fault is the one that is told. */
static gboolean
fail(Stream *stream, StreamStatus status, const char *problem)
{
    if (stream->status == STREAM_OK) {
        stream->status = status;
        stream->problem = g_strdup(problem);
    }
    return FALSE;
}

static gboolean
fail_timeout(Stream *stream)
{
    g_autofree char *problem = g_strdup_printf("no answer within %g s", stream->within_ms / 1000.0);
    return fail(stream, STREAM_TIMEOUT, problem);
}

static gboolean
fail_errno(Stream *stream, int error)
{
    StreamStatus status = STREAM_BROKEN;
    if (error == ECONNREFUSED)
        status = STREAM_REFUSED;
    else if (error == ECONNRESET || error == EPIPE)
        status = STREAM_CLOSED;
    else if (error == ETIMEDOUT)
        status = STREAM_TIMEOUT;
    else if (error == ENETUNREACH || error == EHOSTUNREACH || error == EACCES || error == EPERM ||
             error == EADDRNOTAVAIL || error == EAFNOSUPPORT)
        status = STREAM_NO_ROUTE; /* EACCES, EPERM: a firewall of our own */
    return fail(stream, status, g_strerror(error));
}

void
stream_within(Stream *stream, guint ms)
{
    stream->within_ms = ms;
    stream->deadline = g_get_monotonic_time() + (gint64)ms * 1000;
}

/* Until the socket is ready for EVENTS, or the time is over. */
static gboolean
wait_for(Stream *stream, short events)
{
    for (;;) {
        gint64 left = stream->deadline - g_get_monotonic_time();
        if (left <= 0)
            return fail_timeout(stream);
        struct pollfd ready = {.fd = stream->fd, .events = events};
        int n = poll(&ready, 1, (int)MIN(left / 1000 + 1, G_MAXINT));
        if (n > 0)
            return TRUE;
        if (n < 0 && errno != EINTR)
            return fail_errno(stream, errno);
    }
}

static gboolean
open_socket(Stream *stream, const char *address, guint port)
{
    g_autoptr(GSocketAddress) to = g_inet_socket_address_new_from_string(address, port);
    struct sockaddr_storage native;
    if (to == NULL || !g_socket_address_to_native(to, &native, sizeof native, NULL))
        return fail(stream, STREAM_BROKEN, "not an address");
    stream->fd = socket(native.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (stream->fd < 0)
        return fail_errno(stream, errno);
    socklen_t length = (socklen_t)g_socket_address_get_native_size(to);
    if (connect(stream->fd, (struct sockaddr *)&native, length) == 0)
        return TRUE;
    if (errno != EINPROGRESS)
        return fail_errno(stream, errno);
    if (!wait_for(stream, POLLOUT))
        return FALSE;
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        error = errno;
    return error == 0 || fail_errno(stream, error);
}

Stream *
stream_connect(const char *address, guint port, guint timeout_ms)
{
    Stream *stream = g_new0(Stream, 1);
    stream->fd = -1;
    stream_within(stream, timeout_ms);
    open_socket(stream, address, port);
    return stream;
}

void
stream_free(Stream *stream)
{
    if (stream == NULL)
        return;
    if (stream->session != NULL)
        gnutls_deinit(stream->session);
    if (stream->credentials != NULL)
        gnutls_certificate_free_credentials(stream->credentials);
    if (stream->fd >= 0)
        close(stream->fd);
    g_free(stream->problem);
    g_free(stream);
}

StreamStatus
stream_status(const Stream *stream)
{
    return stream->status;
}

const char *
stream_problem(const Stream *stream)
{
    return stream->problem;
}

/* After a call of GnuTLS that gave CODE: TRUE to do it again. */
static gboolean
tls_again(Stream *stream, ssize_t code)
{
    if (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED)
        return wait_for(stream,
                        gnutls_record_get_direction(stream->session) == 1 ? POLLOUT : POLLIN);
    if (code == GNUTLS_E_WARNING_ALERT_RECEIVED || code == GNUTLS_E_REHANDSHAKE)
        return g_get_monotonic_time() < stream->deadline || fail_timeout(stream);
    if (code == GNUTLS_E_PREMATURE_TERMINATION || code == GNUTLS_E_PULL_ERROR ||
        code == GNUTLS_E_PUSH_ERROR)
        return fail(stream, STREAM_CLOSED, "the server hung up");
    if (code != GNUTLS_E_FATAL_ALERT_RECEIVED)
        return fail(stream, STREAM_BROKEN, gnutls_strerror((int)code));
    const char *alert = gnutls_alert_get_name(gnutls_alert_get(stream->session));
    g_autofree char *problem = g_strdup_printf("the server sent the alert \"%s\"", alert);
    return fail(stream, STREAM_BROKEN, problem);
}

/* After a call of the system that gave -1: TRUE to do it again. */
static gboolean
plain_again(Stream *stream, short events)
{
    if (errno == EAGAIN || errno == EINTR)
        return wait_for(stream, events);
    return fail_errno(stream, errno);
}

gsize
stream_read(Stream *stream, char *buffer, gsize size)
{
    while (stream->status == STREAM_OK) {
        ssize_t n = stream->encrypted ? gnutls_record_recv(stream->session, buffer, size)
                                      : recv(stream->fd, buffer, size, 0);
        if (n > 0)
            return (gsize)n;
        if (n == 0)
            fail(stream, STREAM_CLOSED, "the server hung up");
        else if (stream->encrypted)
            tls_again(stream, n);
        else
            plain_again(stream, POLLIN);
    }
    return 0;
}

gboolean
stream_write(Stream *stream, const char *data, gsize length)
{
    gsize done = 0;
    while (stream->status == STREAM_OK && done < length) {
        ssize_t n = stream->encrypted
                        ? gnutls_record_send(stream->session, data + done, length - done)
                        : send(stream->fd, data + done, length - done, MSG_NOSIGNAL);
        if (n >= 0)
            done += (gsize)n;
        else if (stream->encrypted)
            tls_again(stream, n);
        else
            plain_again(stream, POLLOUT);
    }
    return stream->status == STREAM_OK;
}

static gboolean
set_up_tls(Stream *stream, const char *server_name, StreamTls versions)
{
    const char *priority = versions == STREAM_TLS_OLD
                               ? "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0"
                               : "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
    unsigned flags = GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS;
    int code = gnutls_init(&stream->session, flags);
    if (code == 0)
        code = gnutls_priority_set_direct(stream->session, priority, NULL);
    if (code == 0)
        code = gnutls_certificate_allocate_credentials(&stream->credentials);
    if (code == 0)
        code = gnutls_credentials_set(stream->session, GNUTLS_CRD_CERTIFICATE, stream->credentials);
    if (code == 0 && server_name != NULL)
        code = gnutls_server_name_set(stream->session, GNUTLS_NAME_DNS, server_name,
                                      strlen(server_name));
    if (code != 0)
        return fail(stream, STREAM_BROKEN, gnutls_strerror(code));
    gnutls_transport_set_int(stream->session, stream->fd);
    gnutls_handshake_set_timeout(stream->session, 0); /* ours is the deadline */
    return TRUE;
}

gboolean
stream_start_tls(Stream *stream, const char *server_name, StreamTls versions)
{
    if (stream->status != STREAM_OK || !set_up_tls(stream, server_name, versions))
        return FALSE;
    int code = gnutls_handshake(stream->session);
    while (code < 0 && tls_again(stream, code))
        code = gnutls_handshake(stream->session);
    stream->encrypted = code == 0;
    return stream->encrypted;
}

const char *
stream_tls_version(const Stream *stream)
{
    return stream->encrypted
               ? gnutls_protocol_get_name(gnutls_protocol_get_version(stream->session))
               : NULL;
}

GPtrArray *
stream_chain(const Stream *stream)
{
    GPtrArray *chain = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    unsigned length = 0;
    const gnutls_datum_t *sent =
        stream->session != NULL ? gnutls_certificate_get_peers(stream->session, &length) : NULL;
    for (unsigned i = 0; sent != NULL && i < length && i <= LIMIT_CERTIFICATE_CHAIN; i++)
        g_ptr_array_add(chain, g_bytes_new(sent[i].data, sent[i].size));
    return chain;
}
