/* transfer.h: Content-Transfer-Encoding (RFC 2045 6), decoded leniently. */
#pragma once

#include <glib.h>

typedef enum { TRANSFER_IDENTITY, TRANSFER_BASE64, TRANSFER_QUOTED_PRINTABLE } TransferEncoding;

/* By the value of the field; NULL and unknown words are identity. */
TransferEncoding transfer_from_name(const char *name);

/* LENGTH octets at TEXT, which lies in OWNER, decoded; a new reference. Identity copies nothing.
 * base64: line structure and white space do not matter, padding may be missing, and what follows
 * the padding is left out, as is everything from a line on that cannot be base64. */
GBytes *transfer_decode(GBytes *owner, const char *text, gsize length, TransferEncoding encoding);

/* The same of a few octets, into OUT, which has room for 8 more than LENGTH. Returns how many
 * octets it holds. */
gsize transfer_peek(const char *text, gsize length, TransferEncoding encoding, guint8 *out);
