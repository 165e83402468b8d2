/* tcp_listen.h: a listening TCP socket. Private to ingest. */
#pragma once

#include <glib.h>

/* A listening, non-blocking TCP socket on LISTEN: "192.0.2.1:443", "[2001:db8::1]:443" (IPv6
 * only), ":443" (all addresses, IPv4 and IPv6); port 0 lets the system choose. With WHY_LOOPBACK
 * any address but a loopback one is an error, and this the sentence that tells why; NULL allows
 * all. -1 and G_IO_ERROR, whose message names the address. */
int tcp_listen_open(const char *listen, const char *why_loopback, GError **error);

/* Checks that FD, inherited, is such a socket and makes it non-blocking; it stays the caller's. */
gboolean tcp_listen_check(int fd, const char *why_loopback, GError **error);

/* FD is bound to a loopback address. */
gboolean tcp_listen_is_loopback(int fd);

/* The port that FD is bound to. */
guint16 tcp_listen_port(int fd);
