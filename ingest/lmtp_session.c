#include "ingest/lmtp_session.h"

#include <string.h>

#include "ingest/lmtp_data.h"
#include "schema/limits.h"

typedef enum {
    PHASE_GREETED, /* LHLO is awaited */
    PHASE_READY,   /* MAIL is awaited */
    PHASE_MAIL,    /* RCPT, then DATA or BDAT */
    PHASE_DATA,    /* dot-stuffed lines */
    PHASE_CHUNK,   /* the octets of one BDAT */
    PHASE_CHUNKS,  /* between two BDATs */
    PHASE_WAITING, /* for lmtp_session_answer */
    PHASE_CLOSED,
} Phase;

struct LmtpSession {
    Phase phase;
    char *hostname;
    gsize max_message;
    guint recipients;
    guint errors;
    GString *line; /* of the command that is being read */
    gboolean line_is_too_long;
    LmtpData data;      /* what has been read of the message */
    guint64 chunk_left; /* octets of the present BDAT */
    gboolean chunk_last, chunk_refused;
    Phase before_chunk;
};

static void
reply(GString *out, const char *text)
{
    g_string_append_printf(out, "%s\r\n", text);
}

/* A wrong command; too many of them end the conversation. */
static LmtpNext
refuse(LmtpSession *session, const char *text, GString *out)
{
    reply(out, text);
    if (++session->errors < LIMIT_LMTP_ERRORS)
        return LMTP_READ;
    lmtp_session_farewell(session, "too many errors", out);
    session->phase = PHASE_CLOSED;
    return LMTP_CLOSE;
}

static void
forget_message(LmtpSession *session)
{
    session->recipients = 0;
    session->chunk_refused = FALSE;
    lmtp_data_clear(&session->data);
}

LmtpSession *
lmtp_session_new(const char *hostname, gsize max_message, BodyRoom *room, GString *out)
{
    LmtpSession *session = g_new0(LmtpSession, 1);
    session->hostname = g_strdup(hostname);
    session->max_message = max_message;
    session->line = g_string_new(NULL);
    lmtp_data_init(&session->data, max_message, room);
    g_string_append_printf(out, "220 %s LMTP tlsgauge\r\n", hostname);
    return session;
}

void
lmtp_session_free(LmtpSession *session)
{
    if (session == NULL)
        return;
    g_free(session->hostname);
    g_string_free(session->line, TRUE);
    lmtp_data_finish(&session->data);
    g_free(session);
}

/* ---- commands ------------------------------------------------------------------------------ */

static LmtpNext
do_lhlo(LmtpSession *session, const char *argument, GString *out)
{
    if (*argument == '\0')
        return refuse(session, "501 5.5.4 LHLO needs a name", out);
    forget_message(session);
    session->phase = PHASE_READY;
    g_string_append_printf(out,
                           "250-%s\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n"
                           "250-SMTPUTF8\r\n250-CHUNKING\r\n250 SIZE %" G_GSIZE_FORMAT "\r\n",
                           session->hostname, session->max_message);
    return LMTP_READ;
}

/* The end of "<path>" at TEXT, quoted strings observed (RFC 5321 4.1.2); NULL if there is none. */
static const char *
path_end(const char *text)
{
    gboolean quoted = FALSE;
    if (*text != '<')
        return NULL;
    for (text++; *text != '\0'; text++) {
        if (quoted && *text == '\\' && text[1] != '\0')
            text++;
        else if (*text == '"')
            quoted = !quoted;
        else if (!quoted && *text == '>')
            return text + 1;
        else if (!quoted && *text == '<')
            return NULL;
    }
    return NULL;
}

/* The parameters of MAIL: NULL when fine, else the reply that refuses them. */
static const char *
check_mail_parameters(const LmtpSession *session, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (char **word = words; *word != NULL; word++) {
        guint64 size;
        if (**word == '\0' || g_ascii_strcasecmp(*word, "SMTPUTF8") == 0 ||
            g_ascii_strcasecmp(*word, "BODY=7BIT") == 0 ||
            g_ascii_strcasecmp(*word, "BODY=8BITMIME") == 0)
            continue;
        if (g_ascii_strncasecmp(*word, "SIZE=", 5) != 0)
            return "555 5.5.4 unknown parameter";
        if (!g_ascii_string_to_unsigned(*word + 5, 10, 0, G_MAXUINT64, &size, NULL))
            return "501 5.5.4 SIZE is not a number";
        if (size > session->max_message)
            return "552 5.3.4 the message is too large";
    }
    return NULL;
}

static LmtpNext
do_mail(LmtpSession *session, const char *argument, GString *out)
{
    if (session->phase != PHASE_READY)
        return refuse(session,
                      session->phase == PHASE_GREETED ? "503 5.5.1 LHLO first"
                                                      : "503 5.5.1 a message is under way",
                      out);
    if (g_ascii_strncasecmp(argument, "FROM:", 5) != 0)
        return refuse(session, "501 5.5.4 expected MAIL FROM:<address>", out);
    argument += 5;
    while (*argument == ' ')
        argument++;
    const char *end = path_end(argument);
    if (end == NULL || (*end != '\0' && *end != ' '))
        return refuse(session, "501 5.1.7 expected MAIL FROM:<address>", out);
    const char *problem = check_mail_parameters(session, end);
    if (problem != NULL)
        return refuse(session, problem, out);
    session->phase = PHASE_MAIL;
    reply(out, "250 2.1.0 ok");
    return LMTP_READ;
}

/* Any recipient will do: what is routed here is meant for us. */
static LmtpNext
do_rcpt(LmtpSession *session, const char *argument, GString *out)
{
    if (session->phase != PHASE_MAIL)
        return refuse(session, "503 5.5.1 MAIL first", out);
    if (g_ascii_strncasecmp(argument, "TO:", 3) != 0)
        return refuse(session, "501 5.5.4 expected RCPT TO:<address>", out);
    argument += 3;
    while (*argument == ' ')
        argument++;
    const char *end = path_end(argument);
    if (end == NULL || end - argument <= 2)
        return refuse(session, "501 5.1.3 expected RCPT TO:<address>", out);
    if (*end != '\0')
        return refuse(session, "555 5.5.4 unknown parameter", out);
    if (session->recipients >= LIMIT_LMTP_RECIPIENTS) {
        reply(out, "452 4.5.3 too many recipients"); /* the client sends the rest later */
        return LMTP_READ;
    }
    session->recipients++;
    reply(out, "250 2.1.5 ok");
    return LMTP_READ;
}

static LmtpNext
do_data(LmtpSession *session, const char *argument, GString *out)
{
    if (session->phase == PHASE_CHUNKS)
        return refuse(session, "503 5.5.1 DATA after BDAT", out);
    if (session->phase != PHASE_MAIL || session->recipients == 0)
        return refuse(session, "503 5.5.1 no recipient", out);
    if (*argument != '\0')
        return refuse(session, "501 5.5.4 DATA has no parameter", out);
    session->phase = PHASE_DATA;
    lmtp_data_clear(&session->data);
    reply(out, "354 go ahead, end with a dot");
    return LMTP_READ;
}

/* RFC 3030: "BDAT size [LAST]"; the octets follow whatever we answer, so they are always read. */
static LmtpNext
do_bdat(LmtpSession *session, const char *argument, GString *out)
{
    g_auto(GStrv) words = g_strsplit(argument, " ", 3);
    gboolean last = words[0] != NULL && words[1] != NULL;
    guint64 size;
    if (words[0] == NULL ||
        !g_ascii_string_to_unsigned(words[0], 10, 0, G_MAXUINT32, &size, NULL) ||
        (last && (g_ascii_strcasecmp(words[1], "LAST") != 0 || words[2] != NULL))) {
        /* Where the next command starts cannot be known any more. */
        reply(out, "501 5.5.4 expected BDAT SIZE [LAST]");
        session->phase = PHASE_CLOSED;
        return LMTP_CLOSE;
    }
    session->chunk_refused = (session->phase != PHASE_MAIL && session->phase != PHASE_CHUNKS) ||
                             session->recipients == 0;
    if (session->phase == PHASE_MAIL && !session->chunk_refused)
        lmtp_data_clear(&session->data);
    session->before_chunk = session->phase;
    session->chunk_left = size;
    session->chunk_last = last;
    session->phase = PHASE_CHUNK;
    return LMTP_READ;
}

static LmtpNext
do_rset(LmtpSession *session, const char *argument, GString *out)
{
    (void)argument;
    forget_message(session);
    if (session->phase != PHASE_GREETED)
        session->phase = PHASE_READY;
    reply(out, "250 2.0.0 ok");
    return LMTP_READ;
}

static LmtpNext
do_noop(LmtpSession *session, const char *argument, GString *out)
{
    (void)session, (void)argument;
    reply(out, "250 2.0.0 ok");
    return LMTP_READ;
}

static LmtpNext
do_vrfy(LmtpSession *session, const char *argument, GString *out)
{
    (void)session, (void)argument;
    reply(out, "252 2.5.2 send it and see");
    return LMTP_READ;
}

static LmtpNext
do_quit(LmtpSession *session, const char *argument, GString *out)
{
    (void)argument;
    g_string_append_printf(out, "221 2.0.0 %s closes\r\n", session->hostname);
    session->phase = PHASE_CLOSED;
    return LMTP_CLOSE;
}

static LmtpNext
do_helo(LmtpSession *session, const char *argument, GString *out)
{
    (void)argument;
    return refuse(session, "500 5.5.1 this is LMTP: say LHLO", out); /* RFC 2033 4.1 */
}

static const struct {
    const char *verb;
    LmtpNext (*run)(LmtpSession *session, const char *argument, GString *out);
} verbs[] = {
    {"LHLO", do_lhlo}, {"MAIL", do_mail}, {"RCPT", do_rcpt}, {"DATA", do_data},
    {"BDAT", do_bdat}, {"RSET", do_rset}, {"NOOP", do_noop}, {"VRFY", do_vrfy},
    {"QUIT", do_quit}, {"HELO", do_helo}, {"EHLO", do_helo},
};

/* LINE is without its CR LF. */
static LmtpNext
run_line(LmtpSession *session, const char *line, gsize length, GString *out)
{
    for (gsize i = 0; i < length; i++) {
        if ((guint8)line[i] < 0x20 || line[i] == 0x7f)
            return refuse(session, "500 5.5.2 control character in a command", out);
    }
    gsize verb_length = strcspn(line, " ");
    const char *argument = line + verb_length;
    while (*argument == ' ')
        argument++;
    for (guint i = 0; i < G_N_ELEMENTS(verbs); i++) {
        if (verb_length == 4 && g_ascii_strncasecmp(line, verbs[i].verb, 4) == 0)
            return verbs[i].run(session, argument, out);
    }
    return refuse(session, "500 5.5.1 unknown command", out);
}

/* ---- octets -------------------------------------------------------------------------------- */

/* Reads up to and with one LF. */
static LmtpNext
feed_line(LmtpSession *session, const guint8 *octets, gsize length, gsize *used, GString *out)
{
    const guint8 *end = memchr(octets, '\n', length);
    gsize take = end != NULL ? (gsize)(end - octets) + 1 : length;
    gsize room = LIMIT_LMTP_LINE_BYTES - session->line->len;
    if (take > room)
        session->line_is_too_long = TRUE;
    g_string_append_len(session->line, (const char *)octets, (gssize)MIN(take, room));
    *used += take;
    if (end == NULL)
        return LMTP_READ;

    GString *line = session->line;
    LmtpNext next;
    if (session->line_is_too_long) {
        next = refuse(session, "500 5.5.2 the line is too long", out);
    } else if (line->len < 2 || line->str[line->len - 2] != '\r') {
        next = refuse(session, "500 5.5.2 a line ends with CR LF", out);
    } else {
        g_string_truncate(line, line->len - 2);
        next = run_line(session, line->str, line->len, out);
    }
    g_string_truncate(line, 0);
    session->line_is_too_long = FALSE;
    return next;
}

static LmtpNext
end_chunk(LmtpSession *session, GString *out)
{
    if (session->chunk_refused) {
        session->phase = session->before_chunk;
        return refuse(session, "503 5.5.1 MAIL and RCPT first", out);
    }
    if (session->chunk_last) {
        session->phase = PHASE_WAITING;
        return LMTP_MESSAGE;
    }
    session->phase = PHASE_CHUNKS;
    reply(out, "250 2.0.0 ok");
    return LMTP_READ;
}

static void
feed_chunk(LmtpSession *session, const guint8 *octets, gsize length, gsize *used)
{
    gsize take = (gsize)MIN((guint64)length, session->chunk_left);
    if (!session->chunk_refused)
        lmtp_data_append(&session->data, octets, take);
    session->chunk_left -= take;
    *used += take;
}

LmtpNext
lmtp_session_feed(LmtpSession *session, const guint8 *octets, gsize length, gsize *ret_used,
                  GString *out)
{
    LmtpNext next = session->phase == PHASE_CLOSED ? LMTP_CLOSE : LMTP_READ;
    gsize used = 0;
    while (next == LMTP_READ && (used < length || session->phase == PHASE_CHUNK)) {
        if (session->phase == PHASE_WAITING) {
            next = LMTP_MESSAGE; /* a caller that feeds before it answered */
        } else if (session->phase == PHASE_DATA) {
            gsize taken;
            if (lmtp_data_feed(&session->data, octets + used, length - used, &taken)) {
                session->phase = PHASE_WAITING;
                next = LMTP_MESSAGE;
            }
            used += taken;
        } else if (session->phase == PHASE_CHUNK) {
            feed_chunk(session, octets + used, length - used, &used);
            if (session->chunk_left > 0)
                break;
            next = end_chunk(session, out);
        } else {
            next = feed_line(session, octets + used, length - used, &used, out);
        }
    }
    *ret_used = used;
    return next;
}

GBytes *
lmtp_session_take_message(LmtpSession *session, guint64 *ret_full_size)
{
    return lmtp_data_take(&session->data, ret_full_size);
}

void
lmtp_session_answer(LmtpSession *session, Outcome outcome, const char *reference, GString *out)
{
    const Receipt *receipt = receipt_for(outcome);
    for (guint i = 0; i < session->recipients; i++)
        g_string_append_printf(out, "%s %s%s%s\r\n", receipt->lmtp, receipt->word,
                               reference != NULL ? " " : "", reference != NULL ? reference : "");
    forget_message(session);
    session->phase = PHASE_READY;
}

void
lmtp_session_farewell(const LmtpSession *session, const char *why, GString *out)
{
    g_string_append_printf(out, "421 4.3.2 %s %s\r\n", session->hostname, why);
}
