/* trust.h: how far the origin of a report is vouched for.
 *
 * RFC 8460 3 wants mailed reports DKIM-signed by the reporting domain and gives HTTPS no
 * authentication at all; so trust is kept with every report and ranked, never assumed.
 */
#pragma once

#include <glib.h>

typedef enum {
    TRUST_UNAUTHENTICATED, /* HTTPS POST: nobody vouches */
    TRUST_UNVERIFIED,      /* mail without an aligned DKIM pass by a configured authserv-id */
    TRUST_VERIFIED,        /* mail with one (RFC 8460 3, RFC 8601) */
    TRUST_LOCAL,           /* a bare report that the operator gave */
} Trust;

/* Rank for displacement and for [trust] minimum=: VERIFIED and LOCAL are equal (2), UNVERIFIED
 * is 1, UNAUTHENTICATED is 0. */
int trust_rank(Trust trust);

/* The word used in output and in the store ("verified"). Static; never NULL. */
const char *trust_name(Trust trust);

/* Reads such a word. FALSE leaves *ret_trust untouched. */
gboolean trust_from_name(const char *name, Trust *ret_trust);
