#include <gio/gio.h>

#include "ingest/tcp_listen.h"
#include "test_https_harness.h"

static void
test_forms(void)
{
    static const char *const good[] = {"127.0.0.1:0", "127.1.2.3:0", ":0", "0.0.0.0:0"};
    for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(GError) error = NULL;
        int fd = tcp_listen_open(good[i], NULL, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(tcp_listen_port(fd), >, 0);
        close(fd);
    }
}

static void
test_not_an_address(void)
{
    static const char *const bad[] = {
        "",       "443",     "localhost:443", "127.0.0.1",       "127.0.0.1:",      "127.0.0.1:x",
        "::1:80", "[::1]80", "[127.0.0.1:80", "127.0.0.1:65536", "127.0.0.1:-1",    "999.1.1.1:80",
        "[]:80",  "[::g]:1", "1.2.3.4:80:80", "http://[::1]:80", "127.0.0.1:80abc",
    };
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_cmpint(tcp_listen_open(bad[i], NULL, &error), ==, -1);
        g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull(strstr(error->message, bad[i]));
    }
}

/* Reports must not cross a network in the clear because a line was left out. */
static void
test_plain_is_loopback_only(void)
{
    static const char *const open[] = {"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:80",
                                       "[2001:db8::1]:80"};
    for (guint i = 0; i < G_N_ELEMENTS(open); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_cmpint(tcp_listen_open(open[i], "loopback only", &error), ==, -1);
        g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull(strstr(error->message, open[i]));
        g_assert_true(g_str_has_suffix(error->message, ": loopback only"));
    }
    g_autoptr(GError) error = NULL;
    int fd = tcp_listen_open("127.0.0.1:0", "loopback only", &error);
    g_assert_no_error(error);
    close(fd);

    fd = tcp_listen_open("0.0.0.0:0", NULL, &error);
    g_assert_no_error(error);
    g_assert_false(tcp_listen_check(fd, "loopback only", &error));
    g_assert_nonnull(strstr(error->message, "loopback only"));
    close(fd);
}

static void
test_in_use(void)
{
    g_autoptr(GError) error = NULL;
    int fd = tcp_listen_open("127.0.0.1:0", "loopback only", &error);
    g_autofree char *listen = g_strdup_printf("127.0.0.1:%u", tcp_listen_port(fd));
    g_assert_cmpint(tcp_listen_open(listen, "loopback only", &error), ==, -1);
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
    g_assert_nonnull(strstr(error->message, listen));
    close(fd);
}

static void
test_inherited_must_listen(void)
{
    g_autoptr(GError) error = NULL;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_false(tcp_listen_check(fd, NULL, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    close(fd);
    g_clear_error(&error);
    g_assert_false(tcp_listen_check(fd, NULL, &error));
    g_assert_nonnull(error);
}

static int
open_loopback(int family)
{
    g_autoptr(GError) error = NULL;
    int fd = tcp_listen_open(family == AF_INET6 ? "[::1]:0" : "127.0.0.1:0", "loopback only", &error);
    if (fd < 0 && family == AF_INET6)
        return -1;
    g_assert_no_error(error);
    return fd;
}

/* As with systemd: the server takes over a socket that somebody else opened, and another
 * descriptor of it goes on listening after the server has stopped. */
FIXTURE_TEST(test_inherited)
{
    int fd = open_loopback(AF_INET);
    int shared = dup(fd);
    f->options.listen = NULL;
    f->options.listen_fd = fd;
    fixture_start(f);
    g_assert_cmpuint(https_port(f->server), ==, tcp_listen_port(shared));
    assert_alive(f);
    int client = -1;
    https_drain(f->server);
    client = client_connect(f);
    int accepted = accept(shared, NULL, NULL);
    if (accepted < 0) { /* non-blocking, as its twin: the handshake may be a moment late */
        g_usleep(100000);
        accepted = accept(shared, NULL, NULL);
    }
    g_assert_cmpint(accepted, >=, 0);
    close(accepted);
    close(client);
    close(shared);
}

FIXTURE_TEST(test_ipv6)
{
    int fd = open_loopback(AF_INET6);
    if (fd < 0) {
        g_test_skip("no IPv6 here");
        return;
    }
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    f->options.listen_fd = fd;
    fixture_start(f);
    address.sin6_port = htons(https_port(f->server));
    int client = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(connect(client, (struct sockaddr *)&address, sizeof address), ==, 0);
    g_autofree char *request = post_request(GOOD_REPORT);
    g_assert_true(client_say(client, request));
    g_auto(Answer) answer = client_read(client);
    g_assert_cmpuint(answer.status, ==, 201);
    g_assert_cmpstr(f->fake.last_source, ==, "::1");
    close(client);
}

FIXTURE_TEST(test_bad_options)
{
    g_autoptr(GError) error = NULL;
    f->options.path = "v1/tlsrpt";
    g_assert_null(https_start(&f->options, &f->rules, &f->sink, keep_log, f, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "v1/tlsrpt"));
    g_clear_error(&error);
    f->options.path = NULL;
    f->options.listen = NULL;
    g_assert_null(https_start(&f->options, &f->rules, &f->sink, keep_log, f, &error));
    g_assert_nonnull(error);
    g_clear_error(&error);
    /* A socket that was given stays the caller's when the start fails. */
    f->options.path = "x";
    f->options.listen_fd = open_loopback(AF_INET);
    g_assert_null(https_start(&f->options, &f->rules, &f->sink, keep_log, f, &error));
    g_assert_cmpuint(tcp_listen_port(f->options.listen_fd), >, 0);
    close(f->options.listen_fd);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/https/listen/forms", test_forms);
    g_test_add_func("/https/listen/not-an-address", test_not_an_address);
    g_test_add_func("/https/listen/plain-is-loopback-only", test_plain_is_loopback_only);
    g_test_add_func("/https/listen/in-use", test_in_use);
    g_test_add_func("/https/listen/inherited-must-listen", test_inherited_must_listen);
    g_test_add_func("/https/listen/inherited", test_inherited);
    g_test_add_func("/https/listen/ipv6", test_ipv6);
    g_test_add_func("/https/listen/bad-options", test_bad_options);
    return g_test_run();
}
