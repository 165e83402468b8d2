#include "ingest/transfer.h"

#include <gmime/gmime.h>
#include <string.h>

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

static gboolean
is_base64(char c)
{
    return g_ascii_isalnum(c) || c == '+' || c == '/' || g_ascii_isspace(c) || c == '!';
}

/* Where the data ends: at its padding, or at a line with characters that base64 does not have,
 * such as the footer of a mailing list. "!" is passed over: old MTAs break long lines with it. */
static gsize
base64_length(const char *text, gsize length)
{
    gsize line = 0;
    for (gsize i = 0; i < length; i++) {
        if (text[i] == '\n')
            line = i + 1;
        else if (text[i] == '=')
            return i;
        else if (!is_base64(text[i]))
            return line;
    }
    return length;
}

static GBytes *
decode_base64(const char *text, gsize length)
{
    gsize used = base64_length(text, length);
    guchar *out = g_malloc(used / 4 * 3 + 6);
    int state = 0;
    guint save = 0;
    gsize n = g_base64_decode_step(text, used, out, &state, &save);
    /* The rest of the last group is handed out when the group is full: give it its padding. One
     * character alone is no octet. */
    while (state > 1 || state < 0)
        n += g_base64_decode_step("=", 1, out + n, &state, &save);
    return g_bytes_new_take(g_realloc(out, n), n);
}

static GBytes *
decode_quoted_printable(const char *text, gsize length)
{
    GMimeEncoding decoder;
    g_mime_encoding_init_decode(&decoder, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    char *out = g_malloc(g_mime_encoding_outlen(&decoder, length) + 4);
    gsize n = g_mime_encoding_step(&decoder, text, length, out);
    n += g_mime_encoding_flush(&decoder, "", 0, out + n);
    return g_bytes_new_take(out, n);
}

GBytes *
transfer_decode(GBytes *owner, const char *text, gsize length, TransferEncoding encoding)
{
    if (length > 0 && encoding == TRANSFER_BASE64)
        return decode_base64(text, length);
    if (length > 0 && encoding == TRANSFER_QUOTED_PRINTABLE)
        return decode_quoted_printable(text, length);
    const char *start = g_bytes_get_data(owner, NULL);
    return g_bytes_new_from_bytes(owner, (gsize)(text - start), length);
}
