#include "schema/shorten.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <string.h>

#include "schema/decode-internal.h"

#define IPV4_NETWORK_BYTES 3
#define IPV6_NETWORK_BYTES 6
#define IPV6_BYTES         16
/* ::ffff:192.0.2.1 is an IPv4 address in the dress of another. */
static const guint8 mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* FALSE where ADDRESS is none. */
static gboolean
network_of(const char *address, char network[INET6_ADDRSTRLEN])
{
    guint8 bytes[IPV6_BYTES];
    if (inet_pton(AF_INET, address, bytes) == 1) {
        memset(bytes + IPV4_NETWORK_BYTES, 0, 4 - IPV4_NETWORK_BYTES);
        return inet_ntop(AF_INET, bytes, network, INET6_ADDRSTRLEN) != NULL;
    }
    if (inet_pton(AF_INET6, address, bytes) != 1)
        return FALSE;
    gsize kept = memcmp(bytes, mapped, sizeof mapped) == 0 ? sizeof mapped + IPV4_NETWORK_BYTES
                                                           : IPV6_NETWORK_BYTES;
    memset(bytes + kept, 0, IPV6_BYTES - kept);
    return inet_ntop(AF_INET6, bytes, network, INET6_ADDRSTRLEN) != NULL;
}

static void
shorten_detail(json_t *detail, gboolean *changed)
{
    char network[INET6_ADDRSTRLEN];
    json_t *ip = json_object_get(detail, "sending-mta-ip");
    const char *address = json_string_value(ip);
    if (json_object_del(detail, "receiving-mx-helo") == 0)
        *changed = TRUE;
    if (ip == NULL)
        return;
    if (address == NULL || strlen(address) != json_string_length(ip) ||
        !network_of(address, network)) {
        json_object_del(detail, "sending-mta-ip");
        *changed = TRUE;
    } else if (strcmp(network, address) != 0) {
        json_object_set_new(detail, "sending-mta-ip", json_string(network));
        *changed = TRUE;
    }
}

GBytes *
report_shorten(const char *json, gsize length, gboolean *ret_changed)
{
    const char *reason;
    gsize i, j;
    json_t *policy, *detail;
    gboolean changed = FALSE;
    if (!decode_scan(json, length, &reason))
        return NULL;
    json_t *document = json_loadb(json, length, JSON_ALLOW_NUL, NULL);
    if (document == NULL)
        return NULL;
    json_array_foreach(json_object_get(document, "policies"), i, policy)
    {
        json_array_foreach(json_object_get(policy, "failure-details"), j, detail)
        {
            shorten_detail(detail, &changed);
        }
    }
    char *text = changed ? json_dumps(document, JSON_COMPACT) : NULL;
    json_decref(document);
    *ret_changed = changed;
    if (!changed)
        return g_bytes_new_static("", 0);
    return text != NULL ? g_bytes_new_with_free_func(text, strlen(text), free, text) : NULL;
}
