/* tcp_listen.h: a listening TCP socket. Private to ingest. */
#pragma once

#include <glib.h>

/* A listening, non-blocking TCP socket on LISTEN: "192.0.2.1:443", "[2001:db8::1]:443" (IPv6
 * only), ":443" (all addresses, IPv4 and IPv6); port 0 lets the system choose. With LOOPBACK_ONLY
 * any other address is an error. -1 and G_IO_ERROR, whose message names the address. */
int tcp_listen_open(const char *listen, gboolean loopback_only, GError **error);

/* Checks that FD, inherited, is such a socket and makes it non-blocking; it stays the caller's. */
gboolean tcp_listen_check(int fd, gboolean loopback_only, GError **error);

/* The port that FD is bound to. */
guint16 tcp_listen_port(int fd);
