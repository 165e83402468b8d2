/* unix_listen.h: a listening unix socket with the rights that another daemon needs. */
#pragma once

#include <glib.h>

/* A listening socket at PATH with MODE and, when not NULL, the group GROUP. A socket file at which
 * nobody answers is replaced; one at which somebody does is an error, as is anything else at PATH.
 * -1 and G_IO_ERROR, whose message names the path. */
int unix_listen_open(const char *path, guint mode, const char *group, GError **error);
