/* networks.h: addresses gathered by network, with the name of the autonomous system where a
 * database tells. Private to report/.
 */
#pragma once

#include <glib.h>

typedef struct Networks Networks;

Networks *networks_new(void);
void networks_free(Networks *networks); /* NULL is fine */

/* Adds SESSIONS to the network of ADDRESS: 24 bits of IPv4, 48 of IPv6 (also for an IPv4 address
 * mapped into IPv6: 24 of the IPv4). What is no address is left out; past LIMIT_EXPLAIN_ADDRESSES
 * networks so are new ones. */
void networks_add(Networks *networks, const char *address, gint64 sessions);

/* A database of names (MMDB: GeoLite2-ASN, DB-IP ASN and the like), opened. */
typedef struct NetworkNames NetworkNames;

#define NETWORK_ERROR (network_error_quark())
GQuark network_error_quark(void);
typedef enum {
    NETWORK_ERROR_LIBRARY,  /* libmaxminddb is not there */
    NETWORK_ERROR_DATABASE, /* the file cannot be read, or is another one */
} NetworkErrorCode;

/* NULL without error for a NULL PATH. NETWORK_ERROR. */
NetworkNames *network_names_open(const char *path, GError **error);
void network_names_close(NetworkNames *names); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NetworkNames, network_names_close)

/* Calls FUNC for each network: "192.0.2.0/24", with NAMES (may be NULL) "AS64500 Example Net
 * 192.0.2.0/24"; in no order. */
typedef void (*NetworkFunc)(gpointer data, const char *name, gint64 sessions);
void networks_each(const Networks *networks, const NetworkNames *names, NetworkFunc func,
                   gpointer data);
