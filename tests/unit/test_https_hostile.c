/* Peers that are slow, gone, many, or not talking HTTP. */
#include "schema/limits.h"
#include "test_https_harness.h"

/* Sends TEXT at once, then one octet after the other well within the idle timeout, until the
 * server has enough of it. */
static void
drip(Fixture *f, const char *text)
{
    int fd = client_connect(f);
    guint octets = 0;
    g_assert_true(client_say(fd, text));
    while (octets < 300 && client_say(fd, "a")) {
        octets++;
        g_usleep(100000);
    }
    g_assert_cmpuint(octets, <, 300);
    close(fd);
}

FIXTURE_TEST(test_slow_body)
{
    f->options.timeout_seconds = 1;
    fixture_start(f);
    drip(f, SLOW_HEAD);
    g_assert_cmpuint(count_taken(f), ==, 0);
    g_assert_cmpuint(count_in_log(f, "127.0.0.1: cut, its request took too long"), ==, 1);
    assert_alive(f);
}

FIXTURE_TEST(test_slow_header)
{
    f->options.timeout_seconds = 1;
    fixture_start(f);
    drip(f, "POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\nX-Slow: ");
    assert_alive(f);
}

/* The second request of a connection gets no more time than the first. */
FIXTURE_TEST(test_slow_second_request)
{
    f->options.timeout_seconds = 1;
    fixture_start(f);
    g_autofree char *first = post_request(GOOD_REPORT);
    g_autofree char *both = g_strconcat(first, SLOW_HEAD, NULL);
    drip(f, both);
    g_assert_cmpuint(count_taken(f), ==, 1);
    assert_alive(f);
}

FIXTURE_TEST(test_silent)
{
    static const char *const starts[] = {"", "POST /v1/tls", SLOW_HEAD, SLOW_HEAD "{"};
    int fds[G_N_ELEMENTS(starts)];
    f->options.timeout_seconds = 1;
    fixture_start(f);
    for (guint i = 0; i < G_N_ELEMENTS(starts); i++) {
        fds[i] = client_begin(f, starts[i]);
    }
    for (guint i = 0; i < G_N_ELEMENTS(starts); i++) {
        g_assert_true(client_at_end(fds[i]));
        close(fds[i]);
    }
    assert_alive(f);
}

/* A commit may take longer than any timeout of the connection. */
FIXTURE_TEST(test_commit_has_no_deadline)
{
    f->options.timeout_seconds = 1;
    set_mode(f, SINK_HOLD);
    fixture_start(f);
    g_autofree char *request = post_request(GOOD_REPORT);
    int fd = client_begin(f, request);
    wait_taken(f, 1);
    g_usleep(6 * G_USEC_PER_SEC);
    release_held(f);
    g_auto(Answer) answer = client_read(fd);
    g_assert_cmpuint(answer.status, ==, 201);
    close(fd);
}

/* The deadline is that of a request, not of a connection in use. */
FIXTURE_TEST(test_long_keep_alive)
{
    f->options.timeout_seconds = 1;
    fixture_start(f);
    g_autofree char *request = post_request(GOOD_REPORT);
    int fd = client_connect(f);
    for (guint i = 0; i < 12; i++) {
        g_assert_true(client_say(fd, request));
        g_auto(Answer) answer = client_read(fd);
        g_assert_cmpuint(answer.status, ==, 201);
        g_usleep(500000);
    }
    close(fd);
}

FIXTURE_TEST(test_short_body)
{
    f->options.timeout_seconds = 1;
    fixture_start(f);
    for (guint i = 0; i < 20; i++) {
        int fd = client_begin(f, SLOW_HEAD GOOD_REPORT);
        close(fd);
    }
    /* Half-closed: what came is no whole request either. */
    int fd = client_begin(f, SLOW_HEAD GOOD_REPORT);
    shutdown(fd, SHUT_WR);
    g_assert_true(client_at_end(fd));
    close(fd);
    assert_alive(f);
    g_assert_cmpuint(count_taken(f), ==, 1);
}

/* A whole request whose sender will only read. */
FIXTURE_TEST(test_half_closed_after_request)
{
    set_mode(f, SINK_OTHER_THREAD);
    fixture_start(f);
    g_autofree char *request = post_request(GOOD_REPORT);
    int fd = client_begin(f, request);
    shutdown(fd, SHUT_WR);
    g_auto(Answer) answer = client_read(fd);
    g_assert_cmpuint(answer.status, ==, 201);
    close(fd);
}

/* The peer is gone when the commit comes. Orderly and with a reset. */
FIXTURE_TEST(test_gone_before_commit)
{
    set_mode(f, SINK_HOLD);
    fixture_start(f);
    g_autofree char *request = post_request(GOOD_REPORT);
    for (guint i = 0; i < 20; i++) {
        int fd = client_connect(f);
        struct linger reset = {.l_onoff = 1, .l_linger = 0};
        if (i % 2 == 1)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        g_assert_true(client_say(fd, request));
        wait_taken(f, i + 1);
        close(fd);
    }
    release_held(f);
    set_mode(f, SINK_NOW);
    assert_alive(f);
}

/* An answer that comes while the body is still on its way reaches the sender all the same. */
FIXTURE_TEST(test_refusal_is_read)
{
    g_autofree char *octets = g_malloc0(4000000);
    fixture_start(f);
    for (guint i = 0; i < 10; i++) {
        int fd = client_begin(f, "POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\n"
                                 "Content-Length: 20000000\r\n\r\n");
        g_assert_true(client_send(fd, octets, 4000000));
        g_auto(Answer) answer = client_read(fd);
        g_assert_cmpuint(answer.status, ==, 413);
        close(fd);
    }
    assert_alive(f);
}

FIXTURE_TEST(test_large_header)
{
    g_autofree char *padding = g_strnfill(100000, 'a');
    g_autofree char *one =
        g_strconcat("POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\nX: ", padding, "\r\n\r\n", NULL);
    g_autofree char *path = g_strconcat("POST /", padding, " HTTP/1.1\r\nHost: a\r\n\r\n", NULL);
    g_autoptr(GString) many = g_string_new("POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\n");
    for (guint i = 0; i < 10000; i++)
        g_string_append(many, "A: b\r\n");
    const char *const requests[] = {one, path, many->str};
    fixture_start(f);
    for (guint i = 0; i < G_N_ELEMENTS(requests); i++) {
        int fd = client_connect(f);
        /* The server may cut before it has all of it. */
        if (client_say(fd, requests[i])) {
            g_auto(Answer) answer = client_read(fd);
            g_assert_true(answer.status == 0 || (answer.status >= 400 && answer.status < 500));
        }
        close(fd);
    }
    g_assert_cmpuint(count_taken(f), ==, 0);
    assert_alive(f);
}

FIXTURE_TEST(test_garbage)
{
    GRand *random = g_rand_new_with_seed(20240301);
    fixture_start(f);
    for (guint i = 0; i < 300; i++) {
        char octets[700];
        gsize length = (gsize)g_rand_int_range(random, 1, sizeof octets);
        gsize keep = i % 3 == 0 ? 0 : (gsize)g_rand_int_range(random, 0, 60);
        /* A good start, then noise, so that every state of the parser meets it. */
        const char *start = "POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n";
        for (gsize j = 0; j < length; j++)
            octets[j] = (char)(j < keep ? start[j] : g_rand_int_range(random, 0, 256));
        int fd = client_connect(f);
        client_send(fd, octets, length);
        close(fd);
    }
    g_rand_free(random);
    assert_alive(f);
}

FIXTURE_TEST(test_many_at_once)
{
    enum { MANY = 200 };
    int fds[MANY];
    set_mode(f, SINK_OTHER_THREAD);
    fixture_start(f);
    g_autofree char *request = post_request(GOOD_REPORT);
    for (guint i = 0; i < MANY; i++)
        fds[i] = client_connect(f);
    for (guint i = 0; i < MANY; i++)
        g_assert_true(client_send(fds[i], request, 100));
    for (guint i = 0; i < MANY; i++)
        g_assert_true(client_say(fds[i], request + 100));
    for (guint i = 0; i < MANY; i++) {
        g_auto(Answer) answer = client_read(fds[i]);
        g_assert_cmpuint(answer.status, ==, 201);
        close(fds[i]);
    }
    g_assert_cmpuint(count_taken(f), ==, MANY);
    HttpsCounters counters;
    https_counters(f->server, &counters);
    g_assert_cmpuint(counters.stored, ==, MANY);
}

/* N requests become whole while the server does something else: it finds them all at once. */
static void
finish_at_once(Fixture *f, guint n)
{
    g_autofree char *request = post_request(GOOD_REPORT);
    g_autofree int *fds = g_new(int, n);
    HttpsCounters before, now;
    https_counters(f->server, &before);
    for (guint i = 0; i < n; i++) {
        fds[i] = client_connect(f);
        g_assert_true(client_send(fds[i], request, strlen(request) - 1));
    }
    wait_requests(f, before.requests + n);
    pthread_mutex_lock(&f->log_lock);
    int busy = client_begin(f, "GET /elsewhere HTTP/1.1\r\nHost: a\r\n\r\n");
    for (now = before; now.requests < before.requests + n + 1;)
        https_counters(f->server, &now);
    g_usleep(20000); /* from being counted to the line in the log */
    for (guint i = 0; i < n; i++)
        g_assert_true(client_say(fds[i], "}"));
    pthread_mutex_unlock(&f->log_lock);
    for (guint i = 0; i < n; i++) {
        g_auto(Answer) answer = client_read(fds[i]);
        g_assert_cmpuint(answer.status, ==, 201);
        close(fds[i]);
    }
    close(busy);
}

/* As many events as libmicrohttpd takes at once, after which it would sleep over them. */
FIXTURE_TEST(test_all_at_once)
{
    f->options.connections = 400;
    f->options.connections_per_address = 400;
    f->options.timeout_seconds = 3600; /* what it would sleep */
    fixture_start(f);
    for (guint n = 125; n < 131; n++)
        finish_at_once(f, n);
}

/* One address cannot have all the connections. */
FIXTURE_TEST(test_limit_of_an_address)
{
    int fds[3];
    f->options.connections_per_address = 3;
    fixture_start(f);
    g_autofree char *request = post_request(GOOD_REPORT);
    for (guint i = 0; i < G_N_ELEMENTS(fds); i++) {
        fds[i] = client_begin(f, request);
        g_auto(Answer) answer = client_read(fds[i]);
        g_assert_cmpuint(answer.status, ==, 201);
    }
    int fourth = client_connect(f);
    g_assert_true(client_at_end(fourth));
    close(fourth);
    wait_log(f, "127.0.0.1: refused, too many connections");
    for (guint i = 0; i < G_N_ELEMENTS(fds); i++)
        close(fds[i]);
    /* The server learns of the closed ones in its own time. */
    for (guint tries = 0; tries < 1000; tries++) {
        int fd = client_connect(f);
        gboolean sent = client_say(fd, request);
        g_auto(Answer) answer = {0};
        if (sent)
            answer = client_read(fd);
        close(fd);
        if (answer.status == 201)
            return;
        g_usleep(10000);
    }
    g_assert_not_reached();
}

/* Over the limit of all connections, the next wait in the queue of the kernel. */
FIXTURE_TEST(test_limit_of_all)
{
    int fds[6];
    f->options.connections = 2;
    fixture_start(f);
    g_autofree char *request = post_request(GOOD_REPORT);
    for (guint i = 0; i < 2; i++) {
        fds[i] = client_begin(f, request);
        g_auto(Answer) answer = client_read(fds[i]);
        g_assert_cmpuint(answer.status, ==, 201);
    }
    for (guint i = 2; i < G_N_ELEMENTS(fds); i++) {
        fds[i] = client_begin(f, request);
    }
    char c;
    g_usleep(200000);
    for (guint i = 2; i < G_N_ELEMENTS(fds); i++)
        g_assert_cmpint(recv(fds[i], &c, 1, MSG_DONTWAIT), ==, -1);
    for (guint i = 2; i < G_N_ELEMENTS(fds); i++) {
        close(fds[i - 2]);
        g_auto(Answer) answer = client_read(fds[i]);
        g_assert_cmpuint(answer.status, ==, 201);
    }
    close(fds[4]);
    close(fds[5]);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/https/hostile/slow-body", test_slow_body);
    g_test_add_func("/https/hostile/slow-header", test_slow_header);
    g_test_add_func("/https/hostile/slow-second-request", test_slow_second_request);
    g_test_add_func("/https/hostile/silent", test_silent);
    add_test("/https/hostile/commit-has-no-deadline", test_commit_has_no_deadline);
    g_test_add_func("/https/hostile/long-keep-alive", test_long_keep_alive);
    g_test_add_func("/https/hostile/short-body", test_short_body);
    add_test("/https/hostile/half-closed", test_half_closed_after_request);
    add_test("/https/hostile/gone-before-commit", test_gone_before_commit);
    g_test_add_func("/https/hostile/refusal-is-read", test_refusal_is_read);
    g_test_add_func("/https/hostile/large-header", test_large_header);
    g_test_add_func("/https/hostile/garbage", test_garbage);
    add_test("/https/hostile/many-at-once", test_many_at_once);
    add_test("/https/hostile/all-at-once", test_all_at_once);
    g_test_add_func("/https/hostile/limit-of-an-address", test_limit_of_an_address);
    g_test_add_func("/https/hostile/limit-of-all", test_limit_of_all);
    return g_test_run();
}
