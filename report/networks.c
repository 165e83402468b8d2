#include "report/networks.h"

#include <gio/gio.h>
#include <string.h>

#include "report/summary.h"
#include "schema/finding.h"
#include "schema/limits.h"

#ifdef HAVE_LIBMAXMINDDB
#include "late/maxminddb.h"
#endif

#define IPV4_BYTES 3 /* /24 */
#define IPV6_BYTES 6 /* /48 */
#define NAME_BYTES 100

struct Networks {
    GHashTable *sums; /* "192.0.2.0/24" -> gint64 */
};

GQuark
network_error_quark(void)
{
    return g_quark_from_static_string("tlsgauge-network-error");
}

Networks *
networks_new(void)
{
    Networks *networks = g_new0(Networks, 1);
    networks->sums = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return networks;
}

void
networks_free(Networks *networks)
{
    if (networks == NULL)
        return;
    g_hash_table_unref(networks->sums);
    g_free(networks);
}

/* "192.0.2.0/24" for an address; NULL for what is none. */
static char *
network_of(const char *text)
{
    static const guint8 mapped[12] = {[10] = 0xff, [11] = 0xff};
    guint8 bytes[16] = {0};
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text);
    if (address == NULL)
        return NULL;
    const guint8 *given = g_inet_address_to_bytes(address);
    gsize length = g_inet_address_get_native_size(address);
    if (length == 16 && memcmp(given, mapped, sizeof mapped) == 0) {
        given += sizeof mapped;
        length = 4;
    }
    gboolean is_ipv4 = length == 4;
    memcpy(bytes, given, is_ipv4 ? IPV4_BYTES : IPV6_BYTES);
    g_autoptr(GInetAddress) network =
        g_inet_address_new_from_bytes(bytes, is_ipv4 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);
    g_autofree char *name = g_inet_address_to_string(network);
    return g_strdup_printf("%s/%d", name, (is_ipv4 ? IPV4_BYTES : IPV6_BYTES) * 8);
}

void
networks_add(Networks *networks, const char *address, gint64 sessions)
{
    g_autofree char *network = network_of(address);
    gint64 *sum = network == NULL ? NULL : g_hash_table_lookup(networks->sums, network);
    if (network == NULL ||
        (sum == NULL && g_hash_table_size(networks->sums) >= LIMIT_EXPLAIN_ADDRESSES))
        return;
    if (sum == NULL) {
        sum = g_new0(gint64, 1);
        g_hash_table_insert(networks->sums, g_steal_pointer(&network), sum);
    }
    *sum = sessions_plus(*sum, sessions);
}

/* ---- names --------------------------------------------------------------------------------- */

#ifdef HAVE_LIBMAXMINDDB

struct NetworkNames {
    const LateMaxMindDb *library;
    MMDB_s database;
};

NetworkNames *
network_names_open(const char *path, GError **error)
{
    if (path == NULL)
        return NULL;
    const char *problem;
    const LateMaxMindDb *library = late_maxminddb(&problem);
    if (library == NULL) {
        g_set_error(error, NETWORK_ERROR, NETWORK_ERROR_LIBRARY, "%s: %s", path, problem);
        return NULL;
    }
    g_autofree NetworkNames *names = g_new0(NetworkNames, 1);
    names->library = library;
    int status = library->open(path, MMDB_MODE_MMAP, &names->database);
    if (status != MMDB_SUCCESS) {
        g_set_error(error, NETWORK_ERROR, NETWORK_ERROR_DATABASE, "%s: %s", path,
                    library->strerror(status));
        return NULL;
    }
    return g_steal_pointer(&names);
}

void
network_names_close(NetworkNames *names)
{
    if (names == NULL)
        return;
    names->library->close(&names->database);
    g_free(names);
}

/* "AS64500 Example Net", newly allocated; NULL where the database has none for the network. */
static char *
system_of(const NetworkNames *names, const char *network)
{
    static const char *const number_path[] = {"autonomous_system_number", NULL};
    static const char *const name_path[] = {"autonomous_system_organization", NULL};
    g_autofree char *address = g_strndup(network, strcspn(network, "/"));
    int fault, status;
    MMDB_lookup_result_s found =
        names->library->lookup_string(&names->database, address, &fault, &status);
    if (fault != 0 || status != MMDB_SUCCESS || !found.found_entry)
        return NULL;
    MMDB_entry_data_s data;
    GString *out = g_string_new(NULL);
    if (names->library->aget_value(&found.entry, &data, number_path) == MMDB_SUCCESS &&
        data.has_data && data.type == MMDB_DATA_TYPE_UINT32)
        g_string_append_printf(out, "AS%u", data.uint32);
    if (names->library->aget_value(&found.entry, &data, name_path) == MMDB_SUCCESS &&
        data.has_data && data.type == MMDB_DATA_TYPE_UTF8_STRING) {
        g_autofree char *name = text_printable(data.utf8_string, data.data_size, NAME_BYTES);
        g_string_append_printf(out, "%s%s", out->len > 0 ? " " : "", name);
    }
    return g_string_free(out, out->len == 0);
}

#else

struct NetworkNames {
    int nothing;
};

NetworkNames *
network_names_open(const char *path, GError **error)
{
    if (path != NULL)
        g_set_error(error, NETWORK_ERROR, NETWORK_ERROR_LIBRARY,
                    "%s: this program was built without libmaxminddb", path);
    return NULL;
}

void
network_names_close(NetworkNames *names)
{
    g_free(names);
}

static char *
system_of(const NetworkNames *names, const char *network)
{
    (void)names, (void)network;
    return NULL;
}

#endif

void
networks_each(const Networks *networks, const NetworkNames *names, NetworkFunc func, gpointer data)
{
    GHashTableIter iterator;
    gpointer network, sessions;
    g_hash_table_iter_init(&iterator, networks->sums);
    while (g_hash_table_iter_next(&iterator, &network, &sessions)) {
        g_autofree char *system = names == NULL ? NULL : system_of(names, network);
        g_autofree char *name = system == NULL ? NULL : g_strjoin(" ", system, network, NULL);
        func(data, name != NULL ? name : network, *(gint64 *)sessions);
    }
}
