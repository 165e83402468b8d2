/* https_certificate.h: the certificate and key in use, renewed without a restart. Private to
 * ingest/https*.
 *
 * GnuTLS borrows what its retrieve function returns until the session ends, and tells nobody when
 * that is. So a pair that was replaced is retired, marked with the number that the next connection
 * will get, and freed once every connection with a lower number is closed: no session can have
 * seen it then. What is kept is bounded by the connections, which all end by their deadlines.
 */
#pragma once

#include <glib.h>
#include <gnutls/abstract.h>

/* TLS 1.2 and 1.3 (RFC 9325 3.1.1). */
#define HTTPS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

typedef struct HttpsCertificate HttpsCertificate;

/* Loads the PEM files; KEY_FILE may be NULL when the certificate file holds the key as well.
 * LOG gets a line when a changed file was taken into use, or once when it could not be.
 * NEXT_NUMBER is asked under the lock for the number that the next connection will get.
 * G_FILE_ERROR or G_IO_ERROR, whose message names the file. */
HttpsCertificate *https_certificate_new(const char *certificate_file, const char *key_file,
                                        void (*log)(gpointer, const char *line), gpointer log_data,
                                        guint64 (*next_number)(gpointer), gpointer next_data,
                                        GError **error);
/* After every session has ended. NULL is fine. */
void https_certificate_free(HttpsCertificate *certificate);

/* Reads the files again; keeps the old pair on error. Any thread. */
gboolean https_certificate_reload(HttpsCertificate *certificate, GError **error);

/* Expiry of the leaf in use, Unix seconds. Any thread. */
gint64 https_certificate_expires(HttpsCertificate *certificate);

/* Connections with a number below OLDEST are all closed, their sessions freed. */
void https_certificate_release(HttpsCertificate *certificate, guint64 oldest);
/* How many replaced pairs are still kept. */
guint https_certificate_retired(HttpsCertificate *certificate);

/* Handshakes of the calling thread are served from CERTIFICATE from now on. */
void https_certificate_serve_thread(HttpsCertificate *certificate);

/* The retrieve function (gnutls_certificate_retrieve_function2). Looks for changed files at most
 * once a second. */
int https_certificate_retrieve(gnutls_session_t session, const gnutls_datum_t *authorities,
                               int n_authorities, const gnutls_pk_algorithm_t *algorithms,
                               int n_algorithms, gnutls_pcert_st **ret_chain, unsigned *ret_length,
                               gnutls_privkey_t *ret_key);
