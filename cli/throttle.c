#include "cli/throttle.h"

#include <gio/gio.h>
#include <string.h>

#include "schema/limits.h"

/* A bucket that fills by itself; full it may be forgotten. */
typedef struct {
    double tries;
    gint64 when; /* of that number */
} Bucket;

struct Throttle {
    GHashTable *addresses; /* network -> Bucket */
    Bucket all;
};

Throttle *
throttle_new(void)
{
    Throttle *throttle = g_new0(Throttle, 1);
    throttle->addresses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    throttle->all = (Bucket){LIMIT_USERS_TRIES_ALL, 0};
    return throttle;
}

void
throttle_free(Throttle *throttle)
{
    if (throttle == NULL)
        return;
    g_hash_table_unref(throttle->addresses);
    g_free(throttle);
}

static void
fill(Bucket *bucket, double most, double per_minute, gint64 now)
{
    double minutes = (double)(now - bucket->when) / (60.0 * G_USEC_PER_SEC);
    bucket->tries = MIN(most, bucket->tries + minutes * per_minute);
    bucket->when = now;
}

/* ADDRESS, or of an IPv6 one its network: whoever has one address has all of it. */
static char *
network_of(const char *address)
{
    g_autoptr(GInetAddress) parsed = g_inet_address_new_from_string(address);
    if (parsed == NULL || g_inet_address_get_family(parsed) != G_SOCKET_FAMILY_IPV6)
        return g_strdup(address);
    guint8 octets[16] = {0};
    memcpy(octets, g_inet_address_to_bytes(parsed), 8);
    g_autoptr(GInetAddress) network = g_inet_address_new_from_bytes(octets, G_SOCKET_FAMILY_IPV6);
    return g_inet_address_to_string(network);
}

static gboolean
is_full(gpointer key, gpointer value, gpointer data)
{
    Bucket *bucket = value;
    (void)key;
    fill(bucket, LIMIT_USERS_TRIES, LIMIT_USERS_TRIES_PER_MINUTE, *(const gint64 *)data);
    return bucket->tries >= LIMIT_USERS_TRIES;
}

gboolean
throttle_take(Throttle *throttle, const char *address, gint64 now)
{
    g_autofree char *network = network_of(address);
    Bucket *bucket = g_hash_table_lookup(throttle->addresses, network);
    fill(&throttle->all, LIMIT_USERS_TRIES_ALL, LIMIT_USERS_TRIES_ALL, now);
    if (bucket == NULL) {
        if (g_hash_table_size(throttle->addresses) >= LIMIT_USERS_ADDRESSES)
            g_hash_table_foreach_remove(throttle->addresses, is_full, &now);
        if (g_hash_table_size(throttle->addresses) >= LIMIT_USERS_ADDRESSES)
            return FALSE;
        bucket = g_new(Bucket, 1);
        *bucket = (Bucket){LIMIT_USERS_TRIES, now};
        g_hash_table_insert(throttle->addresses, g_steal_pointer(&network), bucket);
    }
    fill(bucket, LIMIT_USERS_TRIES, LIMIT_USERS_TRIES_PER_MINUTE, now);
    if (bucket->tries < 1 || throttle->all.tries < 1)
        return FALSE;
    bucket->tries -= 1;
    throttle->all.tries -= 1;
    return TRUE;
}

void
throttle_give_back(Throttle *throttle, const char *address)
{
    g_autofree char *network = network_of(address);
    Bucket *bucket = g_hash_table_lookup(throttle->addresses, network);
    if (bucket != NULL)
        bucket->tries += 1;
    throttle->all.tries += 1;
}
