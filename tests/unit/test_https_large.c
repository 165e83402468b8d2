/* Large bodies: they are judged and stored one after the other, and nobody else waits for them. */
#include "test_https_harness.h"

#include "schema/limits.h"

/* A whole request with a report that is larger than what is kept in memory. */
static char *
large_request(void)
{
    g_autofree char *spaces = g_strnfill(LIMIT_BODY_MEMORY_BYTES + 1000, ' ');
    g_autofree char *body = g_strconcat(GOOD_REPORT, spaces, NULL);
    return post_request(body);
}

static void
expect_status(int fd, unsigned status)
{
    g_auto(Answer) answer = client_read(fd);
    g_assert_cmpuint(answer.status, ==, status);
    if (status == 503)
        g_assert_nonnull(strstr(answer.head, "\r\nRetry-After: "));
    close(fd);
}

FIXTURE_TEST(test_one_after_the_other)
{
    BodyTurns *turns = body_turns_new();
    f->options.turns = turns;
    set_mode(f, SINK_HOLD);
    fixture_start(f);
    g_autofree char *large = large_request(), *small = post_request(GOOD_REPORT);
    int fds[3], others[2];
    for (guint i = 0; i < 3; i++)
        fds[i] = client_begin(f, large);
    wait_taken(f, 1);
    wait_requests(f, 3);
    for (guint i = 0; i < 2; i++) { /* one waits for its commit, two for their turn */
        others[i] = client_begin(f, small);
        wait_taken(f, 2 + i);
    }
    g_usleep(200000);
    g_assert_cmpuint(count_taken(f), ==, 3);
    for (guint i = 4; i <= 5; i++) {
        release_held(f);
        wait_taken(f, i);
        g_usleep(100000);
        g_assert_cmpuint(count_taken(f), ==, i);
    }
    release_held(f);
    for (guint i = 0; i < 3; i++)
        expect_status(fds[i], 201);
    for (guint i = 0; i < 2; i++)
        expect_status(others[i], 201);
    https_stop(f->server, 10);
    f->server = NULL;
    body_turns_free(turns);
}

/* Who is slow to send a large body keeps nobody waiting, not even those with large ones. */
FIXTURE_TEST(test_slow_sender)
{
    BodyTurns *turns = body_turns_new();
    f->options.turns = turns;
    fixture_start(f);
    g_autofree char *large = large_request(), *small = post_request(GOOD_REPORT);
    int slow[4];
    for (guint i = 0; i < G_N_ELEMENTS(slow); i++) {
        slow[i] = client_connect(f);
        g_assert_true(client_send(slow[i], large, strlen(large) - 10));
    }
    wait_requests(f, G_N_ELEMENTS(slow));
    expect_status(client_begin(f, large), 201);
    expect_status(client_begin(f, small), 201);
    for (guint i = 0; i < G_N_ELEMENTS(slow); i++) {
        g_assert_true(client_say(slow[i], large + strlen(large) - 10));
        expect_status(slow[i], 201);
    }
    https_stop(f->server, 10);
    f->server = NULL;
    body_turns_free(turns);
}

/* Who waits for a turn when the server stops may come again; nothing of it was taken. */
FIXTURE_TEST(test_stop)
{
    BodyTurns *turns = body_turns_new();
    f->options.turns = turns;
    set_mode(f, SINK_HOLD);
    fixture_start(f);
    g_autofree char *large = large_request();
    int fds[3];
    for (guint i = 0; i < 3; i++)
        fds[i] = client_begin(f, large);
    wait_taken(f, 1);
    wait_requests(f, 3);
    https_stop(f->server, 1);
    f->server = NULL;
    for (guint i = 0; i < 3; i++)
        expect_status(fds[i], 503);
    g_assert_cmpuint(count_taken(f), ==, 1);
    release_held(f);
    body_turns_free(turns);
}

FIXTURE_TEST(test_too_many)
{
    enum { ALL = LIMIT_LARGE_BODIES_WAITING + 3 };
    BodyTurns *turns = body_turns_new();
    f->options.turns = turns;
    f->options.connections = ALL + 1;
    set_mode(f, SINK_HOLD);
    fixture_start(f);
    g_autofree char *large = large_request();
    int fds[ALL];
    for (guint i = 0; i < ALL; i++)
        fds[i] = client_begin(f, large);
    wait_log(f, "503 unavailable");
    set_mode(f, SINK_NOW);
    release_held(f);
    guint taken = 0, refused = 0;
    for (guint i = 0; i < ALL; i++) {
        g_auto(Answer) answer = client_read(fds[i]);
        taken += answer.status == 201;
        refused += answer.status == 503;
        close(fds[i]);
    }
    g_assert_cmpuint(taken + refused, ==, ALL);
    g_assert_cmpuint(refused, >, 0);
    g_assert_cmpuint(taken, >=, LIMIT_LARGE_BODIES_WAITING);
    https_stop(f->server, 10);
    f->server = NULL;
    body_turns_free(turns);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_test("/https-large/one-after-the-other", test_one_after_the_other);
    add_test("/https-large/slow-sender", test_slow_sender);
    add_test("/https-large/stop", test_stop);
    add_test("/https-large/too-many", test_too_many);
    return g_test_run();
}
