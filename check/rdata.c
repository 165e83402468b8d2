#include "check/rdata.h"

#include <gio/gio.h>
#include <string.h>

#define STRING_BYTES 255 /* RFC 1035 3.3: one character-string */

static void
append_label(GString *name, const guint8 *label, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        if (g_ascii_isalnum(label[i]) || label[i] == '-' || label[i] == '_')
            g_string_append_c(name, (char)label[i]);
        else
            g_string_append_printf(name, "\\%03u", label[i]);
    }
}

/* RFC 1035 3.1; a pointer cannot be in data that stands alone. */
static char *
read_name(const guint8 *data, gsize length)
{
    g_autoptr(GString) name = g_string_new(NULL);
    gsize at = 0;
    while (at < length && data[at] != 0) {
        gsize label = data[at];
        if (label > 63 || at + 1 + label >= length)
            return NULL;
        if (name->len > 0)
            g_string_append_c(name, '.');
        append_label(name, data + at + 1, label);
        at += 1 + label;
    }
    return at + 1 == length ? g_string_free(g_steal_pointer(&name), FALSE) : NULL;
}

gboolean
rdata_mx(GBytes *rdata, guint *ret_preference, char **ret_host)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(rdata, &length);
    char *host = length < 3 ? NULL : read_name(data + 2, length - 2);
    if (host == NULL)
        return FALSE;
    *ret_preference = (guint)data[0] << 8 | data[1];
    *ret_host = host;
    return TRUE;
}

char *
rdata_name(GBytes *rdata)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(rdata, &length);
    return length == 0 ? NULL : read_name(data, length);
}

static gboolean
is_word(guint8 c)
{
    return c != ' ' && c != '\t' && c != ';' && c != ',';
}

char *
rdata_txt(GBytes *rdata, gsize *ret_length, gboolean *ret_joint)
{
    gsize length, at = 0;
    const guint8 *data = g_bytes_get_data(rdata, &length);
    g_autoptr(GString) text = g_string_new(NULL);
    gboolean joint = FALSE;
    gsize last = STRING_BYTES; /* length of the string before */
    while (at < length) {
        gsize string = data[at++];
        if (at + string > length)
            return NULL;
        if (text->len > 0 && string > 0 && last < STRING_BYTES && is_word(data[at]) &&
            is_word((guint8)text->str[text->len - 1]))
            joint = TRUE;
        g_string_append_len(text, (const char *)data + at, (gssize)string);
        at += string;
        last = string;
    }
    *ret_length = text->len;
    if (ret_joint != NULL)
        *ret_joint = joint;
    return g_string_free(g_steal_pointer(&text), FALSE);
}

char *
rdata_address(GBytes *rdata)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(rdata, &length);
    if (length != 4 && length != 16)
        return NULL;
    g_autoptr(GInetAddress) address = g_inet_address_new_from_bytes(
        data, length == 4 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);
    return g_inet_address_to_string(address);
}

gboolean
rdata_address_is_public(const char *address, const char **ret_network)
{
    static const struct {
        const char *network, *what;
    } table[] = {
        {"0.0.0.0/8", "this host"},
        {"10.0.0.0/8", "private use"},
        {"100.64.0.0/10", "shared space of a provider"},
        {"127.0.0.0/8", "loopback"},
        {"169.254.0.0/16", "link-local"},
        {"172.16.0.0/12", "private use"},
        {"192.168.0.0/16", "private use"},
        {"224.0.0.0/3", "multicast or reserved"},
        {"::/127", "loopback"},
        {"::ffff:0:0/96", "an IPv4 address in IPv6"},
        {"fc00::/7", "unique local"},
        {"fe80::/10", "link-local"},
        {"fec0::/10", "site-local"},
        {"ff00::/8", "multicast"},
    };
    g_autoptr(GInetAddress) parsed = g_inet_address_new_from_string(address);
    *ret_network = parsed == NULL ? "no address" : NULL;
    for (gsize i = 0; parsed != NULL && i < G_N_ELEMENTS(table); i++) {
        g_autoptr(GInetAddressMask) mask =
            g_inet_address_mask_new_from_string(table[i].network, NULL);
        if (g_inet_address_mask_matches(mask, parsed))
            *ret_network = table[i].what;
    }
    return *ret_network == NULL;
}
