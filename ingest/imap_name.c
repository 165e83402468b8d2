#include "ingest/imap_name.h"

#include <string.h>

#include "schema/limits.h"

/* Base64 of UTF-16BE with "," for "/" and without padding, between "&" and "-". */
static void
append_shifted(GString *out, GByteArray *utf16)
{
    if (utf16->len == 0)
        return;
    g_autofree char *base64 = g_base64_encode(utf16->data, utf16->len);
    g_strdelimit(base64, "/", ',');
    base64[strcspn(base64, "=")] = '\0';
    g_string_append_printf(out, "&%s-", base64);
    g_byte_array_set_size(utf16, 0);
}

static void
append_unit(GByteArray *utf16, gunichar unit)
{
    const guint8 octets[] = {(guint8)(unit >> 8 & 0xff), (guint8)(unit & 0xff)};
    g_byte_array_append(utf16, octets, sizeof octets);
}

static void
append_character(GString *out, GByteArray *utf16, gunichar character)
{
    if (character >= 0x10000) {
        append_unit(utf16, 0xd800 + ((character - 0x10000) >> 10));
        append_unit(utf16, 0xdc00 + ((character - 0x10000) & 0x3ff));
    } else if (character >= 0x7f) {
        append_unit(utf16, character);
    } else {
        append_shifted(out, utf16);
        if (character == '"' || character == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, (char)character);
        if (character == '&')
            g_string_append_c(out, '-');
    }
}

char *
imap_name_quote(const char *folder)
{
    gsize length = strlen(folder);
    if (length == 0 || length > LIMIT_NAME_BYTES || !g_utf8_validate(folder, (gssize)length, NULL))
        return NULL;
    g_autoptr(GString) out = g_string_new("\"");
    g_autoptr(GByteArray) utf16 = g_byte_array_new();
    for (const char *p = folder; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar character = g_utf8_get_char(p);
        if (g_unichar_iscntrl(character))
            return NULL;
        append_character(out, utf16, character);
    }
    append_shifted(out, utf16);
    g_string_append_c(out, '"');
    return g_string_free(g_steal_pointer(&out), FALSE);
}

char *
imap_set_text(const guint32 *uids, gsize n)
{
    GString *out = g_string_new(NULL);
    for (gsize i = 0; i < n;) {
        gsize last = i;
        while (last + 1 < n && uids[last + 1] == uids[last] + 1)
            last++;
        g_string_append_printf(out, "%s%u", i > 0 ? "," : "", uids[i]);
        if (last > i)
            g_string_append_printf(out, ":%u", uids[last]);
        i = last + 1;
    }
    return g_string_free(out, FALSE);
}

gboolean
imap_set_valid(const char *text)
{
    return *text != '\0' && strspn(text, "0123456789:,") == strlen(text);
}
