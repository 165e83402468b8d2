/* test_check_map.h: a resolver that answers out of a map, for the tests of check/. */
#pragma once

#include <gio/gio.h>
#include <string.h>

#include "check/resolver.h"

typedef struct {
    Resolver base;
    GHashTable *answers; /* "NAME TYPE": DnsAnswer */
    GHashTable *names;   /* names that are there: others are NXDOMAIN */
    GHashTable *servers; /* "ADDRESS@PORT": MapResolver that answers there */
    gboolean secure;     /* what new answers are, and absence */
    guint delay_ms;      /* before each answer */
    guint silent_after;  /* answers; 0: never */
    guint asked;
} MapResolver;

static inline DnsAnswer *
map_copy(const DnsAnswer *answer)
{
    DnsAnswer *copy = dns_answer_new(answer->status);
    copy->unvalidated = answer->unvalidated;
    copy->secure = answer->secure;
    copy->problem = g_strdup(answer->problem);
    copy->canonical = g_strdup(answer->canonical);
    copy->ttl = answer->ttl;
    for (guint i = 0; i < answer->records->len; i++)
        g_ptr_array_add(copy->records, g_bytes_ref(g_ptr_array_index(answer->records, i)));
    return copy;
}

static inline DnsAnswer *
map_lookup(Resolver *resolver, const char *name, DnsType type, guint wait_ms)
{
    MapResolver *map = (MapResolver *)resolver;
    map->asked++;
    gboolean silent = map->silent_after > 0 && map->asked > map->silent_after;
    g_usleep((silent ? wait_ms : MIN(map->delay_ms, wait_ms)) * 1000);
    if (silent || map->delay_ms >= wait_ms)
        return dns_answer_new(ANSWER_FAILED);
    g_autofree char *key = g_strdup_printf("%s %s", name, dns_type_name(type));
    const DnsAnswer *answer = g_hash_table_lookup(map->answers, key);
    if (answer != NULL)
        return map_copy(answer);
    gboolean there = g_hash_table_contains(map->names, name) || type == DNS_SOA;
    DnsAnswer *nothing = dns_answer_new(there ? ANSWER_NO_DATA : ANSWER_NXDOMAIN);
    nothing->secure = map->secure;
    return nothing;
}

/* What leads to another map; the map of the test keeps that. */
typedef struct {
    Resolver base;
    MapResolver *to; /* NULL: silent */
} MapServer;

static inline DnsAnswer *
map_server_lookup(Resolver *resolver, const char *name, DnsType type, guint wait_ms)
{
    MapResolver *to = ((MapServer *)resolver)->to;
    return to != NULL ? map_lookup(&to->base, name, type, wait_ms) : dns_answer_new(ANSWER_FAILED);
}

static inline void
map_server_free(Resolver *resolver)
{
    g_free(resolver);
}

static inline Resolver *
map_of_server(const Resolver *resolver, const char *address, guint port)
{
    const MapResolver *map = (const MapResolver *)resolver;
    g_autofree char *key = g_strdup_printf("%s@%u", address, port);
    MapServer *server = g_new0(MapServer, 1);
    *server = (MapServer){{map_server_lookup, NULL, map_server_free},
                          g_hash_table_lookup(map->servers, key)};
    return &server->base;
}

static inline void
map_free(Resolver *resolver)
{
    MapResolver *map = (MapResolver *)resolver;
    g_hash_table_unref(map->servers);
    g_hash_table_unref(map->answers);
    g_hash_table_unref(map->names);
    g_free(map);
}

static inline void
map_unref(gpointer map)
{
    map_free(map);
}

static inline MapResolver *
map_new(void)
{
    MapResolver *map = g_new0(MapResolver, 1);
    map->base = (Resolver){map_lookup, map_of_server, map_free};
    map->servers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, map_unref);
    map->answers =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)dns_answer_free);
    map->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    map->secure = TRUE;
    return map;
}

/* The answer for NAME and TYPE, made when it is not there; the map owns it. */
static inline DnsAnswer *
map_answer(MapResolver *map, const char *name, DnsType type, AnswerStatus status)
{
    g_autofree char *key = g_strdup_printf("%s %s", name, dns_type_name(type));
    DnsAnswer *answer = g_hash_table_lookup(map->answers, key);
    if (answer == NULL) {
        answer = dns_answer_new(status);
        answer->secure = map->secure && status == ANSWER_DATA;
        answer->ttl = 3600;
        g_hash_table_insert(map->answers, g_steal_pointer(&key), answer);
        g_hash_table_add(map->names, g_strdup(name));
    }
    return answer;
}

static inline void
map_append_name(GByteArray *rdata, const char *name)
{
    g_auto(GStrv) labels = g_strsplit(name, ".", -1);
    for (char **label = labels; *label != NULL; label++) {
        guint8 length = (guint8)strlen(*label);
        if (length == 0)
            continue;
        g_byte_array_append(rdata, &length, 1);
        g_byte_array_append(rdata, (const guint8 *)*label, length);
    }
    g_byte_array_append(rdata, (const guint8 *)"", 1);
}

static inline void
map_mx(MapResolver *map, const char *name, guint preference, const char *exchange)
{
    GByteArray *rdata = g_byte_array_new();
    const guint8 number[] = {(guint8)(preference >> 8), (guint8)preference};
    g_byte_array_append(rdata, number, 2);
    map_append_name(rdata, exchange);
    g_ptr_array_add(map_answer(map, name, DNS_MX, ANSWER_DATA)->records,
                    g_byte_array_free_to_bytes(rdata));
}

/* A PTR or NS record. */
static inline void
map_name(MapResolver *map, const char *name, DnsType type, const char *target)
{
    GByteArray *rdata = g_byte_array_new();
    map_append_name(rdata, target);
    g_ptr_array_add(map_answer(map, name, type, ANSWER_DATA)->records,
                    g_byte_array_free_to_bytes(rdata));
}

/* Strings are separated by "|". */
static inline void
map_txt(MapResolver *map, const char *name, const char *strings)
{
    GByteArray *rdata = g_byte_array_new();
    g_auto(GStrv) parts = g_strsplit(strings, "|", -1);
    for (char **part = parts; *part != NULL; part++) {
        guint8 length = (guint8)strlen(*part);
        g_byte_array_append(rdata, &length, 1);
        g_byte_array_append(rdata, (const guint8 *)*part, length);
    }
    g_ptr_array_add(map_answer(map, name, DNS_TXT, ANSWER_DATA)->records,
                    g_byte_array_free_to_bytes(rdata));
}

static inline void
map_address(MapResolver *map, const char *name, const char *address)
{
    g_autoptr(GInetAddress) parsed = g_inet_address_new_from_string(address);
    DnsType type = g_inet_address_get_family(parsed) == G_SOCKET_FAMILY_IPV4 ? DNS_A : DNS_AAAA;
    g_ptr_array_add(
        map_answer(map, name, type, ANSWER_DATA)->records,
        g_bytes_new(g_inet_address_to_bytes(parsed), g_inet_address_get_native_size(parsed)));
}

static inline void
map_tlsa(MapResolver *map, const char *name)
{
    static const guint8 rdata[3 + 32] = {3, 1, 1};
    g_ptr_array_add(map_answer(map, name, DNS_TLSA, ANSWER_DATA)->records,
                    g_bytes_new_static(rdata, sizeof rdata));
}
