/* loopback.h: names and addresses of this machine. */
#pragma once

#include <glib.h>

/* HOST is "localhost", or an address of the loopback (127.0.0.0/8, ::1), without brackets. */
gboolean loopback_is_host(const char *host);
