#include "check/smtp_probe.h"

#include <string.h>

#define QUIT_MS 2000u /* for the reply to QUIT, which nobody needs */

typedef struct {
    const SmtpTarget *target;
    SmtpProbeKind kind;
    Stream *stream;
    SmtpSeen *seen;
    char buffer[4096];
    gsize start, end; /* in the buffer: what came and is not read yet */
} Session;

void
smtp_seen_free(SmtpSeen *seen)
{
    if (seen == NULL)
        return;
    smtp_reply_free(seen->greeting);
    smtp_reply_free(seen->ehlo);
    smtp_reply_free(seen->starttls);
    smtp_reply_free(seen->ehlo_tls);
    g_ptr_array_unref(seen->chain);
    g_free(seen->problem);
    g_free(seen);
}

const char *
smtp_step_name(SmtpStep step)
{
    static const char *const names[] = {
        "the connection",    "the greeting",       "EHLO", "STARTTLS",
        "the TLS handshake", "EHLO in encryption", "QUIT",
    };
    return names[step];
}

static guint
ms_since(gint64 start)
{
    return (guint)((g_get_monotonic_time() - start) / 1000);
}

/* The whole reply, or as much as came of it. */
static SmtpReply *
read_reply(Session *session, SmtpReplyRead *ret_read)
{
    SmtpReply *reply = smtp_reply_new();
    *ret_read = SMTP_REPLY_MORE;
    while (*ret_read == SMTP_REPLY_MORE) {
        if (session->start == session->end) {
            session->start = 0;
            session->end = stream_read(session->stream, session->buffer, sizeof session->buffer);
            if (session->end == 0)
                return reply;
        }
        gsize used = 0;
        *ret_read = smtp_reply_feed(reply, session->buffer + session->start,
                                    session->end - session->start, &used);
        session->start += used;
    }
    return reply;
}

/* A step is over when the stream or its REPLY did not do what leads on. */
static gboolean
lead_on(Session *session, SmtpStep step, const SmtpReply *reply, SmtpReplyRead read, guint wanted)
{
    SmtpSeen *seen = session->seen;
    if (read == SMTP_REPLY_DONE && reply->code == wanted)
        return TRUE;
    seen->failed = step;
    seen->status = stream_status(session->stream);
    if (read != SMTP_REPLY_DONE)
        seen->problem =
            g_strdup(read == SMTP_REPLY_BROKEN ? reply->problem : stream_problem(session->stream));
    return FALSE;
}

/* Says COMMAND (NULL: nothing, the greeting comes by itself) and reads the reply to it. */
static gboolean
ask(Session *session, SmtpStep step, const char *command, guint wanted, SmtpReply **ret_reply)
{
    gint64 start = g_get_monotonic_time();
    stream_within(session->stream, session->target->reply_ms);
    if (command != NULL)
        stream_write(session->stream, command, strlen(command));
    SmtpReplyRead read = SMTP_REPLY_MORE;
    *ret_reply = read_reply(session, &read);
    guint ms = ms_since(start);
    if (ms > session->seen->slowest_ms) {
        session->seen->slowest_ms = ms;
        session->seen->slowest = step;
    }
    return lead_on(session, step, *ret_reply, read, wanted);
}

static gboolean
say_hello(Session *session, SmtpStep step, SmtpReply **ret_reply)
{
    g_autofree char *command = g_strdup_printf("EHLO %s\r\n", session->target->ehlo);
    return ask(session, step, command, 250, ret_reply);
}

static gboolean
shake_hands(Session *session)
{
    SmtpSeen *seen = session->seen;
    const char *name = session->kind == SMTP_PROBE_NO_SNI ? NULL : session->target->name;
    session->start = session->end = 0; /* RFC 3207 4.2: what came in the clear does not count */
    stream_within(session->stream, session->target->reply_ms);
    gboolean done =
        stream_start_tls(session->stream, name,
                         session->kind == SMTP_PROBE_OLD_TLS ? STREAM_TLS_OLD : STREAM_TLS_CURRENT);
    seen->tls = stream_tls_version(session->stream);
    g_ptr_array_unref(seen->chain);
    seen->chain = stream_chain(session->stream);
    if (!done) {
        seen->failed = SMTP_HANDSHAKE;
        seen->status = stream_status(session->stream);
        seen->problem = g_strdup(stream_problem(session->stream));
    }
    return done;
}

static void
say_quit(Session *session, SmtpReply **ret_reply)
{
    SmtpReplyRead read = SMTP_REPLY_MORE;
    stream_within(session->stream, MIN(QUIT_MS, session->target->reply_ms));
    if (stream_write(session->stream, "QUIT\r\n", 6))
        *ret_reply = read_reply(session, &read);
}

/* Up to STARTTLS and its reply. */
static gboolean
run_plain(Session *session)
{
    SmtpSeen *seen = session->seen;
    gint64 start = g_get_monotonic_time();
    session->stream = stream_connect(session->target->address, session->target->port,
                                     session->target->connect_ms);
    seen->connect_ms = ms_since(start);
    if (stream_status(session->stream) != STREAM_OK) {
        seen->failed = SMTP_CONNECT;
        seen->status = stream_status(session->stream);
        seen->problem = g_strdup(stream_problem(session->stream));
        return FALSE;
    }
    if (!ask(session, SMTP_GREETING, NULL, 220, &seen->greeting) ||
        !say_hello(session, SMTP_EHLO, &seen->ehlo))
        return FALSE;
    seen->offered = smtp_reply_offers(seen->ehlo, "STARTTLS");
    seen->failed = SMTP_STARTTLS;
    const char *command =
        session->kind == SMTP_PROBE_INJECT ? "STARTTLS\r\nNOOP\r\n" : "STARTTLS\r\n";
    return seen->offered && ask(session, SMTP_STARTTLS, command, 220, &seen->starttls);
}

static void
run(Session *session)
{
    SmtpSeen *seen = session->seen;
    g_autoptr(SmtpReply) last = NULL;
    if (run_plain(session) && shake_hands(session)) {
        seen->failed = SMTP_DONE;
        if (session->kind == SMTP_PROBE_USUAL)
            say_hello(session, SMTP_EHLO_TLS, &seen->ehlo_tls);
    }
    if (stream_status(session->stream) != STREAM_OK)
        return;
    say_quit(session, &last);
    /* A server that threw away what came before encryption answers QUIT, and nothing else. */
    if (session->kind == SMTP_PROBE_INJECT && seen->failed == SMTP_DONE && last != NULL)
        seen->kept = last->code == 250;
}

SmtpSeen *
smtp_probe(const SmtpTarget *target, SmtpProbeKind kind)
{
    gint64 start = g_get_monotonic_time();
    SmtpSeen *seen = g_new0(SmtpSeen, 1);
    seen->chain = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    Session session = {.target = target, .kind = kind, .seen = seen};
    run(&session);
    stream_free(session.stream);
    seen->total_ms = ms_since(start);
    return seen;
}
