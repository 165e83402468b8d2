/* files.h: files, folders, Maildirs, mboxes and standard input as a row of inputs. */
#pragma once

#include "ingest/judged.h"

/* What one input of a file is. */
typedef enum { FILE_ITEM_ANY, FILE_ITEM_MESSAGE } FileItemKind;

typedef struct {
    FileItemKind kind; /* MESSAGE: from an mbox or a Maildir; ANY: to be told by its bytes */
    GBytes *bytes;     /* cut to max_bytes + 1 when larger; full_size tells */
    guint64 full_size;
    const char *source;    /* "dir/file" or "mailbox:12345" (octet offset of the From line) */
    const char *file_name; /* base name of a file that holds one input, else NULL */
} FileItem;

typedef struct {
    /* One input; return FALSE to stop. */
    gboolean (*item)(gpointer self, const FileItem *item);
    /* Something that could not be read (permissions, I/O); the walk goes on. */
    void (*unreadable)(gpointer self, const char *path, const char *why);
    /* Octets read so far, for progress; may be NULL. */
    void (*progress)(gpointer self, guint64 octets);
    gpointer self;
} FileVisitor;

/* Walks PATH: a file (mbox told by a "From " line at its start, else one input), a folder
 * (recursively in sorted order; a folder with cur/ and new/ is a Maildir: tmp/ is left alone;
 * symbolic links to folders are not followed), or "-" for standard input (an mbox or one input).
 * Mailboxes of any size are read in constant memory. MAX_BYTES bounds one input. */
void files_walk(const char *path, gsize max_bytes, const FileVisitor *visitor);

/* All of FD up to MAX + 1 octets (so that a caller can tell too large); what is beyond is read
 * and dropped, *ret_full_size counts it. NULL on an I/O error. */
GBytes *files_read_fd(int fd, gsize max, guint64 *ret_full_size, GError **error);
