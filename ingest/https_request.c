#include "ingest/https_request.h"

#include "ingest/https_answer.h"
#include "ingest/https_header.h"
#include "ingest/intake.h"
#include "ingest/proxies.h"
#include "schema/limits.h"

/* When a sender is asked to come again, where another collector may start soon. */
#define RETRY_SHUTDOWN_SECONDS 10u

typedef struct HttpsRequest HttpsRequest;

/* One report of the body, and what became of it. */
typedef struct {
    HttpsRequest *request;
    Outcome outcome;
    char *reference;
    char *reason;        /* of the judge */
    GPtrArray *findings; /* a reference: the report itself belongs to the sink by then */
} Item;

struct HttpsRequest {
    HttpsServer *server; /* a reference */
    struct MHD_Connection *handle;
    HttpsConnection *connection;
    char *peer;
    Body body;
    BodyTurn turn; /* of a large body */
    gboolean asked;
    gsize dropped;      /* octets read after the refusal */
    HttpsAnswer answer; /* status 0: not refused so far; texts are static */
    gboolean judged;
    gboolean answered;
    Item *items;
    guint n_items;

    GList to_judge; /* in server->judging */

    /* under server->lock */
    guint references; /* libmicrohttpd, who judges, and each item that is not done */
    guint pending;    /* judging, and items that are not done */
    gboolean waiting; /* suspended; who takes this back resumes */
    gboolean woken;   /* resumed without its commit */
    GList link;       /* in server->open */
};

static void
request_free(HttpsRequest *request)
{
    for (guint i = 0; i < request->n_items; i++) {
        g_free(request->items[i].reference);
        g_free(request->items[i].reason);
        g_clear_pointer(&request->items[i].findings, g_ptr_array_unref);
    }
    g_free(request->items);
    body_clear(&request->body);
    if (request->asked)
        body_turn_leave(request->server->turns, &request->turn);
    g_free(request->peer);
    https_server_unref(request->server);
    g_free(request);
}

static HttpsRequest *
request_new(HttpsServer *server, struct MHD_Connection *handle)
{
    HttpsRequest *request = g_new0(HttpsRequest, 1);
    atomic_fetch_add(&server->references, 1);
    request->server = server;
    request->handle = handle;
    request->connection = https_connection_of(handle);
    request->peer =
        proxies_client(server->proxies, https_connection_address(request->connection),
                       MHD_lookup_connection_value(handle, MHD_HEADER_KIND, "X-Forwarded-For"));
    request->references = 1;
    request->link.data = request;
    request->to_judge.data = request;
    pthread_mutex_lock(&server->lock);
    g_queue_push_tail_link(&server->open, &request->link);
    pthread_mutex_unlock(&server->lock);
    return request;
}

/* Counts, logs, and sends. Once a request. */
static enum MHD_Result
send_answer(HttpsRequest *request, const HttpsAnswer *answer)
{
    HttpsServer *server = request->server;
    HttpsAnswer last = *answer;
    if (atomic_load(&server->draining)) {
        last.close = TRUE;
        if (last.retry_after > 0)
            last.retry_after = RETRY_SHUTDOWN_SECONDS;
    }
    request->answered = TRUE;
    atomic_fetch_add(answer->status == 201   ? &server->stored
                     : answer->status == 200 ? &server->duplicate
                     : answer->status == 503 ? &server->unavailable
                                             : &server->refused,
                     1);
    if (answer->status >= 300)
        https_server_log(server, request->peer, "%u %s: %s", answer->status, answer->outcome,
                         answer->detail);
    https_connection_set_state(request->connection, HTTPS_ANSWER_DUE);
    return https_answer_queue(request->handle, &last);
}

static HttpsAnswer
too_large(void)
{
    return https_answer_refusing(OUTCOME_TOO_LARGE,
                                 "the report is larger than this collector accepts");
}

static HttpsAnswer
no_room(void)
{
    return https_answer_refusing(OUTCOME_UNAVAILABLE,
                                 "too many reports are coming in; send it again later");
}

/* What the header tells. Answer.status 0: go on. */
static HttpsAnswer
judge_header(HttpsRequest *request, const char *url, const char *method, const char *version)
{
    HttpsServer *server = request->server;
    guint64 length = 0;
    HttpsAnswer answer = https_header_judge(server, request->handle, url, method, version, &length);
    if (answer.status != 0)
        return answer;
    switch (body_init(&request->body, server->room, server->payload_bytes, length)) {
    case BODY_OK:
        break;
    case BODY_TOO_LARGE:
        return too_large();
    case BODY_NO_ROOM:
        return no_room();
    }
    return (HttpsAnswer){0};
}

static enum MHD_Result
begin(HttpsServer *server, struct MHD_Connection *handle, const char *url, const char *method,
      const char *version, void **context)
{
    HttpsRequest *request = request_new(server, handle);
    *context = request;
    atomic_fetch_add(&server->requests, 1);
    HttpsAnswer answer = judge_header(request, url, method, version);
    if (answer.status == 0)
        return MHD_YES; /* libmicrohttpd sends 100 Continue now, where it is expected */
    /* An answer before the body ends the connection; the body may be on its way. */
    https_connection_linger(request->connection);
    return send_answer(request, &answer);
}

/* Octets of the body. libmicrohttpd takes an answer before the body or after it, not amid it; so
 * the rest of a refused body is read and dropped, within bounds. */
static enum MHD_Result
take_octets(HttpsRequest *request, const char *data, size_t size)
{
    if (request->answer.status == 0) {
        switch (body_append(&request->body, data, size)) {
        case BODY_OK:
            return MHD_YES;
        case BODY_TOO_LARGE:
            request->answer = too_large();
            break;
        case BODY_NO_ROOM:
            request->answer = no_room();
            break;
        }
        body_clear(&request->body);
    }
    request->dropped += size;
    if (request->dropped <= LIMIT_HTTPS_DISCARD_BYTES)
        return MHD_YES;
    request->answered = TRUE;
    atomic_fetch_add(&request->server->refused, 1);
    https_server_log(request->server, request->peer, "%u %s: cut, the sender does not stop",
                     request->answer.status, request->answer.outcome);
    return MHD_NO;
}

/* Under the lock. TRUE when that was the last reference. */
static gboolean
drop_reference(HttpsRequest *request)
{
    return --request->references == 0;
}

/* Under the lock. He who takes `waiting` back resumes. */
static void
resume(HttpsRequest *request)
{
    if (!request->waiting)
        return;
    request->waiting = FALSE;
    MHD_resume_connection(request->handle);
}

/* One of what is pending is over. The connection cannot go away under us: while it is suspended
 * libmicrohttpd leaves it alone, and only he who takes `waiting` back resumes it.
 * MHD_resume_connection is called under the lock, so that https_stop, which takes it too, cannot
 * stop the daemon meanwhile. */
static void
settle(HttpsRequest *request)
{
    HttpsServer *server = request->server;
    pthread_mutex_lock(&server->lock);
    gboolean all = --request->pending == 0;
    if (all)
        resume(request);
    if (all && request->asked) { /* not under the lock, see turn_granted */
        pthread_mutex_unlock(&server->lock);
        body_turn_leave(server->turns, &request->turn);
        pthread_mutex_lock(&server->lock);
    }
    gboolean last = drop_reference(request);
    pthread_mutex_unlock(&server->lock);
    if (last)
        request_free(request);
}

/* SinkDone. */
static void
item_done(gpointer data, Outcome outcome, const char *reference)
{
    Item *item = data;
    item->outcome = outcome;
    item->reference = g_strdup(reference);
    settle(item->request);
}

/* FALSE when the server stops: then nothing may be suspended any more. */
static gboolean
suspend(HttpsRequest *request, guint n)
{
    HttpsServer *server = request->server;
    pthread_mutex_lock(&server->lock);
    gboolean stopping = server->stopping;
    if (!stopping) {
        request->references += n;
        request->pending = n;
        request->waiting = TRUE;
        https_connection_set_state(request->connection, HTTPS_COMMIT_DUE);
        MHD_suspend_connection(request->handle);
    }
    pthread_mutex_unlock(&server->lock);
    return !stopping;
}

/* BodyTurn. */
static void
turn_granted(gpointer data)
{
    HttpsRequest *request = data;
    pthread_mutex_lock(&request->server->lock);
    resume(request);
    pthread_mutex_unlock(&request->server->lock);
}

/* A large body is whole. It waits for its turn, suspended; https_request_handle is called again
 * when that has come, or when the server stops. */
static enum MHD_Result
ask_turn(HttpsRequest *request)
{
    HttpsServer *server = request->server;
    HttpsAnswer answer = no_room();
    if (request->asked || !suspend(request, 0))
        return send_answer(request, &answer);
    request->asked = TRUE;
    request->turn = (BodyTurn){.granted = turn_granted, .data = request};
    if (!body_turn_ask(server->turns, &request->turn))
        turn_granted(request); /* it comes back without */
    return MHD_YES;
}

static gboolean
must_wait(const HttpsRequest *request)
{
    BodyTurns *turns = request->server->turns;
    return turns != NULL && body_is_large(&request->body) &&
           !(request->asked && body_turn_is_granted(turns, &request->turn));
}

/* The items of REQUEST, which are JUDGED. */
static void
make_items(HttpsRequest *request, const GPtrArray *judged)
{
    const guint n = judged->len;
    Item *items = g_new0(Item, n);
    for (guint i = 0; i < n; i++) {
        const Judged *one = g_ptr_array_index(judged, i);
        items[i].request = request;
        items[i].reason = g_strdup(one->reason);
        items[i].findings = g_ptr_array_ref(one->findings);
    }
    request->items = items;
    request->n_items = n;
    pthread_mutex_lock(&request->server->lock);
    request->references += n;
    request->pending += n;
    pthread_mutex_unlock(&request->server->lock);
}

void
https_request_judge(gpointer data)
{
    HttpsRequest *request = data;
    const HttpsServer *server = request->server;
    g_autoptr(GPtrArray) judged = g_ptr_array_new();
    g_autoptr(GBytes) body = body_steal(&request->body);
    Origin origin = {
        .road = ROAD_HTTPS,
        .source = request->peer,
        .received = g_get_real_time() / G_USEC_PER_SEC,
    };
    if (body != NULL)
        intake_payload(server->rules, &origin, body, NULL, TRUST_UNAUTHENTICATED, judged);
    make_items(request, judged);
    /* Done may come before take returns, and from another thread: without what is pending here,
     * REQUEST might be gone. */
    for (guint i = 0; i < judged->len; i++)
        server->sink->take(server->sink->self, g_ptr_array_index(judged, i), item_done,
                           &request->items[i]);
    settle(request);
}

static enum MHD_Result
send_untaken(HttpsRequest *request)
{
    HttpsAnswer answer =
        https_answer_refusing(OUTCOME_UNAVAILABLE, "not taken in; send it again later");
    return send_answer(request, &answer);
}

/* The body is whole: to whom judges it, and hands it on. */
static enum MHD_Result
hand_on(HttpsRequest *request)
{
    HttpsServer *server = request->server;
    request->judged = TRUE;
    if (!suspend(request, 1))
        return send_untaken(request);
    if (server->judging != NULL)
        judging_put(server->judging, &request->to_judge);
    else
        https_request_judge(request);
    return MHD_YES;
}

static const char *
detail_of(Outcome outcome)
{
    switch (outcome) {
    case OUTCOME_UNAVAILABLE:
        return "the report could not be stored now; send it again later";
    case OUTCOME_TOO_LARGE:
        return "the report is larger than this collector accepts";
    case OUTCOME_FOREIGN:
        return "the report is about none of the domains that this collector serves";
    case OUTCOME_UNTRUSTED:
        return "this collector takes only reports that somebody vouches for";
    default:
        return "the report cannot be counted and was set aside";
    }
}

/* The sink is done with all items: the worst outcome is the answer. */
static enum MHD_Result
answer_items(HttpsRequest *request)
{
    if (request->n_items == 0) /* the body could not be had again */
        return send_untaken(request);
    const Item *worst = &request->items[0];
    for (guint i = 1; i < request->n_items; i++) {
        const Item *item = &request->items[i];
        if (item->outcome != worst->outcome &&
            receipt_worse(item->outcome, worst->outcome) == item->outcome)
            worst = item;
    }
    HttpsAnswer answer = https_answer_refusing(worst->outcome, NULL);
    answer.reference = worst->reference;
    if (answer.status >= 300) {
        gboolean again = worst->outcome == OUTCOME_UNAVAILABLE;
        answer.detail = worst->reason != NULL && !again ? worst->reason : detail_of(worst->outcome);
        answer.findings = again ? NULL : worst->findings;
    }
    return send_answer(request, &answer);
}

/* The last call for a request: the body is whole, or the connection was resumed. */
static enum MHD_Result
end(HttpsRequest *request)
{
    if (request->answered)
        return MHD_YES;
    if (request->answer.status != 0)
        return send_answer(request, &request->answer);

    HttpsServer *server = request->server;
    pthread_mutex_lock(&server->lock);
    gboolean all_done = request->pending == 0;
    gboolean waiting = request->waiting;
    pthread_mutex_unlock(&server->lock);
    if (waiting)
        return MHD_YES;
    if (!request->judged)
        return must_wait(request) ? ask_turn(request) : hand_on(request);
    if (all_done)
        return answer_items(request);
    HttpsAnswer answer = https_answer_refusing(OUTCOME_UNAVAILABLE,
                                               "this collector shuts down; send it again later");
    return send_answer(request, &answer);
}

enum MHD_Result
https_request_handle(void *cls, struct MHD_Connection *handle, const char *url, const char *method,
                     const char *version, const char *data, size_t *size, void **context)
{
    HttpsRequest *request = *context;
    if (request == NULL)
        return begin(cls, handle, url, method, version, context);
    if (*size > 0) {
        gsize n = *size;
        *size = 0;
        return take_octets(request, data, n);
    }
    return end(request);
}

void
https_request_completed(void *cls, G_GNUC_UNUSED struct MHD_Connection *handle, void **context,
                        enum MHD_RequestTerminationCode code)
{
    HttpsServer *server = cls;
    HttpsRequest *request = *context;
    if (request == NULL)
        return;
    *context = NULL;
    https_connection_set_state(request->connection, HTTPS_REQUEST_DUE);
    if (!request->answered && !request->judged)
        https_server_log(server, request->peer, "%s before the report was complete",
                         code == MHD_REQUEST_TERMINATED_TIMEOUT_REACHED ? "silent" : "gone");
    pthread_mutex_lock(&server->lock);
    g_queue_unlink(&server->open, &request->link);
    if (request->woken)
        server->woken--;
    pthread_cond_broadcast(&server->changed);
    gboolean last = drop_reference(request);
    pthread_mutex_unlock(&server->lock);
    if (last)
        request_free(request);
}

void
https_request_wake_all(HttpsServer *server)
{
    for (GList *link = server->open.head; link != NULL; link = link->next) {
        HttpsRequest *request = link->data;
        if (!request->waiting)
            continue;
        request->waiting = FALSE;
        request->woken = TRUE;
        server->woken++;
        MHD_resume_connection(request->handle);
    }
}
