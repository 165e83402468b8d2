/* test_https_harness.h: what the tests of ingest/https share: a sink whose timing and outcome the
 * test decides, a server on loopback, a client of raw octets.
 *
 * pthread and not GMutex, because ThreadSanitizer knows it.
 */
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ingest/https.h"

/* A report that has nothing wrong with it. */
#define GOOD_REPORT                                                                                \
    "{\"organization-name\":\"Sender Inc\",\"date-range\":{\"start-datetime\":"                    \
    "\"2024-03-01T00:00:00Z\",\"end-datetime\":\"2024-03-01T23:59:59Z\"},\"contact-info\":"        \
    "\"tls@sender.example\",\"report-id\":\"2024-03-01-a.example\",\"policies\":[{\"policy\":{"    \
    "\"policy-type\":\"sts\",\"policy-string\":[\"version: STSv1\",\"mode: testing\","             \
    "\"mx: mx.a.example\",\"max_age: 86400\"],\"policy-domain\":\"a.example\",\"mx-host\":["       \
    "\"mx.a.example\"]},\"summary\":{\"total-successful-session-count\":3,"                        \
    "\"total-failure-session-count\":0}}]}"

/* A request that stops after its header. */
#define SLOW_HEAD "POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n"

typedef enum { SINK_NOW, SINK_OTHER_THREAD, SINK_HOLD } SinkMode;

typedef struct {
    SinkDone done;
    gpointer data;
    Outcome outcome;
} Held;

typedef struct {
    SinkMode mode;
    int outcomes[4]; /* for items in turn; -1: STORED, or what the judge said */
    pthread_mutex_t lock;
    pthread_cond_t taken_one;
    guint taken;
    GQueue held; /* of Held */
    char *last_source;
} FakeSink;

typedef struct {
    FakeSink fake;
    Sink sink;
    IntakeRules rules;
    HttpsOptions options;
    HttpsServer *server;
    pthread_mutex_t log_lock;
    GString *log;
} Fixture;

static void *
done_in_thread(void *data)
{
    Held *held = data;
    g_usleep(2000);
    held->done(held->data, held->outcome, "r7");
    g_free(held);
    return NULL;
}

static void
fake_take(gpointer self, Judged *item, SinkDone done, gpointer done_data)
{
    FakeSink *fake = self;
    pthread_mutex_lock(&fake->lock);
    SinkMode mode = fake->mode; /* the test may change it as soon as the lock is free */
    int forced = fake->outcomes[fake->taken % G_N_ELEMENTS(fake->outcomes)];
    Outcome outcome = forced < 0 ? item->outcome : (Outcome)forced;
    fake->taken++;
    g_free(fake->last_source);
    fake->last_source = g_strdup(item->source);
    Held *held = g_new(Held, 1);
    *held = (Held){done, done_data, outcome};
    if (mode == SINK_HOLD)
        g_queue_push_tail(&fake->held, held);
    pthread_cond_broadcast(&fake->taken_one);
    pthread_mutex_unlock(&fake->lock);
    judged_free(item);

    pthread_t thread;
    if (mode == SINK_NOW) {
        done(done_data, outcome, "r7");
        g_free(held);
    } else if (mode == SINK_OTHER_THREAD) {
        g_assert_cmpint(pthread_create(&thread, NULL, done_in_thread, held), ==, 0);
        pthread_detach(thread);
    }
}

static G_GNUC_UNUSED void
set_mode(Fixture *f, SinkMode mode)
{
    pthread_mutex_lock(&f->fake.lock);
    f->fake.mode = mode;
    pthread_mutex_unlock(&f->fake.lock);
}

/* Waits until N items were taken in all. */
static G_GNUC_UNUSED void
wait_taken(Fixture *f, guint n)
{
    pthread_mutex_lock(&f->fake.lock);
    while (f->fake.taken < n)
        pthread_cond_wait(&f->fake.taken_one, &f->fake.lock);
    pthread_mutex_unlock(&f->fake.lock);
}

static G_GNUC_UNUSED guint
count_taken(Fixture *f)
{
    pthread_mutex_lock(&f->fake.lock);
    guint n = f->fake.taken;
    pthread_mutex_unlock(&f->fake.lock);
    return n;
}

/* Commits all that is held. */
static G_GNUC_UNUSED void
release_held(Fixture *f)
{
    pthread_mutex_lock(&f->fake.lock);
    GQueue held = f->fake.held;
    g_queue_init(&f->fake.held);
    pthread_mutex_unlock(&f->fake.lock);
    for (Held *one; (one = g_queue_pop_head(&held)) != NULL;) {
        one->done(one->data, one->outcome, "r7");
        g_free(one);
    }
}

static void
keep_log(gpointer data, const char *line)
{
    Fixture *f = data;
    for (const char *p = line; *p != '\0'; p++)
        g_assert_false(g_ascii_iscntrl(*p));
    pthread_mutex_lock(&f->log_lock);
    g_string_append_printf(f->log, "%s\n", line);
    pthread_mutex_unlock(&f->log_lock);
}

/* Waits until the headers of N requests were read in all. */
static G_GNUC_UNUSED void
wait_requests(const Fixture *f, guint n)
{
    for (HttpsCounters counters = {0}; counters.requests < n; g_usleep(1000))
        https_counters(f->server, &counters);
}

/* How often TEXT stands in the log. */
static G_GNUC_UNUSED guint
count_in_log(Fixture *f, const char *text)
{
    guint n = 0;
    pthread_mutex_lock(&f->log_lock);
    for (const char *p = f->log->str; (p = strstr(p, text)) != NULL; p += strlen(text))
        n++;
    pthread_mutex_unlock(&f->log_lock);
    return n;
}

/* For lines that are written after the peer has seen their cause. */
static G_GNUC_UNUSED void
wait_log(Fixture *f, const char *text)
{
    for (guint tries = 0; count_in_log(f, text) == 0; tries++) {
        g_assert_cmpuint(tries, <, 10000);
        g_usleep(1000);
    }
}

static G_GNUC_UNUSED void
fixture_start(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    f->server = https_start(&f->options, &f->rules, &f->sink, keep_log, f, &error);
    g_assert_no_error(error);
    g_assert_nonnull(f->server);
    g_assert_cmpuint(https_port(f->server), >, 0);
}

#define WITH_JUDGES "/judges"

static void
fixture_prepare(Fixture *f)
{
    gboolean judges = g_str_has_suffix(g_test_get_path(), WITH_JUDGES);
    *f = (Fixture){
        .options = {.listen = "127.0.0.1:0",
                    .listen_fd = -1,
                    .path = "/v1/tlsrpt",
                    .judges = judges ? 3 : 0},
        .rules = {.minimum = TRUST_UNAUTHENTICATED},
        .fake = {.outcomes = {-1, -1, -1, -1}},
    };
    pthread_mutex_init(&f->fake.lock, NULL);
    pthread_mutex_init(&f->log_lock, NULL);
    pthread_cond_init(&f->fake.taken_one, NULL);
    g_queue_init(&f->fake.held);
    f->log = g_string_new(NULL);
    f->sink = (Sink){.take = fake_take, .self = &f->fake};
}

static void
fixture_clear(Fixture *f)
{
    https_stop(f->server, 10);
    pthread_mutex_destroy(&f->fake.lock);
    pthread_mutex_destroy(&f->log_lock);
    pthread_cond_destroy(&f->fake.taken_one);
    g_free(f->fake.last_source);
    g_string_free(f->log, TRUE);
}

static G_GNUC_UNUSED int
client_connect(const Fixture *f)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(https_port(f->server))};
    struct timeval patience = {.tv_sec = 30};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(fd, >=, 0);
    /* A test must fail rather than hang. */
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
    return fd;
}

/* FALSE when the server has cut the connection. */
static G_GNUC_UNUSED gboolean
client_send(int fd, const void *data, gsize length)
{
    const char *p = data;
    while (length > 0) {
        ssize_t n = send(fd, p, length, MSG_NOSIGNAL);
        if (n <= 0)
            return FALSE;
        p += n;
        length -= (gsize)n;
    }
    return TRUE;
}

static G_GNUC_UNUSED gboolean
client_say(int fd, const char *text)
{
    return client_send(fd, text, strlen(text));
}

/* A new connection on which TEXT has been sent. */
static G_GNUC_UNUSED int
client_begin(const Fixture *f, const char *text)
{
    int fd = client_connect(f);
    g_assert_true(client_say(fd, text));
    return fd;
}

typedef struct {
    unsigned status; /* 0: the connection ended instead */
    char *head;
    char *body;
} Answer;

static void
answer_clear(Answer *answer)
{
    g_free(answer->head);
    g_free(answer->body);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answer, answer_clear)

typedef ssize_t (*ReadFunction)(gpointer from, void *buffer, size_t size);

/* One answer, octet by octet up to the end of its head so that pipelined ones stay apart. */
static G_GNUC_UNUSED Answer
read_answer(ReadFunction get, gpointer from, gboolean has_body)
{
    Answer answer = {0};
    g_autoptr(GString) head = g_string_new(NULL);
    char c;
    while (!g_str_has_suffix(head->str, "\r\n\r\n")) {
        ssize_t n = get(from, &c, 1);
        if (n <= 0)
            return answer;
        g_string_append_c(head, c);
    }
    answer.status = (unsigned)g_ascii_strtoull(head->str + strlen("HTTP/1.1 "), NULL, 10);
    const char *length_field = strstr(head->str, "Content-Length: ");
    gsize length = length_field == NULL || !has_body
                       ? 0
                       : g_ascii_strtoull(length_field + strlen("Content-Length: "), NULL, 10);
    answer.body = g_malloc0(length + 1);
    for (gsize done = 0; done < length;) {
        ssize_t n = get(from, answer.body + done, length - done);
        if (n <= 0)
            break;
        done += (gsize)n;
    }
    answer.head = g_string_free(g_steal_pointer(&head), FALSE);
    return answer;
}

static G_GNUC_UNUSED ssize_t
read_fd(gpointer from, void *buffer, size_t size)
{
    return recv(GPOINTER_TO_INT(from), buffer, size, 0);
}

static G_GNUC_UNUSED Answer
client_read(int fd)
{
    return read_answer(read_fd, GINT_TO_POINTER(fd), TRUE);
}

static G_GNUC_UNUSED gboolean
client_at_end(int fd)
{
    char c;
    ssize_t n = recv(fd, &c, 1, 0);
    return n == 0 || (n < 0 && errno == ECONNRESET);
}

/* A whole request with BODY. */
static G_GNUC_UNUSED char *
post_request(const char *body)
{
    return g_strdup_printf("POST /v1/tlsrpt HTTP/1.1\r\nHost: localhost\r\n"
                           "Content-Type: application/tlsrpt+json\r\nContent-Length: %zu\r\n\r\n%s",
                           strlen(body), body);
}

/* One request on a connection of its own. */
static G_GNUC_UNUSED Answer
exchange(const Fixture *f, const char *request)
{
    int fd = client_connect(f);
    g_assert_true(client_say(fd, request));
    Answer answer = read_answer(read_fd, GINT_TO_POINTER(fd), !g_str_has_prefix(request, "HEAD"));
    close(fd);
    return answer;
}

static G_GNUC_UNUSED Answer
post(const Fixture *f, const char *body)
{
    g_autofree char *request = post_request(body);
    return exchange(f, request);
}

/* The server still takes a report. */
static G_GNUC_UNUSED void
assert_alive(Fixture *f)
{
    g_auto(Answer) answer = post(f, GOOD_REPORT);
    g_assert_cmpuint(answer.status, ==, 201);
}

#define FIXTURE_TEST(name)                                                                         \
    static void name##_body(Fixture *f);                                                           \
    static void name(void)                                                                         \
    {                                                                                              \
        Fixture f;                                                                                 \
        fixture_prepare(&f);                                                                       \
        name##_body(&f);                                                                           \
        fixture_clear(&f);                                                                         \
    }                                                                                              \
    static void name##_body(Fixture *f)

/* FUNC twice: with one thread that does all, and with some that judge. */
static G_GNUC_UNUSED void
add_test(const char *path, GTestFunc func)
{
    g_autofree char *judges = g_strconcat(path, WITH_JUDGES, NULL);
    g_test_add_func(path, func);
    g_test_add_func(judges, func);
}
