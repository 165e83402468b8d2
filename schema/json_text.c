#include "schema/json_text.h"

#include <string.h>

static const char *
short_escape(guchar c)
{
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\b':
        return "\\b";
    case '\f':
        return "\\f";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return NULL;
    }
}

static void
append_escaped(GString *out, gunichar c)
{
    const char *escape = c < 0x80 ? short_escape((guchar)c) : NULL;
    if (escape != NULL)
        g_string_append(out, escape);
    else if (c < 0x10000)
        g_string_append_printf(out, "\\u%04X", c);
    else /* two surrogates */
        g_string_append_printf(out, "\\u%04X\\u%04X", 0xd800 + ((c - 0x10000) >> 10),
                               0xdc00 + ((c - 0x10000) & 0x3ff));
}

/* Octets at TEXT that stand for themselves. */
static gsize
plain_length(const char *text, gboolean ascii)
{
    gsize length = 0;
    for (guchar c = (guchar)text[0]; c >= 0x20 && c != '"' && c != '\\' && (c < 0x80 || !ascii);
         c = (guchar)text[length])
        length++;
    return length;
}

void
json_text_append(GString *out, const char *text, gboolean ascii)
{
    g_autofree char *valid = NULL;
    if (text == NULL)
        text = "";
    else if (!g_utf8_validate(text, -1, NULL))
        text = valid = g_utf8_make_valid(text, -1);
    g_string_append_c(out, '"');
    for (;;) {
        gsize length = plain_length(text, ascii);
        g_string_append_len(out, text, (gssize)length);
        text += length;
        if (*text == '\0')
            break;
        append_escaped(out, g_utf8_get_char(text));
        text = g_utf8_next_char(text);
    }
    g_string_append_c(out, '"');
}
