/* unzip.h: the files of a zip archive, bounded. RFC 8460 5.2 names gzip only; people zip all the
 * same. */
#pragma once

#include <glib.h>

typedef enum {
    UNZIP_OK,
    UNZIP_ENCRYPTED,
    UNZIP_METHOD, /* neither stored nor deflated: nobody needs more, and some need gigabytes */
    UNZIP_DAMAGED,
    UNZIP_TOO_LARGE,   /* the entries together pass the bound, or there are more than
                          LIMIT_ZIP_ENTRIES */
    UNZIP_UNAVAILABLE, /* libzip cannot be loaded: nothing is known of the archive */
} UnzipStatus;

typedef struct {
    char *name; /* as the archive has it: foreign UTF-8, never to be used as a path */
    UnzipStatus status;
    GBytes *bytes; /* with UNZIP_OK, else NULL */
} UnzipEntry;

/* Whether an entry that begins like this is to be taken; LENGTH may be 0. */
typedef gboolean (*UnzipWanted)(const guint8 *head, gsize length);

gboolean unzip_sniff(const guint8 *data, gsize length);

/* Appends an UnzipEntry to RET_ENTRIES (made with unzip_entries_new) for each file of ARCHIVE that
 * is WANTED, or cannot be looked into. What is not wanted is not inflated beyond its beginning.
 * Anything but UNZIP_OK is about the archive as a whole. *LEFT bounds all that is inflated and
 * becomes less by it. */
UnzipStatus unzip(GBytes *archive, gsize *left, UnzipWanted wanted, GPtrArray *ret_entries);
GPtrArray *unzip_entries_new(void); /* owns its entries */
