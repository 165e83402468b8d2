/* mbox.h: a mailbox in one stream (RFC 4155 and its relatives), split in constant memory. */
#pragma once

#include <glib.h>

typedef struct Mbox Mbox;

/* One message without its "From " line; ">From " unquoted once. BYTES is cut to MAX + 1 octets
 * when it is larger, which FULL_SIZE tells. OFFSET is that of its "From " line in the stream.
 * FALSE stops. */
typedef gboolean (*MboxFunc)(gpointer data, GBytes *bytes, guint64 full_size, guint64 offset);

/* DATA begins like an mbox. Five octets are enough. */
gboolean mbox_sniff(const char *data, gsize length);

/* A message begins at a "From " line that is the first of the stream or follows an empty line;
 * LF and CRLF may be mixed. What stands before the first such line is a message too, unless it is
 * empty. */
Mbox *mbox_new(gsize max, MboxFunc func, gpointer data);

/* The next octets of the stream, however they are sliced. FALSE when FUNC stopped. */
gboolean mbox_feed(Mbox *mbox, const char *data, gsize length);

/* The stream has ended: hands out the last message, unless FUNC has stopped before. */
void mbox_end(Mbox *mbox);
void mbox_free(Mbox *mbox); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mbox, mbox_free)
