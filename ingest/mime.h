/* mime.h: the leaf parts of a mail message (RFC 2045, RFC 2046), found over its own bytes.
 *
 * What a hostile message can cost is bounded before anything is parsed: depth, parts, header
 * octets, octets of one field. GMime reads the field values that need a grammar. Its message
 * parser is not used, because it builds the whole tree before it can be asked: 16 MB of empty
 * parts cost it gigabytes, 16 MB of nested groups in From its stack. */
#pragma once

#include <glib.h>

#include "ingest/mail_header.h"

/* One part that holds no other. Valid during the callback. */
typedef struct {
    MailHeader message; /* header of the nearest message around it */
    MailHeader header;  /* of the part itself; the same where the body is one part */
    GBytes *owner;      /* holds the body */
    const char *body;   /* still in its Content-Transfer-Encoding */
    gsize length;
    const char *number;    /* "1.2", as IMAP numbers parts; "1" in a message of one part */
    const char *type;      /* "application/tlsrpt+gzip", lower-case; "text/plain" if not told */
    const char *file_name; /* of Content-Disposition, else of Content-Type; foreign text; or NULL */
    gboolean in_tlsrpt;    /* inside multipart/report; report-type=tlsrpt (RFC 8460 5.3) */
} MimeLeaf;

typedef void (*MimeLeafFunc)(gpointer data, const MimeLeaf *leaf);

/* What the message is as a whole. */
typedef struct {
    char *type; /* "multipart/mixed"; the caller frees it */
    guint leaves;
    gboolean cut_short; /* parts were left out: LIMIT_MIME_PARTS or LIMIT_MIME_DEPTH */
} MimeShape;

/* Calls FUNC for the leaves of MESSAGE in their order, also for those of attached messages, encoded
 * or not (RFC 6522 1: a report may sit anywhere). A missing closing delimiter is tolerated; a
 * multipart in which no delimiter can be found is a leaf. */
void mime_walk(GBytes *message, MimeLeafFunc func, gpointer data, MimeShape *ret_shape);
