/* look_ns.c: the MX records as each name server of the domain tells them. Part of look.h. */
#include "check/look.h"

#include <string.h>

#include "check/parallel.h"
#include "check/rdata.h"
#include "schema/limits.h"

#define DNS_PORT 53

typedef struct {
    const Look *look;
    char *name, *address;
    char *records; /* what it says, told alike by servers that agree; NULL: no answer */
} Server;

static void
server_clear(gpointer data)
{
    Server *server = data;
    g_free(server->name);
    g_free(server->address);
    g_free(server->records);
}

/* ---- one server ------------------------------------------------------------------------------ */

static int
by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *
text_of(const DnsAnswer *answer)
{
    if (answer->status == ANSWER_NXDOMAIN)
        return g_strdup("no such domain");
    if (answer->status == ANSWER_NO_DATA)
        return g_strdup("no MX record");
    if (answer->status != ANSWER_DATA)
        return NULL;
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < answer->records->len; i++) {
        guint preference;
        g_autofree char *host = NULL;
        if (!rdata_mx(g_ptr_array_index(answer->records, i), &preference, &host))
            host = g_strdup("?"), preference = 0;
        g_autofree char *lower = g_ascii_strdown(host, -1);
        g_ptr_array_add(rows, g_strdup_printf("%u %s", preference, *lower == '\0' ? "." : lower));
    }
    g_ptr_array_sort(rows, by_text);
    g_ptr_array_add(rows, NULL);
    return g_strjoinv(", ", (char **)rows->pdata);
}

static void
ask_server(gpointer item)
{
    Server *server = item;
    const Look *look = server->look;
    guint port = DNS_PORT;
    g_autofree char *address =
        check_options_endpoint(look->options, server->name, server->address, &port);
    g_autoptr(Resolver) resolver = resolver_of_server(look->resolver, address, port);
    if (resolver == NULL)
        return;
    g_autoptr(DnsAnswer) answer =
        resolver_lookup(resolver, look->run->domain, DNS_MX, look->options->dns_ms);
    server->records = text_of(answer);
}

/* ---- all of them ----------------------------------------------------------------------------- */

static void
add_servers(Look *look, const char *name, GArray *servers)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    guint n;
    (void)look_up_addresses(look, name, builder, &n, NULL, NULL);
    g_auto(GStrv) addresses = g_strv_builder_end(builder);
    for (char **address = addresses; *address != NULL; address++) {
        if (servers->len == LIMIT_CHECK_NAME_SERVERS ||
            (!look->options->ipv6 && strchr(*address, ':') != NULL))
            continue;
        Server server = {look, g_strdup(name), g_strdup(*address), NULL};
        g_array_append_val(servers, server);
    }
}

/* Those of the zone that the domain is in: its own, or one above. */
static GArray *
find_servers(Look *look)
{
    GArray *servers = g_array_new(FALSE, TRUE, sizeof(Server));
    g_array_set_clear_func(servers, server_clear);
    for (const char *zone = look->run->domain; zone != NULL; zone = strchr(zone, '.')) {
        zone += *zone == '.' ? 1 : 0;
        g_autoptr(DnsAnswer) answer = look_up(look, zone, DNS_NS);
        for (guint i = 0; i < answer->records->len; i++) {
            g_autofree char *name = rdata_name(g_ptr_array_index(answer->records, i));
            g_autofree char *lower = name == NULL ? NULL : g_ascii_strdown(name, -1);
            if (lower != NULL)
                add_servers(look, lower, servers);
        }
        if (answer->status != ANSWER_NO_DATA)
            break;
    }
    return servers;
}

/* "ns1.example [192.0.2.53], ns2.example [192.0.2.54]": those that say RECORDS, in TEXT. */
static void
append_those(GString *text, const GArray *servers, const char *records)
{
    const char *comma = "";
    for (guint i = 0; i < servers->len; i++) {
        const Server *server = &g_array_index(servers, Server, i);
        if (g_strcmp0(server->records, records) != 0)
            continue;
        g_string_append_printf(text, "%s%s [%s]", comma, server->name, server->address);
        comma = ", ";
    }
}

static void
tell(Look *look, const GArray *servers)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GString) said = g_string_new(NULL), silent = g_string_new(NULL);
    for (guint i = 0; i < servers->len; i++) {
        const char *records = g_array_index(servers, Server, i).records;
        if (records == NULL || !g_hash_table_add(seen, (gpointer)records))
            continue;
        g_string_append_printf(said, "%s\"%s\" at ", said->len > 0 ? "; " : "", records);
        append_those(said, servers, records);
    }
    append_those(silent, servers, NULL);
    if (g_hash_table_size(seen) > 1)
        look_tell(look, "mx-ns-differs", look->run->domain, "%s", said->str);
    if (silent->len > 0)
        look_tell(look, "mx-ns-untested", look->run->domain, "no answer from %s", silent->str);
    else if (servers->len == 0)
        look_tell(look, "mx-ns-untested", look->run->domain, "its name servers could not be found out");
}

void
look_name_servers(Look *look)
{
    g_autoptr(GArray) servers = find_servers(look);
    parallel_run(ask_server, servers->data, servers->len, sizeof(Server),
                 LIMIT_CHECK_NAME_SERVERS_AT_A_TIME);
    tell(look, servers);
}
