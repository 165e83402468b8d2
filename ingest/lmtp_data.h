/* lmtp_data.h: the octets of one message on their way in: dots taken off, bounded. */
#pragma once

#include <glib.h>

typedef struct {
    GByteArray *kept; /* NULL until the first octet */
    gsize max;
    guint64 full_size;
    enum { DATA_LINE_START, DATA_DOT, DATA_DOT_CR, DATA_TEXT, DATA_CR } place;
} LmtpData;

/* More than MAX + 1 octets are counted, not kept. */
void lmtp_data_init(LmtpData *data, gsize max);
/* Forgets the message; ready for the next. */
void lmtp_data_clear(LmtpData *data);

/* Takes dot-stuffed octets (RFC 5321 4.5.2). TRUE when the end CR LF "." CR LF was among them; then
 * *ret_used counts up to it. A lone CR or LF is text and ends nothing. */
gboolean lmtp_data_feed(LmtpData *data, const guint8 *octets, gsize length, gsize *ret_used);

/* Takes octets as they are (BDAT, RFC 3030). */
void lmtp_data_append(LmtpData *data, const guint8 *octets, gsize length);

/* The message; the caller owns it. */
GBytes *lmtp_data_take(LmtpData *data, guint64 *ret_full_size);
