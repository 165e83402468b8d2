/* Certificates that are renewed, broken or missing. */
#include "ingest/https_certificate.h"
#include "test_https_tls.h"

/* A renewed certificate is served to the next connection; one that is open goes on. */
FIXTURE_TEST(test_renewal)
{
    g_auto(Files) files = {0};
    Peer old = {0};
    start_tls(f, &files);
    gint64 expiry = https_certificate_expiry(f->server);
    g_assert_cmpint(expiry, ==, 2000000000 + 86400);
    g_assert_true(peer_handshake(&old, f, "NORMAL"));
    g_assert_cmpuint(peer_serial(&old), ==, 1);
    g_assert_cmpuint(peer_post(&old), ==, 201);

    g_usleep(G_USEC_PER_SEC + 100000);
    make_certificate(files.certificate_file, files.key_file, 2, 2);
    g_assert_cmpuint(serial_now(f), ==, 2);
    g_assert_cmpint(https_certificate_expiry(f->server), ==, 2000000000 + 2 * 86400);
    g_assert_cmpuint(count_in_log(f, "new certificate from "), ==, 1);
    g_assert_cmpuint(peer_post(&old), ==, 201);

    /* On request, at once. */
    g_autoptr(GError) error = NULL;
    make_certificate(files.certificate_file, files.key_file, 3, 3);
    g_assert_true(https_reload_certificate(f->server, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(serial_now(f), ==, 3);
    g_assert_cmpuint(peer_post(&old), ==, 201);
    peer_clear(&old);
    g_assert_cmpuint(serial_now(f), ==, 3);
}

/* A renewal that went wrong does not take the collector down, and is told once. */
FIXTURE_TEST(test_broken_renewal)
{
    g_auto(Files) files = {0};
    g_autoptr(GError) error = NULL;
    start_tls(f, &files);
    g_usleep(G_USEC_PER_SEC + 100000);
    /* As certbot does it: first the certificate, the key a moment later. */
    make_certificate(files.certificate_file, NULL, 2, 2);
    g_assert_cmpuint(serial_now(f), ==, 1);
    for (guint i = 0; i < 3; i++) {
        g_usleep(G_USEC_PER_SEC / 2);
        g_assert_cmpuint(serial_now(f), ==, 1);
    }
    g_assert_cmpuint(count_in_log(f, "the certificate stays the old one: "), ==, 1);
    g_assert_cmpuint(count_in_log(f, files.key_file), ==, 1);
    g_assert_false(https_reload_certificate(f->server, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    g_assert_nonnull(strstr(error->message, files.key_file));
    g_clear_error(&error);

    g_unlink(files.certificate_file);
    g_assert_false(https_reload_certificate(f->server, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
    g_assert_nonnull(strstr(error->message, files.certificate_file));
    g_assert_cmpuint(serial_now(f), ==, 1);
    g_assert_cmpint(https_certificate_expiry(f->server), ==, 2000000000 + 86400);

    make_certificate(files.certificate_file, files.key_file, 4, 4);
    g_usleep(G_USEC_PER_SEC + 100000);
    g_assert_cmpuint(serial_now(f), ==, 4);
}

FIXTURE_TEST(test_bad_files)
{
    g_auto(Files) files = {0};
    files_make(&files);
    g_autofree char *other = g_build_filename(files.folder, "other.pem", NULL);
    g_autofree char *missing = g_build_filename(files.folder, "missing.pem", NULL);
    write_text(other, "no PEM in here\n", 15);
    const struct {
        const char *certificate_file;
        const char *key_file;
        const char *blamed;
    } rows[] = {
        {missing, files.key_file, missing},
        {files.certificate_file, missing, missing},
        {other, files.key_file, other},
        {files.certificate_file, other, other},
        {files.key_file, files.key_file, files.key_file},
        {files.certificate_file, NULL, files.certificate_file},
        {files.folder, files.key_file, files.folder},
        {"/dev/zero", files.key_file, "/dev/zero"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        f->options.certificate_file = rows[i].certificate_file;
        f->options.key_file = rows[i].key_file;
        f->server = https_start(&f->options, &f->rules, &f->sink, keep_log, f, &error);
        g_assert_null(f->server);
        g_assert_nonnull(error);
        g_assert_true(error->domain == G_IO_ERROR || error->domain == G_FILE_ERROR);
        g_assert_nonnull(strstr(error->message, rows[i].blamed));
    }
    g_unlink(other);
}

/* One file for both, as some proxies and ACME clients write it. */
FIXTURE_TEST(test_combined_file)
{
    g_auto(Files) files = {0};
    g_autofree char *certificate = NULL;
    g_autofree char *key = NULL;
    files_make(&files);
    g_assert_true(g_file_get_contents(files.certificate_file, &certificate, NULL, NULL));
    g_assert_true(g_file_get_contents(files.key_file, &key, NULL, NULL));
    g_autofree char *both = g_strconcat(key, certificate, NULL);
    write_text(files.certificate_file, both, strlen(both));
    f->options.certificate_file = files.certificate_file;
    fixture_start(f);
    g_assert_cmpuint(serial_now(f), ==, 1);
}

static guint64
number_of(gpointer data)
{
    return *(guint64 *)data;
}

/* A replaced pair lives as long as a connection that may have seen it, and no longer. */
static void
test_retired_pairs(void)
{
    g_auto(Files) files = {0};
    g_autoptr(GError) error = NULL;
    guint64 next = 5;
    files_make(&files);
    HttpsCertificate *certificate = https_certificate_new(files.certificate_file, files.key_file,
                                                          NULL, NULL, number_of, &next, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < 3; i++) { /* pairs that connections below 5, 6 and 7 may use */
        g_assert_true(https_certificate_reload(certificate, NULL));
        next++;
    }
    g_assert_cmpuint(https_certificate_retired(certificate), ==, 3);
    https_certificate_release(certificate, 4);
    g_assert_cmpuint(https_certificate_retired(certificate), ==, 3);
    https_certificate_release(certificate, 5);
    g_assert_cmpuint(https_certificate_retired(certificate), ==, 2);
    https_certificate_release(certificate, 8);
    g_assert_cmpuint(https_certificate_retired(certificate), ==, 0);
    https_certificate_free(certificate);
}

/* Renewed again and again under handshakes of all kinds; AddressSanitizer watches the pairs. */
static void *
renew(void *data)
{
    for (guint i = 0; i < 50; i++) {
        g_assert_true(https_reload_certificate(data, NULL));
        g_usleep(3000);
    }
    return NULL;
}

FIXTURE_TEST(test_renewal_under_load)
{
    g_auto(Files) files = {0};
    pthread_t thread;
    start_tls(f, &files);
    g_assert_cmpint(pthread_create(&thread, NULL, renew, f->server), ==, 0);
    for (guint i = 0; i < 60; i++) {
        Peer peer = {0};
        g_assert_true(
            peer_handshake(&peer, f, i % 2 == 0 ? "NORMAL" : "NORMAL:-VERS-ALL:+VERS-TLS1.2"));
        g_assert_cmpuint(peer_post(&peer), ==, 201);
        peer_clear(&peer);
    }
    pthread_join(thread, NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/https/certificate/renewal", test_renewal);
    g_test_add_func("/https/certificate/broken-renewal", test_broken_renewal);
    g_test_add_func("/https/certificate/bad-files", test_bad_files);
    g_test_add_func("/https/certificate/combined-file", test_combined_file);
    g_test_add_func("/https/certificate/retired-pairs", test_retired_pairs);
    g_test_add_func("/https/certificate/renewal-under-load", test_renewal_under_load);
    return g_test_run();
}
