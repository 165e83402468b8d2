/* watch.h: follows folders and Maildirs: every file that is there or appears is told once. */
#pragma once

#include <glib.h>

typedef struct {
    /* A file that was not told before; it is complete (moved or closed). FALSE ends the watch. */
    gboolean (*file)(gpointer self, const char *path);
    /* After each round of files; FALSE ends the watch. May be NULL. */
    gboolean (*settled)(gpointer self);
    gpointer self;
} WatchVisitor;

/* Tells every file of the folders PATHS (NULL-terminated; of a Maildir those in new/ and cur/, and
 * a message that moves from one to the other once), then waits for more until SIGTERM or SIGINT,
 * which end it with TRUE. FALSE with G_IO_ERROR when a path is no folder or cannot be watched; the
 * message names it. */
gboolean watch_folders(const char *const *paths, const WatchVisitor *visitor, GError **error);
