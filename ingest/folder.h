/* folder.h: what a folder holds, opened in the order of the names. Files are opened some ahead of
 * their turn. Where reading them means waiting for a disk, the system is told to read those that
 * are open: several at once come sooner than one after the other.
 */
#pragma once

#include <glib.h>

typedef struct Folder Folder;

/* One entry, in its turn. */
typedef struct {
    const char *name; /* base name; valid until folder_close */
    int fd;           /* the caller's to close; -1 for what cannot be read */
    const char *why;  /* with fd -1: why not, static */
    gsize size;       /* of a file, octets */
    gboolean is_folder;
} FolderEntry;

/* Takes FD over, that of a folder. Hidden entries are left out; so is, where cur/ and new/ tell a
 * Maildir, all that is no folder, and tmp/, where nothing is delivered yet. NULL and errno. */
Folder *folder_open(int fd);
gboolean folder_is_maildir(const Folder *folder);
/* The next entry, a regular file or a folder; symbolic links are not followed, and nothing else is
 * opened: opening a FIFO would wait, opening a device may do things. FALSE at the end. */
gboolean folder_next(Folder *folder, FolderEntry *ret_entry);
/* The next octets of FD, an entry that was handed out, as read(2), but without waiting. -1: they
 * have to be waited for, or the system does not say; from then on files are read ahead. */
gssize folder_read_now(Folder *folder, int fd, char *buffer, gsize room);
void folder_close(Folder *folder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Folder, folder_close)
