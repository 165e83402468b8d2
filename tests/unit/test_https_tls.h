/* test_https_tls.h: certificates made on the spot and a TLS client, for the tests of ingest/https.
 */
#pragma once

#include <gio/gio.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <glib/gstdio.h>

#include "test_https_harness.h"

typedef struct {
    char *folder;
    char *certificate_file;
    char *key_file;
} Files;

static G_GNUC_UNUSED void
write_text(const char *file, const char *text, gsize length)
{
    g_autoptr(GError) error = NULL;
    g_file_set_contents_full(file, text, (gssize)length, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                             &error);
    g_assert_no_error(error);
}

/* A self-signed certificate for 127.0.0.1, told apart by its SERIAL, that lives for DAYS. */
static G_GNUC_UNUSED void
make_certificate(const char *certificate_file, const char *key_file, guint8 serial, guint days)
{
    const guint8 loopback[] = {127, 0, 0, 1};
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t crt;
    gnutls_datum_t pem;
    g_assert_cmpint(gnutls_x509_privkey_init(&key), ==, 0);
    g_assert_cmpint(gnutls_x509_privkey_generate(
                        key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
                    ==, 0);
    g_assert_cmpint(gnutls_x509_crt_init(&crt), ==, 0);
    gnutls_x509_crt_set_version(crt, 3);
    gnutls_x509_crt_set_serial(crt, &serial, 1);
    gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, "collector", 9);
    gnutls_x509_crt_set_activation_time(crt, time(NULL) - 3600);
    gnutls_x509_crt_set_expiration_time(crt, 2000000000 + (time_t)days * 86400);
    gnutls_x509_crt_set_basic_constraints(crt, 1, -1);
    gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, loopback, sizeof loopback, 0);
    gnutls_x509_crt_set_key(crt, key);
    g_assert_cmpint(gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0), ==, 0);
    if (key_file != NULL) {
        g_assert_cmpint(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem), ==, 0);
        write_text(key_file, (const char *)pem.data, pem.size);
        gnutls_free(pem.data);
    }
    g_assert_cmpint(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem), ==, 0);
    write_text(certificate_file, (const char *)pem.data, pem.size);
    gnutls_free(pem.data);
    gnutls_x509_crt_deinit(crt);
    gnutls_x509_privkey_deinit(key);
}

static G_GNUC_UNUSED void
files_make(Files *files)
{
    g_autoptr(GError) error = NULL;
    files->folder = g_dir_make_tmp("https-tls-XXXXXX", &error);
    g_assert_no_error(error);
    files->certificate_file = g_build_filename(files->folder, "certificate.pem", NULL);
    files->key_file = g_build_filename(files->folder, "key.pem", NULL);
    make_certificate(files->certificate_file, files->key_file, 1, 1);
}

static G_GNUC_UNUSED void
files_clear(Files *files)
{
    g_unlink(files->certificate_file);
    g_unlink(files->key_file);
    g_rmdir(files->folder);
    g_free(files->certificate_file);
    g_free(files->key_file);
    g_free(files->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Files, files_clear)

static G_GNUC_UNUSED void
start_tls(Fixture *f, Files *files)
{
    files_make(files);
    f->options.certificate_file = files->certificate_file;
    f->options.key_file = files->key_file;
    f->options.connections_per_address = 300;
    fixture_start(f);
}

/* A TLS peer that asks for nothing but the certificate. */
typedef struct {
    int fd;
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials;
} Peer;

static G_GNUC_UNUSED gboolean
peer_handshake(Peer *peer, const Fixture *f, const char *priorities)
{
    peer->fd = client_connect(f);
    gnutls_init(&peer->session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL);
    gnutls_certificate_allocate_credentials(&peer->credentials);
    if (gnutls_priority_set_direct(peer->session, priorities, NULL) != 0)
        return FALSE;
    gnutls_credentials_set(peer->session, GNUTLS_CRD_CERTIFICATE, peer->credentials);
    gnutls_transport_set_int(peer->session, peer->fd);
    int code;
    do
        code = gnutls_handshake(peer->session);
    while (code < 0 && !gnutls_error_is_fatal(code));
    return code == 0;
}

static G_GNUC_UNUSED void
peer_clear(Peer *peer)
{
    gnutls_deinit(peer->session);
    gnutls_certificate_free_credentials(peer->credentials);
    close(peer->fd);
}

static G_GNUC_UNUSED guint8
peer_serial(const Peer *peer)
{
    unsigned n = 0;
    guint8 serial[8] = {0};
    size_t size = sizeof serial;
    gnutls_x509_crt_t crt;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(peer->session, &n);
    g_assert_cmpuint(n, ==, 1);
    gnutls_x509_crt_init(&crt);
    g_assert_cmpint(gnutls_x509_crt_import(crt, chain, GNUTLS_X509_FMT_DER), ==, 0);
    g_assert_cmpint(gnutls_x509_crt_get_serial(crt, serial, &size), ==, 0);
    gnutls_x509_crt_deinit(crt);
    return serial[size - 1];
}

static G_GNUC_UNUSED ssize_t
read_peer(gpointer from, void *buffer, size_t size)
{
    Peer *peer = from;
    ssize_t n;
    do
        n = gnutls_record_recv(peer->session, buffer, size);
    while (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED);
    return n;
}

static G_GNUC_UNUSED unsigned
peer_post(Peer *peer)
{
    g_autofree char *request = post_request(GOOD_REPORT);
    ssize_t sent = gnutls_record_send(peer->session, request, strlen(request));
    g_assert_cmpint(sent, ==, (ssize_t)strlen(request));
    g_auto(Answer) answer = read_answer(read_peer, peer, TRUE);
    return answer.status;
}

static G_GNUC_UNUSED guint8
serial_now(const Fixture *f)
{
    Peer peer = {0};
    g_assert_true(peer_handshake(&peer, f, "NORMAL"));
    guint8 serial = peer_serial(&peer);
    peer_clear(&peer);
    return serial;
}
