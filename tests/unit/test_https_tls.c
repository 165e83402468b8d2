/* The server with a certificate: curl and GnuTLS as peers. */
#include "test_https_tls.h"
#include "schema/limits.h"

/* Runs curl with the arguments between the common ones and the address; its standard output. */
static char *
curl(const Fixture *f, const Files *files, const char *const *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    g_autofree char *url = g_strdup_printf("https://127.0.0.1:%u/v1/tlsrpt", https_port(f->server));
    const char *const common[] = {"curl",        "--silent",
                                  "--max-time",  "60",
                                  "--cacert",    files->certificate_file,
                                  "--output",    "/dev/null",
                                  "--write-out", "%{http_code} %{http_version}\n"};
    char *output = NULL;
    for (guint i = 0; i < G_N_ELEMENTS(common); i++)
        g_ptr_array_add(all, (gpointer)common[i]);
    for (guint i = 0; arguments[i] != NULL; i++)
        g_ptr_array_add(all, (gpointer)arguments[i]);
    g_ptr_array_add(all, url);
    g_ptr_array_add(all, NULL);
    g_autoptr(GSubprocess) process =
        g_subprocess_newv((const char *const *)all->pdata, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
    g_assert_no_error(error);
    g_assert_true(g_subprocess_communicate_utf8(process, NULL, NULL, &output, NULL, &error));
    return output;
}

FIXTURE_TEST(test_curl)
{
    g_auto(Files) files = {0};
    g_autofree char *program = g_find_program_in_path("curl");
    if (program == NULL) {
        g_test_skip("no curl here");
        return;
    }
    static const struct {
        const char *arguments[8];
        const char *output;
    } rows[] = {
        {{"--data-binary", GOOD_REPORT}, "201 1.1\n"},
        {{"--tlsv1.3", "--data-binary", GOOD_REPORT}, "201 1.1\n"},
        {{"--tls-max", "1.2", "--data-binary", GOOD_REPORT}, "201 1.1\n"},
        {{"--http1.0", "--data-binary", GOOD_REPORT}, "201 1.0\n"},
        {{"--header", "Transfer-Encoding: chunked", "--data-binary", GOOD_REPORT}, "201 1.1\n"},
        {{"--header", "Expect: 100-continue", "--data-binary", GOOD_REPORT}, "201 1.1\n"},
        {{"--data-binary", "not a report"}, "400 1.1\n"},
        {{NULL}, "405 1.1\n"},
        {{"--head"}, "405 1.1\n"},
        {{"--http2", "--data-binary", GOOD_REPORT}, "201 1.1\n"},
    };
    start_tls(f, &files);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *output = curl(f, &files, rows[i].arguments);
        /* An HTTP/1.0 request may be answered as 1.1 (RFC 9110 6.2). */
        g_assert_cmpmem(output, 4, rows[i].output, 4);
    }

    /* A large body, with and without waiting for 100 Continue, and one that is too large. */
    g_autofree char *large = g_build_filename(files.folder, "large", NULL);
    g_autofree char *data = g_strconcat("@", large, NULL);
    g_autofree char *spaces = g_strnfill(LIMIT_PAYLOAD_BYTES + 1, ' ');
    memcpy(spaces, GOOD_REPORT, strlen(GOOD_REPORT));
    for (guint i = 0; i < 4; i++) {
        const char *const arguments[] = {"--header", i % 2 == 0 ? "Expect:" : "X: y",
                                         "--data-binary", data, NULL};
        write_text(large, spaces, LIMIT_PAYLOAD_BYTES + i / 2);
        g_autofree char *output = curl(f, &files, arguments);
        g_assert_cmpstr(output, ==, i / 2 == 0 ? "201 1.1\n" : "413 1.1\n");
    }
    g_unlink(large);
}

FIXTURE_TEST(test_versions)
{
    g_auto(Files) files = {0};
    static const struct {
        const char *priorities;
        gboolean accepted;
    } rows[] = {
        {"NORMAL:-VERS-ALL:+VERS-TLS1.3", TRUE},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.2", TRUE},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.1:%COMPAT", FALSE},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.0:%COMPAT", FALSE},
    };
    start_tls(f, &files);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Peer peer = {0};
        g_assert_true(peer_handshake(&peer, f, rows[i].priorities) == rows[i].accepted);
        if (rows[i].accepted)
            g_assert_cmpuint(peer_post(&peer), ==, 201);
        peer_clear(&peer);
    }
}

FIXTURE_TEST(test_not_tls)
{
    g_auto(Files) files = {0};
    GRand *random = g_rand_new_with_seed(20240302);
    int open[20];
    f->options.timeout_seconds = 1;
    start_tls(f, &files);
    for (guint i = 0; i < 200; i++) {
        guint8 octets[400] = {0x16, 3, 1, 1, 0x80, 1, 0, 1, 0x7c, 3, 3};
        for (gsize j = i % 2 == 0 ? 0 : 11; j < sizeof octets; j++)
            octets[j] = (guint8)g_rand_int_range(random, 0, 256);
        int fd = client_connect(f);
        client_send(fd, octets, sizeof octets);
        close(fd);
    }
    g_rand_free(random);
    g_autofree char *plain = post_request(GOOD_REPORT);
    g_auto(Answer) answer = exchange(f, plain);
    g_assert_cmpuint(answer.status, ==, 0);

    /* A handshake that is begun and left, and one that drips. */
    for (guint i = 0; i < G_N_ELEMENTS(open); i++) {
        open[i] = client_connect(f);
        g_assert_true(client_send(open[i], "\x16\x03\x01\x02\x00\x01\x00", i % 8));
    }
    for (guint i = 0; i < 300 && client_send(open[0], "\x00", 1); i++)
        g_usleep(100000);
    for (guint i = 0; i < G_N_ELEMENTS(open); i++) {
        char c;
        while (recv(open[i], &c, 1, 0) > 0)
            continue;
        g_assert_true(client_at_end(open[i]));
        close(open[i]);
    }
    g_assert_cmpuint(count_taken(f), ==, 0);
    g_assert_cmpuint(serial_now(f), ==, 1);
}

/* The peer is gone while its commit is pending; and the server ends with one that waits. */
FIXTURE_TEST(test_gone_and_stop)
{
    g_auto(Files) files = {0};
    Peer gone = {0};
    Peer waiting = {0};
    g_autofree char *request = post_request(GOOD_REPORT);
    set_mode(f, SINK_HOLD);
    start_tls(f, &files);
    g_assert_true(peer_handshake(&gone, f, "NORMAL"));
    g_assert_cmpint(gnutls_record_send(gone.session, request, strlen(request)), >, 0);
    wait_taken(f, 1);
    peer_clear(&gone);
    release_held(f);
    g_assert_true(peer_handshake(&waiting, f, "NORMAL"));
    g_assert_cmpint(gnutls_record_send(waiting.session, request, strlen(request)), >, 0);
    wait_taken(f, 2);
    https_stop(f->server, 0);
    f->server = NULL;
    g_auto(Answer) answer = read_answer(read_peer, &waiting, TRUE);
    g_assert_cmpuint(answer.status, ==, 503);
    peer_clear(&waiting);
    release_held(f);
}

FIXTURE_TEST(test_many_at_once)
{
    enum { MANY = 200 };
    g_auto(Files) files = {0};
    g_autofree Peer *peers = g_new0(Peer, MANY);
    g_autofree char *request = post_request(GOOD_REPORT);
    set_mode(f, SINK_OTHER_THREAD);
    start_tls(f, &files);
    for (guint i = 0; i < MANY; i++)
        g_assert_true(peer_handshake(&peers[i], f, "NORMAL"));
    for (guint i = 0; i < MANY; i++)
        g_assert_cmpint(gnutls_record_send(peers[i].session, request, strlen(request)), >, 0);
    for (guint i = 0; i < MANY; i++) {
        g_auto(Answer) answer = read_answer(read_peer, &peers[i], TRUE);
        g_assert_cmpuint(answer.status, ==, 201);
        peer_clear(&peers[i]);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/https/tls/curl", test_curl);
    g_test_add_func("/https/tls/versions", test_versions);
    g_test_add_func("/https/tls/not-tls", test_not_tls);
    g_test_add_func("/https/tls/gone-and-stop", test_gone_and_stop);
    g_test_add_func("/https/tls/many-at-once", test_many_at_once);
    return g_test_run();
}
