/* shorten.h: a report without what may lead to a person: RFC 8460 9 warns of the addresses in it.
 */
#pragma once

#include <glib.h>

/* The document JSON of LENGTH octets with the network of each sending-mta-ip in its place (24 bits
 * of IPv4, 48 of IPv6; one that is no bare address is left out) and without any receiving-mx-helo.
 * All else stays, though not its spelling. *RET_CHANGED is FALSE, and the result empty, where there
 * was nothing to take away. NULL: it cannot be read. */
GBytes *report_shorten(const char *json, gsize length, gboolean *ret_changed);
