#include "ingest/proxies.h"

#include <gio/gio.h>
#include <string.h>

#define MAX_HOPS 32u /* that are looked at; a chain of our own proxies is short */

GPtrArray *
proxies_parse(const char *const *words)
{
    g_autoptr(GPtrArray) proxies = g_ptr_array_new_with_free_func(g_object_unref);
    for (; *words != NULL; words++) {
        GInetAddressMask *mask = g_inet_address_mask_new_from_string(*words, NULL);
        if (mask == NULL)
            return NULL;
        g_ptr_array_add(proxies, mask);
    }
    return g_steal_pointer(&proxies);
}

static gboolean
contains(const GPtrArray *proxies, GInetAddress *address)
{
    for (guint i = 0; proxies != NULL && i < proxies->len; i++) {
        if (g_inet_address_mask_matches(g_ptr_array_index(proxies, i), address))
            return TRUE;
    }
    return FALSE;
}

gboolean
proxies_contain(const GPtrArray *proxies, const char *peer)
{
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(peer);
    return address != NULL && contains(proxies, address);
}

/* The last element of the list LIST[0 .. *LENGTH) without white space; cuts it off. */
static char *
take_last(const char *list, gsize *length)
{
    gsize start = *length;
    while (start > 0 && list[start - 1] != ',')
        start--;
    char *word = g_strstrip(g_strndup(list + start, *length - start));
    *length = start > 0 ? start - 1 : 0;
    return word;
}

char *
proxies_client(const GPtrArray *proxies, const char *peer, const char *forwarded_for)
{
    g_autofree char *client = g_strdup(peer);
    if (forwarded_for == NULL || !proxies_contain(proxies, peer))
        return g_steal_pointer(&client);
    gsize length = strlen(forwarded_for);
    for (guint hop = 0; hop < MAX_HOPS && length > 0; hop++) {
        g_autofree char *word = take_last(forwarded_for, &length);
        g_autoptr(GInetAddress) address = g_inet_address_new_from_string(word);
        if (address == NULL)
            break;
        g_free(client);
        client = g_inet_address_to_string(address);
        if (!contains(proxies, address))
            break;
    }
    return g_steal_pointer(&client);
}
