/* https_nudge.h: libmicrohttpd must not sleep over what it has in its hands. Private to
 * ingest/https*.
 *
 * libmicrohttpd 0.9.75 takes 128 events from epoll at once. When it gets just so many it waits once
 * more, for its whole timeout, while all of them are left lying. Any other event ends that: one of
 * ours, without the pointer that tells a connection, which it ignores.
 */
#pragma once

#include <glib.h>
#include <microhttpd.h>

/* How often to nudge while https_nudge_needed. */
#define HTTPS_NUDGE_MS 100

/* Lets DAEMON wait for a descriptor of ours too: *RET_FD, to be closed after the daemon has
 * stopped; -1 for a pool of threads, none of which may have 126 connections. FALSE with errno. */
gboolean https_nudge_watch(struct MHD_Daemon *daemon, int *ret_fd);

/* Whether so many CONNECTIONS can make that many events. */
gboolean https_nudge_needed(int fd, guint connections);
void https_nudge(int fd);
