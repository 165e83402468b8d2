#include "ingest/tcp_listen.h"

#include <errno.h>
#include <gio/gio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib-unix.h>

static void
set_errno(GError **error, const char *listen, const char *what)
{
    int saved = errno;
    g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(saved), "%s: cannot %s: %s", listen,
                what, g_strerror(saved));
}

static gboolean
refuse_other(GError **error, const char *listen, const char *why)
{
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s: %s", listen, why);
    return FALSE;
}

/* "HOST:PORT" to a native address; *ret_any for an empty host. */
static gboolean
parse(const char *listen, struct sockaddr_storage *ret_address, gboolean *ret_any, GError **error)
{
    const char *colon = strrchr(listen, ':');
    guint64 port = 0;
    if (colon == NULL || !g_ascii_string_to_unsigned(colon + 1, 10, 0, G_MAXUINT16, &port, NULL)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                    "%s: not of the form ADDRESS:PORT, as 192.0.2.1:443, [2001:db8::1]:443 or "
                    ":443 for all addresses",
                    listen);
        return FALSE;
    }
    gsize length = (gsize)(colon - listen);
    gboolean bracketed = length >= 2 && listen[0] == '[' && colon[-1] == ']';
    g_autofree char *host =
        bracketed ? g_strndup(listen + 1, length - 2) : g_strndup(listen, length);
    *ret_any = length == 0;
    g_autoptr(GSocketAddress) address =
        g_inet_socket_address_new_from_string(*ret_any ? "::" : host, (guint)port);
    /* An IPv6 address without brackets would make its last group a port. */
    if (address == NULL || (!bracketed && strchr(host, ':') != NULL) ||
        !g_socket_address_to_native(address, ret_address, sizeof *ret_address, NULL)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                    "%s: \"%s\" is not an IPv4 address or an IPv6 address in brackets", listen,
                    host);
        return FALSE;
    }
    return TRUE;
}

static gboolean
is_loopback(const struct sockaddr_storage *address)
{
    gsize size =
        address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    g_autoptr(GSocketAddress) socket_address =
        g_socket_address_new_from_native((gpointer)address, size);
    if (!G_IS_INET_SOCKET_ADDRESS(socket_address))
        return FALSE;
    return g_inet_address_get_is_loopback(
        g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(socket_address)));
}

/* Binds and listens; -1 and errno. */
static int
open_at(const struct sockaddr_storage *address, gboolean ipv6_only)
{
    int on = 1;
    int only = ipv6_only;
    gboolean ipv6 = address->ss_family == AF_INET6;
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        (ipv6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only) < 0) ||
        bind(fd, (const struct sockaddr *)address,
             ipv6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in)) < 0 ||
        listen(fd, SOMAXCONN) < 0) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

int
tcp_listen_open(const char *listen, const char *why_loopback, GError **error)
{
    struct sockaddr_storage address = {0};
    gboolean any = FALSE;
    if (!parse(listen, &address, &any, error))
        return -1;
    if (why_loopback != NULL && !is_loopback(&address)) {
        refuse_other(error, listen, why_loopback);
        return -1;
    }
    int fd = open_at(&address, !any);
    if (fd < 0 && any && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL)) {
        /* A machine without IPv6. */
        struct sockaddr_in ipv4 = {.sin_family = AF_INET,
                                   .sin_port = ((struct sockaddr_in6 *)&address)->sin6_port};
        memcpy(&address, &ipv4, sizeof ipv4);
        fd = open_at(&address, FALSE);
    }
    if (fd < 0)
        set_errno(error, listen, "listen");
    return fd;
}

gboolean
tcp_listen_check(int fd, const char *why_loopback, GError **error)
{
    int listening = 0;
    socklen_t length = sizeof listening;
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    g_autofree char *name = g_strdup_printf("inherited socket %d", fd);
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) < 0) {
        set_errno(error, name, "use it");
        return FALSE;
    }
    if (!listening || (address.ss_family != AF_INET && address.ss_family != AF_INET6)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                    "%s: not a listening TCP socket", name);
        return FALSE;
    }
    if (why_loopback != NULL && !is_loopback(&address))
        return refuse_other(error, name, why_loopback);
    return g_unix_set_fd_nonblocking(fd, TRUE, error);
}

gboolean
tcp_listen_is_loopback(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    return getsockname(fd, (struct sockaddr *)&address, &size) == 0 && is_loopback(&address);
}

guint16
tcp_listen_port(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &size) < 0)
        return 0;
    return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                               : ((struct sockaddr_in *)&address)->sin_port);
}
