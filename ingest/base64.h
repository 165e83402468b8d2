/* base64.h: base64 (RFC 2045 6.8) as mail has it: a quick reader of the clean text that nearly
 * every sender makes, and a lenient one for all the rest. */
#pragma once

#include <glib.h>

/* Room that LENGTH characters need when they are decoded. */
#define BASE64_ROOM(length) ((length) / 4 * 3 + 6)

/* Decodes TEXT into OUT, which has BASE64_ROOM octets, and says how many they are. Only the
 * alphabet, blanks and line breaks may stand before the padding or the end; FALSE at anything else,
 * and OUT is then undefined: base64_decode_any must read it. Where TRUE, both make the same. */
gboolean base64_decode_clean(const char *text, gsize length, guint8 *out, gsize *ret_length);

/* The same of any text, as transfer_decode promises it. Returns how many octets OUT holds. */
gsize base64_decode_any(const char *text, gsize length, guint8 *out);
