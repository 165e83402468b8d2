/* The life of a request: what is refused when, what is answered after which outcome. */
#include <jansson.h>
#include <zip.h>

#include "schema/limits.h"
#include "test_https_harness.h"

static json_t *
load_body(const Answer *answer)
{
    json_error_t error;
    json_t *document = json_loads(answer->body, 0, &error);
    g_assert_nonnull(document);
    return document;
}

static void
assert_outcome(const Answer *answer, const char *outcome)
{
    json_t *document = load_body(answer);
    g_assert_cmpstr(json_string_value(json_object_get(document, "outcome")), ==, outcome);
    json_decref(document);
}

/* DESIGN section 4, for each way in which a sink may be done. */
FIXTURE_TEST(test_receipts)
{
    static const struct {
        Outcome outcome;
        unsigned status;
    } rows[] = {
        {OUTCOME_STORED, 201},      {OUTCOME_DUPLICATE, 200}, {OUTCOME_DEFECTIVE, 400},
        {OUTCOME_FOREIGN, 403},     {OUTCOME_UNTRUSTED, 403}, {OUTCOME_TOO_LARGE, 413},
        {OUTCOME_UNAVAILABLE, 503},
    };
    fixture_start(f);
    for (guint i = 0; i < 2 * G_N_ELEMENTS(rows); i++) {
        Outcome outcome = rows[i / 2].outcome;
        set_mode(f, i % 2 == 0 ? SINK_NOW : SINK_OTHER_THREAD);
        for (guint j = 0; j < G_N_ELEMENTS(f->fake.outcomes); j++)
            f->fake.outcomes[j] = (int)outcome;
        g_auto(Answer) answer = post(f, GOOD_REPORT);
        g_assert_cmpuint(answer.status, ==, rows[i / 2].status);
        assert_outcome(&answer, receipt_for(outcome)->word);
        g_assert_nonnull(strstr(answer.head, "\r\nCache-Control: no-store\r\n"));
        g_assert_nonnull(strstr(answer.head, "\r\nX-Content-Type-Options: nosniff\r\n"));
        gboolean retry = strstr(answer.head, "\r\nRetry-After: 60\r\n") != NULL;
        g_assert_true(retry == (answer.status == 503));
        g_assert_nonnull(strstr(answer.head, answer.status < 300
                                                 ? "\r\nContent-Type: application/json\r\n"
                                                 : "\r\nContent-Type: application/problem+json"));
        if (answer.status < 300)
            g_assert_nonnull(strstr(answer.body, "\"reference\":\"r7\""));
    }
    HttpsCounters counters;
    https_counters(f->server, &counters);
    g_assert_cmpuint(counters.requests, ==, 2 * G_N_ELEMENTS(rows));
    g_assert_cmpuint(counters.stored, ==, 2);
    g_assert_cmpuint(counters.duplicate, ==, 2);
    g_assert_cmpuint(counters.refused, ==, 8);
    g_assert_cmpuint(counters.unavailable, ==, 2);
    g_assert_cmpuint(count_in_log(f, "127.0.0.1: 503 unavailable: "), ==, 2);
}

/* The bytes are handed to the sink as a report of this peer. */
FIXTURE_TEST(test_origin)
{
    fixture_start(f);
    assert_alive(f);
    g_assert_cmpuint(count_taken(f), ==, 1);
    g_assert_cmpstr(f->fake.last_source, ==, "127.0.0.1");
}

FIXTURE_TEST(test_defect_is_explained)
{
    fixture_start(f);
    g_auto(Answer) answer = post(f, "{\"organization-name\":\"\x1b[2J\",\"report-id\":1}");
    g_assert_cmpuint(answer.status, ==, 400);
    json_t *problem = load_body(&answer);
    g_assert_cmpstr(json_string_value(json_object_get(problem, "type")), ==, "about:blank");
    g_assert_cmpstr(json_string_value(json_object_get(problem, "title")), ==, "Bad Request");
    g_assert_cmpint(json_integer_value(json_object_get(problem, "status")), ==, 400);
    g_assert_cmpuint(strlen(json_string_value(json_object_get(problem, "detail"))), >, 10);
    const json_t *first = json_array_get(json_object_get(problem, "findings"), 0);
    g_assert_cmpstr(json_string_value(json_object_get(first, "kind")), ==, "defect");
    json_decref(problem);
    g_assert_cmpuint(count_in_log(f, "127.0.0.1: 400 defective: "), ==, 1);
    g_auto(Answer) empty = post(f, "");
    g_assert_cmpuint(empty.status, ==, 400);
}

/* One answer for several reports: what has to come again, then what the sender can mend. */
FIXTURE_TEST(test_worst_of_several)
{
    zip_error_t error;
    zip_source_t *archive = zip_source_buffer_create(NULL, 0, 0, &error);
    g_assert_nonnull(archive);
    zip_source_keep(archive);
    zip_t *zip = zip_open_from_source(archive, ZIP_TRUNCATE, &error);
    g_assert_nonnull(zip);
    for (guint i = 0; i < 4; i++) {
        char name[] = "0.json";
        name[0] = (char)('0' + i);
        zip_source_t *entry = zip_source_buffer(zip, GOOD_REPORT, strlen(GOOD_REPORT), 0);
        g_assert_cmpint(zip_file_add(zip, name, entry, 0), >=, 0);
    }
    g_assert_cmpint(zip_close(zip), ==, 0);
    zip_stat_t status;
    zip_source_open(archive);
    zip_source_stat(archive, &status);
    g_autofree char *octets = g_malloc(status.size);
    zip_source_read(archive, octets, status.size);
    zip_source_close(archive);
    zip_source_free(archive);
    g_autofree char *head = g_strdup_printf("POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\n"
                                            "Content-Length: %zu\r\n\r\n",
                                            (gsize)status.size);
    static const struct {
        int outcomes[4];
        unsigned status;
    } rows[] = {
        {{OUTCOME_STORED, OUTCOME_STORED, OUTCOME_STORED, OUTCOME_STORED}, 201},
        {{OUTCOME_DUPLICATE, OUTCOME_STORED, OUTCOME_DUPLICATE, OUTCOME_DUPLICATE}, 201},
        {{OUTCOME_DUPLICATE, OUTCOME_DUPLICATE, OUTCOME_DUPLICATE, OUTCOME_DUPLICATE}, 200},
        {{OUTCOME_STORED, OUTCOME_FOREIGN, OUTCOME_DEFECTIVE, OUTCOME_STORED}, 400},
        {{OUTCOME_UNAVAILABLE, OUTCOME_FOREIGN, OUTCOME_DEFECTIVE, OUTCOME_STORED}, 503},
    };
    fixture_start(f);
    for (guint i = 0; i < 2 * G_N_ELEMENTS(rows); i++) {
        set_mode(f, i % 2 == 0 ? SINK_NOW : SINK_OTHER_THREAD);
        memcpy(f->fake.outcomes, rows[i / 2].outcomes, sizeof f->fake.outcomes);
        int fd = client_connect(f);
        g_assert_true(client_say(fd, head) && client_send(fd, octets, status.size));
        g_auto(Answer) answer = client_read(fd);
        g_assert_cmpuint(answer.status, ==, rows[i / 2].status);
        g_assert_cmpuint(count_taken(f), ==, 4 * (i + 1));
        close(fd);
    }
}

/* Refused by the header alone: no body is sent, no 100 Continue comes, nothing reaches the sink. */
FIXTURE_TEST(test_refused_by_header)
{
    static const struct {
        const char *request;
        unsigned status;
        const char *outcome;
    } rows[] = {
        {"GET /v1/tlsrpt HTTP/1.1\r\nHost: a\r\n\r\n", 405, "not-post"},
        {"HEAD /v1/tlsrpt HTTP/1.1\r\nHost: a\r\n\r\n", 405, NULL},
        {"OPTIONS /v1/tlsrpt HTTP/1.1\r\nHost: a\r\n\r\n", 405, "not-post"},
        {"PUT /v1/tlsrpt/ HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n", 405, "not-post"},
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 404, "unknown-path"},
        {"POST /v1/tlsrptx HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n", 404, "unknown-path"},
        {"POST /v1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n", 404, "unknown-path"},
        {"POST /v1/tlsrpt// HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n", 404, "unknown-path"},
        {"POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\n\r\n", 411, "length-required"},
        {"POST /v1/tlsrpt HTTP/1.0\r\n\r\n", 411, "length-required"},
        {"POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\nContent-Length: 10485761\r\n"
         "Expect: 100-continue\r\n\r\n",
         413, "too-large"},
        {"POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551615\r\n\r\n", 413,
         "too-large"},
        {"POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501,
         "not-understood"},
        {"POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501,
         "not-understood"},
        {"POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
         "Content-Length: 3\r\n\r\n",
         400, "not-understood"},
        {"POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
         "Transfer-Encoding: chunked\r\n\r\n",
         400, "not-understood"},
        {"POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
         "Content-Length: 4\r\n\r\n",
         400, "not-understood"},
        {"POST /v1/tlsrpt HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "not-understood"},
    };
    fixture_start(f);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Answer) answer = exchange(f, rows[i].request);
        g_assert_cmpuint(answer.status, ==, rows[i].status);
        g_assert_true((answer.status == 405) ==
                      (strstr(answer.head, "\r\nAllow: POST\r\n") != NULL));
        if (rows[i].outcome != NULL)
            assert_outcome(&answer, rows[i].outcome);
    }
    g_assert_cmpuint(count_taken(f), ==, 0);
    HttpsCounters counters;
    https_counters(f->server, &counters);
    g_assert_cmpuint(counters.refused, ==, G_N_ELEMENTS(rows));
    assert_alive(f);
}

/* What libmicrohttpd refuses by itself must not get to us either. */
FIXTURE_TEST(test_malformed)
{
    static const char *const requests[] = {
        "POST /v1/tlsrpt HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", /* no Host */
        "POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n{}",
        "POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\nContent-Length: 2, 2\r\n\r\n{}",
        "POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "fffffffffffffffff\r\n",
        "POST /v1/tlsrpt HTTP/1.1\r\nHost a\r\n\r\n",
    };
    fixture_start(f);
    for (guint i = 0; i < G_N_ELEMENTS(requests); i++) {
        g_auto(Answer) answer = exchange(f, requests[i]);
        g_assert_true(answer.status == 0 || (answer.status >= 400 && answer.status < 500));
    }
    g_assert_cmpuint(count_taken(f), ==, 0);
    assert_alive(f);
}

FIXTURE_TEST(test_path_is_tolerant)
{
    static const char *const paths[] = {"/v1/tlsrpt", "/v1/tlsrpt/", "/v1/tlsrpt?token=1",
                                        "/v1/tlsrpt/?a=b&c"};
    f->options.path = "/v1/tlsrpt/";
    fixture_start(f);
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *request =
            g_strdup_printf("POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n%s",
                            paths[i], strlen(GOOD_REPORT), GOOD_REPORT);
        g_auto(Answer) answer = exchange(f, request);
        g_assert_cmpuint(answer.status, ==, 201);
    }
}

/* RFC 8460 5.4: the label is only a SHOULD, so the bytes decide. */
FIXTURE_TEST(test_labels_do_not_matter)
{
    static const char *const fields[] = {
        "",
        "Content-Type: text/html\r\n",
        "Content-Type: multipart/form-data; boundary=x\r\n",
        "Content-Type: application/tlsrpt+gzip\r\nContent-Encoding: gzip\r\n",
        "Content-Type:\r\nContent-Encoding: br\r\n",
    };
    fixture_start(f);
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_autofree char *request = g_strdup_printf(
            "POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\n%sContent-Length: %zu\r\n\r\n%s", fields[i],
            strlen(GOOD_REPORT), GOOD_REPORT);
        g_auto(Answer) answer = exchange(f, request);
        g_assert_cmpuint(answer.status, ==, 201);
    }
}

FIXTURE_TEST(test_expect_continue)
{
    fixture_start(f);
    int fd = client_connect(f);
    g_autofree char *head = g_strdup_printf("POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\n"
                                            "Expect: 100-continue\r\nContent-Length: %zu\r\n\r\n",
                                            strlen(GOOD_REPORT));
    g_assert_true(client_say(fd, head));
    g_auto(Answer) go_on = client_read(fd);
    g_assert_cmpuint(go_on.status, ==, 100);
    g_assert_true(client_say(fd, GOOD_REPORT));
    g_auto(Answer) answer = client_read(fd);
    g_assert_cmpuint(answer.status, ==, 201);
    close(fd);
}

FIXTURE_TEST(test_chunked)
{
    fixture_start(f);
    g_autoptr(GString) request = g_string_new("POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\n"
                                              "Transfer-Encoding: chunked\r\n\r\n");
    for (const char *p = GOOD_REPORT; *p != '\0';) {
        int n = (int)MIN(strlen(p), 7);
        g_string_append_printf(request, "%x;extension=1\r\n%.*s\r\n", (guint)n, n, p);
        p += n;
    }
    g_string_append(request, "0\r\nTrailer: yes\r\n\r\n");
    g_auto(Answer) answer = exchange(f, request->str);
    g_assert_cmpuint(answer.status, ==, 201);
}

static gboolean
send_chunk(int fd, gsize size)
{
    g_autofree char *octets = g_malloc(size + 2);
    char head[32];
    memset(octets, ' ', size);
    memcpy(octets + size, "\r\n", 2);
    g_snprintf(head, sizeof head, "%zx\r\n", size);
    return client_say(fd, head) && client_send(fd, octets, size + 2);
}

/* Larger than told: the rest is dropped, then the sender reads why; one that never stops is cut. */
FIXTURE_TEST(test_chunked_too_large)
{
    f->rules.payload_bytes = 100000;
    fixture_start(f);
    for (guint endless = 0; endless < 2; endless++) {
        int fd = client_begin(f, "POST /v1/tlsrpt HTTP/1.1\r\nHost: a\r\n"
                                 "Transfer-Encoding: chunked\r\n\r\n");
        gsize most = endless ? LIMIT_HTTPS_DISCARD_BYTES + 20000000 : 200000;
        gboolean open = TRUE;
        for (gsize sent = 0; open && sent < most; sent += 50000)
            open = send_chunk(fd, 50000);
        if (endless) {
            g_assert_false(open);
        } else {
            g_assert_true(client_say(fd, "0\r\n\r\n"));
            g_auto(Answer) answer = client_read(fd);
            g_assert_cmpuint(answer.status, ==, 413);
            assert_outcome(&answer, "too-large");
        }
        close(fd);
    }
    g_assert_cmpuint(count_taken(f), ==, 0);
    assert_alive(f);
}

/* The limit itself is still taken. */
FIXTURE_TEST(test_at_the_limit)
{
    f->rules.payload_bytes = strlen(GOOD_REPORT);
    fixture_start(f);
    assert_alive(f);
    g_auto(Answer) answer = post(f, GOOD_REPORT " ");
    g_assert_cmpuint(answer.status, ==, 413);
}

FIXTURE_TEST(test_keep_alive_and_pipelining)
{
    fixture_start(f);
    g_autofree char *request = post_request(GOOD_REPORT);
    int fd = client_connect(f);
    for (guint i = 0; i < 3; i++) {
        g_assert_true(client_say(fd, request));
        g_auto(Answer) answer = client_read(fd);
        g_assert_cmpuint(answer.status, ==, 201);
    }
    /* In order, each after its own commit. */
    set_mode(f, SINK_OTHER_THREAD);
    f->fake.outcomes[0] = OUTCOME_STORED; /* taken so far: 3 */
    f->fake.outcomes[1] = OUTCOME_DUPLICATE;
    f->fake.outcomes[2] = OUTCOME_FOREIGN;
    f->fake.outcomes[3] = OUTCOME_DEFECTIVE;
    g_autofree char *four = g_strconcat(request, request, request, request, NULL);
    g_assert_true(client_say(fd, four));
    static const unsigned expected[] = {400, 201, 200, 403};
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        g_auto(Answer) answer = client_read(fd);
        g_assert_cmpuint(answer.status, ==, expected[i]);
    }
    close(fd);
}

FIXTURE_TEST(test_http_1_0)
{
    fixture_start(f);
    int fd = client_connect(f);
    g_autofree char *request =
        g_strdup_printf("POST /v1/tlsrpt HTTP/1.0\r\nContent-Length: %zu\r\n\r\n%s",
                        strlen(GOOD_REPORT), GOOD_REPORT);
    g_assert_true(client_say(fd, request));
    g_auto(Answer) answer = client_read(fd);
    g_assert_cmpuint(answer.status, ==, 201);
    g_assert_true(client_at_end(fd));
    close(fd);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_test("/https/receipts", test_receipts);
    add_test("/https/origin", test_origin);
    add_test("/https/defect-is-explained", test_defect_is_explained);
    add_test("/https/worst-of-several", test_worst_of_several);
    add_test("/https/refused-by-header", test_refused_by_header);
    add_test("/https/malformed", test_malformed);
    add_test("/https/path", test_path_is_tolerant);
    add_test("/https/labels", test_labels_do_not_matter);
    add_test("/https/expect-continue", test_expect_continue);
    add_test("/https/chunked", test_chunked);
    add_test("/https/chunked-too-large", test_chunked_too_large);
    add_test("/https/at-the-limit", test_at_the_limit);
    add_test("/https/keep-alive", test_keep_alive_and_pipelining);
    add_test("/https/http-1.0", test_http_1_0);
    return g_test_run();
}
