/* lmtp_data.h: the octets of one message on their way in: dots taken off, bounded. */
#pragma once

#include "ingest/body.h"

typedef struct {
    Body body;
    BodyRoom *room; /* a reference */
    gsize max;
    guint64 full_size;
    GBytes *head; /* of what is too large: all that is kept of it */
    gboolean no_room;
    enum { DATA_LINE_START, DATA_DOT, DATA_DOT_CR, DATA_TEXT, DATA_CR } place;
} LmtpData;

/* Of more than MAX octets only a head is kept, the rest is counted. */
void lmtp_data_init(LmtpData *data, gsize max, BodyRoom *room);
/* Forgets the message; ready for the next. */
void lmtp_data_clear(LmtpData *data);
/* The end of DATA itself. */
void lmtp_data_finish(LmtpData *data);

/* Takes dot-stuffed octets (RFC 5321 4.5.2). TRUE when the end CR LF "." CR LF was among them; then
 * *ret_used counts up to it. A lone CR or LF is text and ends nothing. */
gboolean lmtp_data_feed(LmtpData *data, const guint8 *octets, gsize length, gsize *ret_used);

/* Takes octets as they are (BDAT, RFC 3030). */
void lmtp_data_append(LmtpData *data, const guint8 *octets, gsize length);

/* The message, or its first LIMIT_QUARANTINE_CUT_BYTES where *RET_FULL_SIZE is more than the most;
 * the caller owns it. NULL: there was no room for it. */
GBytes *lmtp_data_take(LmtpData *data, guint64 *ret_full_size);
