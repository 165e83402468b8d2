/* chain.h: certificates as a server sent them, for GnuTLS to look into. Only within check/. */
#pragma once

#include <glib.h>
#include <gnutls/x509.h>

typedef struct {
    gnutls_x509_crt_t
        *certificates; /* in the order in which they came; the first is the server's */
    guint length;
} Chain;

/* DER is of GBytes. NULL if it is empty, longer than LIMIT_CERTIFICATE_CHAIN, or one of them is no
 * certificate. */
Chain *chain_import(const GPtrArray *der);
void chain_free(Chain *chain); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Chain, chain_free)

/* One certificate; NULL if it is none. Free with gnutls_x509_crt_deinit. */
gnutls_x509_crt_t chain_import_one(GBytes *der);

/* The name in it: the common name where there is one, else all of it; printable, newly allocated.
 * Of the holder or of the issuer. */
char *chain_subject(gnutls_x509_crt_t certificate);
char *chain_issuer(gnutls_x509_crt_t certificate);

/* The DNS names of its SAN, printable; of char *, may be empty. */
GPtrArray *chain_dns_names(gnutls_x509_crt_t certificate);

/* Where the issuer of CERTIFICATE is among those that were sent; -1 if it is not. It may be itself.
 */
int chain_find_issuer(const Chain *chain, gnutls_x509_crt_t certificate);

/* "2026-11-22" of Unix seconds, newly allocated. */
char *chain_day(gint64 seconds);
