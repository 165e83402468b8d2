/* rdata.h: the data of DNS records as RFC 1035 3.3 and RFC 3596 lay it out; uncompressed. */
#pragma once

#include <glib.h>

/* *ret_host without trailing dot: "" for the root; octets that stand in no host name come as \DDD.
 * FALSE if it is malformed. */
gboolean rdata_mx(GBytes *rdata, guint *ret_preference, char **ret_host);

/* The data of a PTR or NS record: a name, as the host of rdata_mx. NULL if it is malformed. */
char *rdata_name(GBytes *rdata);

/* The strings of a TXT record joined with nothing between them, newly allocated, a NUL after it
 * that is not counted. *ret_joint (may be NULL) says whether two strings meet inside a word though
 * the first had room left: a space was meant. NULL if it is malformed. */
char *rdata_txt(GBytes *rdata, gsize *ret_length, gboolean *ret_joint);

/* "192.0.2.1" or "2001:db8::1" by the length; NULL for any other. */
char *rdata_address(GBytes *rdata);

/* The address can be reached from everywhere, as far as its network tells (RFC 6890). *ret_network
 * says what it is otherwise; static. */
gboolean rdata_address_is_public(const char *address, const char **ret_network);
