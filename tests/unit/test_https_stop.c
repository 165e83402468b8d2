/* The end of the server: nothing acknowledged is lost, and nobody is kept waiting. */
#include "test_https_harness.h"

static gboolean
can_connect(const Fixture *f)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(https_port(f->server))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    gboolean connected = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return connected;
}

/* Nobody new; who waits for a commit gets the answer; on an open connection no new report. */
FIXTURE_TEST(test_drain)
{
    set_mode(f, SINK_HOLD);
    fixture_start(f);
    g_autofree char *request = post_request(GOOD_REPORT);
    int waiting = client_begin(f, request);
    wait_taken(f, 1);
    int uploading = client_connect(f);
    g_assert_true(client_send(uploading, request, strlen(request) - 1));
    int idle = client_begin(f, "GET");
    wait_requests(f, 2);

    https_drain(f->server);
    https_drain(f->server);
    g_assert_false(can_connect(f));
    g_assert_true(client_say(uploading, request + strlen(request) - 1));
    wait_taken(f, 2);
    release_held(f);
    const int stored[] = {waiting, uploading};
    for (guint i = 0; i < G_N_ELEMENTS(stored); i++) {
        g_auto(Answer) answer = client_read(stored[i]);
        g_assert_cmpuint(answer.status, ==, 201);
        g_assert_nonnull(strstr(answer.head, "\r\nConnection: close\r\n"));
        g_assert_true(client_at_end(stored[i]));
        close(stored[i]);
    }
    close(idle);
}

FIXTURE_TEST(test_drain_refuses_on_open_connection)
{
    fixture_start(f);
    g_autofree char *request = post_request(GOOD_REPORT);
    int fd = client_begin(f, request);
    g_auto(Answer) first = client_read(fd);
    g_assert_cmpuint(first.status, ==, 201);
    https_drain(f->server);
    g_assert_true(client_say(fd, request));
    g_auto(Answer) second = client_read(fd);
    g_assert_cmpuint(second.status, ==, 503);
    g_assert_nonnull(strstr(second.head, "\r\nRetry-After: 10\r\n"));
    g_assert_cmpuint(count_taken(f), ==, 1);
    close(fd);
}

/* The store does not answer in time: the sender is told to come again, and the late commit finds
 * nobody. */
FIXTURE_TEST(test_stop_without_commit)
{
    enum { WAITING = 5 };
    int fds[WAITING];
    set_mode(f, SINK_HOLD);
    fixture_start(f);
    g_autofree char *request = post_request(GOOD_REPORT);
    for (guint i = 0; i < WAITING; i++) {
        fds[i] = client_begin(f, request);
    }
    wait_taken(f, WAITING);
    int uploading = client_begin(f, SLOW_HEAD);
    wait_requests(f, WAITING + 1);
    https_stop(f->server, 0);
    f->server = NULL;
    for (guint i = 0; i < WAITING; i++) {
        g_auto(Answer) answer = client_read(fds[i]);
        g_assert_cmpuint(answer.status, ==, 503);
        g_assert_nonnull(strstr(answer.head, "\r\nRetry-After: 10\r\n"));
        close(fds[i]);
    }
    g_assert_true(client_at_end(uploading));
    close(uploading);
    release_held(f);
}

static void *
release_soon(void *data)
{
    g_usleep(300000);
    release_held(data);
    return NULL;
}

FIXTURE_TEST(test_stop_waits_for_commit)
{
    pthread_t thread;
    set_mode(f, SINK_HOLD);
    fixture_start(f);
    g_autofree char *request = post_request(GOOD_REPORT);
    int fd = client_begin(f, request);
    wait_taken(f, 1);
    g_assert_cmpint(pthread_create(&thread, NULL, release_soon, f), ==, 0);
    https_stop(f->server, 30);
    f->server = NULL;
    g_auto(Answer) answer = client_read(fd);
    g_assert_cmpuint(answer.status, ==, 201);
    pthread_join(thread, NULL);
    close(fd);
}

/* Stopped in full flight, again and again: no crash, and each 201 was taken. */
FIXTURE_TEST(test_stop_under_load)
{
    g_autofree char *request = post_request(GOOD_REPORT);
    set_mode(f, SINK_OTHER_THREAD);
    for (guint round = 0; round < 30; round++) {
        int fds[20];
        guint before = count_taken(f);
        guint stored = 0;
        fixture_start(f);
        for (guint i = 0; i < G_N_ELEMENTS(fds); i++) {
            fds[i] = client_connect(f);
            client_say(fds[i], request);
            client_say(fds[i], request);
        }
        g_usleep(round * 200);
        https_stop(f->server, round % 2);
        f->server = NULL;
        for (guint i = 0; i < G_N_ELEMENTS(fds); i++) {
            for (;;) {
                g_auto(Answer) answer = client_read(fds[i]);
                stored += answer.status == 201;
                if (answer.status == 0)
                    break;
            }
            close(fds[i]);
        }
        g_assert_cmpuint(stored, <=, count_taken(f) - before);
    }
    g_usleep(100000); /* for the last threads of the sink */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_test("/https/stop/drain", test_drain);
    add_test("/https/stop/drain-open-connection", test_drain_refuses_on_open_connection);
    add_test("/https/stop/without-commit", test_stop_without_commit);
    add_test("/https/stop/waits-for-commit", test_stop_waits_for_commit);
    add_test("/https/stop/under-load", test_stop_under_load);
    return g_test_run();
}
