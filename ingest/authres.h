/* authres.h: the Authentication-Results field (RFC 8601 2.2), as far as DKIM is told in it. */
#pragma once

#include <glib.h>

/* One "dkim=" result. Values are as they stand in the field, without quotes and comments. */
typedef struct {
    char *result;   /* lower-case: "pass", "fail", "none", ... */
    char *header_d; /* signing domain; NULL if not told */
    char *header_i; /* "user@domain" or "@domain"; NULL if not told */
} AuthresDkim;

typedef struct {
    char *authserv_id; /* lower-case */
    GPtrArray *dkim;   /* of AuthresDkim, in the order of the field; may be empty */
} Authres;

/* Reads the value of one field, folded or not. Comments and quoted strings may stand wherever the
 * RFC allows white space; unknown methods, ptypes and properties are passed over. What follows
 * something that is no Authentication-Results grammar is ignored, what was read before it counts.
 * NULL where there is not even an authserv-id, or the version is not 1. */
Authres *authres_parse(const char *value, gsize length);
void authres_free(Authres *authres); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Authres, authres_free)
