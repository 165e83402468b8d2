#include "ingest/transfer.h"

#include <gmime/gmime.h>
#include <string.h>

#include "ingest/base64.h"

TransferEncoding
transfer_from_name(const char *name)
{
    if (name == NULL)
        return TRANSFER_IDENTITY;
    if (g_ascii_strcasecmp(name, "base64") == 0)
        return TRANSFER_BASE64;
    if (g_ascii_strcasecmp(name, "quoted-printable") == 0)
        return TRANSFER_QUOTED_PRINTABLE;
    return TRANSFER_IDENTITY;
}

static gsize
decode_base64(const char *text, gsize length, guint8 *out)
{
    gsize n;
    return base64_decode_clean(text, length, out, &n) ? n : base64_decode_any(text, length, out);
}

static GBytes *
take_base64(const char *text, gsize length)
{
    gsize room = BASE64_ROOM(length);
    guint8 *out = g_malloc(room);
    gsize n = decode_base64(text, length, out);
    if (n < room / 2) /* much stands behind the data */
        out = g_realloc(out, MAX(n, 1));
    return g_bytes_new_take(out, n);
}

/* Into OUT, which has room for 8 more than LENGTH. */
static gsize
decode_quoted_printable(const char *text, gsize length, char *out)
{
    if (memchr(text, '=', length) == NULL) { /* then nothing is encoded */
        memcpy(out, text, length);
        return length;
    }
    GMimeEncoding decoder;
    g_mime_encoding_init_decode(&decoder, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    gsize n = g_mime_encoding_step(&decoder, text, length, out);
    return n + g_mime_encoding_flush(&decoder, "", 0, out + n);
}

GBytes *
transfer_decode(GBytes *owner, const char *text, gsize length, TransferEncoding encoding)
{
    if (length > 0 && encoding == TRANSFER_BASE64)
        return take_base64(text, length);
    if (length > 0 && encoding == TRANSFER_QUOTED_PRINTABLE) {
        char *out = g_malloc(length + 8);
        return g_bytes_new_take(out, decode_quoted_printable(text, length, out));
    }
    const char *start = g_bytes_get_data(owner, NULL);
    return g_bytes_new_from_bytes(owner, (gsize)(text - start), length);
}

gsize
transfer_peek(const char *text, gsize length, TransferEncoding encoding, guint8 *out)
{
    if (length == 0)
        return 0;
    if (encoding == TRANSFER_BASE64)
        return decode_base64(text, length, out);
    if (encoding == TRANSFER_QUOTED_PRINTABLE)
        return decode_quoted_printable(text, length, (char *)out);
    memcpy(out, text, length);
    return length;
}
