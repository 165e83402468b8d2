/* imap_reader.h: the octets of an IMAP server cut into responses (RFC 3501 2.2.2, 4.3). */
#pragma once

#include <glib.h>

typedef struct ImapReader ImapReader;

typedef enum {
    IMAP_READ_MORE,     /* all octets used, the response has not ended */
    IMAP_READ_RESPONSE, /* one response is there, until the next feed */
    IMAP_READ_BROKEN,   /* longer than LIMIT_IMAP_RESPONSE_BYTES, or no IMAP: give up */
} ImapRead;

/* Of the literals of one response at most MAX_LITERAL octets are kept; one that is longer is read
 * and dropped. Free with imap_reader_free. */
ImapReader *imap_reader_new(gsize max_literal);
void imap_reader_free(ImapReader *reader); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImapReader, imap_reader_free)

/* Reads DATA up to the end of one response; *RET_USED octets of it. */
ImapRead imap_reader_feed(ImapReader *reader, const char *data, gsize length, gsize *ret_used);

/* The response without its line end, where each literal is left out behind its "{n}". Borrowed. */
const char *imap_reader_text(const ImapReader *reader);
/* Its literals in their order: GBytes; NULL for one that was dropped. Borrowed. */
GPtrArray *imap_reader_literals(const ImapReader *reader);
