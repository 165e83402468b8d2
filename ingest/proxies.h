/* proxies.h: who posted, when a proxy of our own stands in front. */
#pragma once

#include <glib.h>

/* Reads "127.0.0.1", "10.0.0.0/8" or "2001:db8::/32" into the list that the functions below take
 * (newly allocated; g_ptr_array_unref). NULL when one of WORDS (NULL-terminated) is none of it. */
GPtrArray *proxies_parse(const char *const *words);

/* The address of the client as text, newly allocated: PEER unless it is one of PROXIES (NULL:
 * none), else the rightmost address of FORWARDED_FOR (the value of X-Forwarded-For, or NULL) that
 * is no proxy of ours. What stands left of it anybody can have written. Where it is no address, the
 * last proxy stands. */
char *proxies_client(const GPtrArray *proxies, const char *peer, const char *forwarded_for);

/* PEER is one of PROXIES. */
gboolean proxies_contain(const GPtrArray *proxies, const char *peer);
