#include "ingest/lmtp_session.h"

#include <string.h>

#include "schema/limits.h"

#define MAX_MESSAGE 4096

/* A conversation and what it said so far. */
typedef struct {
    LmtpSession *session;
    GString *out;
    GPtrArray *messages; /* GBytes */
    Outcome outcome;     /* that every message is answered with */
    LmtpNext last;
} Talk;

static Talk
talk_new(void)
{
    Talk talk = {.out = g_string_new(NULL),
                 .messages = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref),
                 .outcome = OUTCOME_STORED};
    g_autoptr(BodyRoom) room = body_room_new(G_MAXSIZE, NULL);
    talk.session = lmtp_session_new("mx.example", MAX_MESSAGE, room, talk.out);
    return talk;
}

static void
talk_free(Talk *talk)
{
    lmtp_session_free(talk->session);
    g_string_free(talk->out, TRUE);
    g_ptr_array_unref(talk->messages);
}

/* Says TEXT in pieces of STEP octets and returns what came back. */
static const char *
say_octets(Talk *talk, const char *text, gsize length, gsize step)
{
    g_string_truncate(talk->out, 0);
    for (gsize at = 0; at < length;) {
        gsize used = 0;
        talk->last = lmtp_session_feed(talk->session, (const guint8 *)text + at,
                                       MIN(step, length - at), &used, talk->out);
        at += used;
        if (talk->last == LMTP_CLOSE)
            break;
        if (talk->last == LMTP_MESSAGE) {
            guint64 full_size;
            g_ptr_array_add(talk->messages, lmtp_session_take_message(talk->session, &full_size));
            lmtp_session_answer(talk->session, talk->outcome, "r1", talk->out);
        }
    }
    return talk->out->str;
}

static const char *
say(Talk *talk, const char *text)
{
    return say_octets(talk, text, strlen(text), strlen(text));
}

static void
assert_message(const Talk *talk, guint index, const char *expected)
{
    g_autoptr(GBytes) wanted = g_bytes_new_static(expected, strlen(expected));
    g_assert_true(g_bytes_equal(g_ptr_array_index(talk->messages, index), wanted));
}

#define HELLO    "LHLO client\r\n"
#define ENVELOPE "MAIL FROM:<a@b.example>\r\nRCPT TO:<x@y.example>\r\n"

static void
test_one_message(void)
{
    Talk talk = talk_new();
    g_assert_cmpstr(talk.out->str, ==, "220 mx.example LMTP tlsgauge\r\n");
    const char *hello = say(&talk, HELLO);
    g_assert_nonnull(strstr(hello, "250-PIPELINING\r\n"));
    g_assert_nonnull(strstr(hello, "250-ENHANCEDSTATUSCODES\r\n"));
    g_assert_nonnull(strstr(hello, "250 SIZE 4096\r\n"));
    g_assert_cmpstr(say(&talk, "MAIL FROM:<> SIZE=100 BODY=8BITMIME SMTPUTF8\r\n"), ==,
                    "250 2.1.0 ok\r\n");
    g_assert_cmpstr(say(&talk, "RCPT TO:<\"odd> \\\" one\"@y.example>\r\n"), ==,
                    "250 2.1.5 ok\r\n");
    g_assert_cmpstr(say(&talk, "RCPT TO:<z@y.example>\r\n"), ==, "250 2.1.5 ok\r\n");
    g_assert_true(g_str_has_prefix(say(&talk, "DATA\r\n"), "354 "));
    /* One reply for each recipient (RFC 2033 4.2). */
    g_assert_cmpstr(say(&talk, "Subject: x\r\n\r\n..dot\r\n.\r\n"), ==,
                    "250 2.0.0 stored r1\r\n250 2.0.0 stored r1\r\n");
    assert_message(&talk, 0, "Subject: x\r\n\r\n.dot\r\n");
    g_assert_true(g_str_has_prefix(say(&talk, "QUIT\r\n"), "221 "));
    g_assert_cmpint(talk.last, ==, LMTP_CLOSE);
    talk_free(&talk);
}

/* However the octets are cut, the conversation is the same. */
static void
test_any_pieces(void)
{
    static const char all[] =
        HELLO ENVELOPE "DATA\r\nfirst\r\n.\r\n" ENVELOPE "RCPT TO:<q@y.example>\r\n"
                       "BDAT 7\r\nchunk\r\nBDAT 6 LAST\r\n.\r\nend" ENVELOPE
                       "DATA\r\n.\r\nNOOP\r\nVRFY x\r\nRSET\r\nQUIT\r\n";
    Talk whole = talk_new();
    g_autofree char *expected = g_strdup(say_octets(&whole, all, strlen(all), strlen(all)));
    g_assert_cmpuint(whole.messages->len, ==, 3);
    assert_message(&whole, 0, "first\r\n");
    assert_message(&whole, 1, "chunk\r\n.\r\nend");
    assert_message(&whole, 2, "");
    for (gsize step = 1; step < 40; step++) {
        Talk talk = talk_new();
        g_assert_cmpstr(say_octets(&talk, all, strlen(all), step), ==, expected);
        g_assert_cmpuint(talk.messages->len, ==, 3);
        assert_message(&talk, 1, "chunk\r\n.\r\nend");
        talk_free(&talk);
    }
    talk_free(&whole);
}

/* What another party may take for the end of the data is text to us, and the other way round. */
static void
test_no_smuggling(void)
{
    static const char *const not_ends[] = {"\n.\n",   "\n.\r\n",     "\r.\r", "\r\n.\n",
                                           "\r\n.\r", "\r\n.\r\r\n", "\n.\r", "\r\n\0.\r\n"};
    for (guint i = 0; i < G_N_ELEMENTS(not_ends); i++) {
        Talk talk = talk_new();
        say(&talk, HELLO ENVELOPE "DATA\r\ntext");
        say_octets(&talk, not_ends[i], i == 7 ? 6 : strlen(not_ends[i]), 1);
        const char *answer = say(&talk, "MAIL FROM:<evil@forger.example>\r\n");
        g_assert_cmpstr(answer, ==, "");
        g_assert_cmpuint(talk.messages->len, ==, 0);
        say(&talk, "\r\n.\r\n");
        g_assert_cmpuint(talk.messages->len, ==, 1);
        talk_free(&talk);
    }
}

static void
test_outcomes(void)
{
    static const struct {
        Outcome outcome;
        const char *reply;
    } rows[] = {
        {OUTCOME_STORED, "250 2.0.0 "},      {OUTCOME_DUPLICATE, "250 2.0.0 "},
        {OUTCOME_DEFECTIVE, "250 2.0.0 "},   {OUTCOME_FOREIGN, "250 2.0.0 "},
        {OUTCOME_UNTRUSTED, "250 2.0.0 "},   {OUTCOME_TOO_LARGE, "552 5.3.4 "},
        {OUTCOME_UNAVAILABLE, "451 4.3.0 "},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Talk talk = talk_new();
        talk.outcome = rows[i].outcome;
        say(&talk, HELLO ENVELOPE "DATA\r\n");
        g_assert_true(g_str_has_prefix(say(&talk, "x\r\n.\r\n"), rows[i].reply));
        talk_free(&talk);
    }
}

static void
test_wrong_commands(void)
{
    static const struct {
        const char *before, *line, *reply;
    } rows[] = {
        {"", "MAIL FROM:<a@b>\r\n", "503 5.5.1"},
        {"", "EHLO client\r\n", "500 5.5.1"},
        {"", "LHLO\r\n", "501 5.5.4"},
        {HELLO, "RCPT TO:<a@b>\r\n", "503 5.5.1"},
        {HELLO, "DATA\r\n", "503 5.5.1"},
        {HELLO, "BDAT 3 LAST\r\nabc", "503 5.5.1"},
        {HELLO, "BDAT x\r\n", "501 5.5.4"},
        {HELLO, "MAIL FROM:a@b\r\n", "501 5.1.7"},
        {HELLO, "MAIL FROM:<a@b> SIZE=99999\r\n", "552 5.3.4"},
        {HELLO, "MAIL FROM:<a@b> COLOUR=red\r\n", "555 5.5.4"},
        {HELLO "MAIL FROM:<a@b>\r\n", "MAIL FROM:<a@b>\r\n", "503 5.5.1"},
        {HELLO "MAIL FROM:<a@b>\r\n", "RCPT TO:<>\r\n", "501 5.1.3"},
        {HELLO "MAIL FROM:<a@b>\r\n", "DATA\r\n", "503 5.5.1"},
        {HELLO, "NOOP\n", "500 5.5.2"},
        {HELLO, "NO\tOP\r\n", "500 5.5.2"},
        {HELLO, "FROBNICATE\r\n", "500 5.5.1"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Talk talk = talk_new();
        say(&talk, rows[i].before);
        const char *answer = say(&talk, rows[i].line);
        g_test_message("%s", rows[i].line);
        g_assert_true(g_str_has_prefix(answer, rows[i].reply));
        talk_free(&talk);
    }
}

/* Neither lines, recipients, errors nor a message without end grow memory or go on for ever. */
static void
test_limits(void)
{
    Talk talk = talk_new();
    g_autofree char *long_line = g_strnfill(100000, 'x');
    say(&talk, HELLO);
    say(&talk, long_line);
    g_assert_cmpstr(say(&talk, "\r\n"), ==, "500 5.5.2 the line is too long\r\n");
    say(&talk, "MAIL FROM:<a@b>\r\n");
    for (guint i = 0; i < LIMIT_LMTP_RECIPIENTS; i++)
        g_assert_cmpstr(say(&talk, "RCPT TO:<a@b>\r\n"), ==, "250 2.1.5 ok\r\n");
    g_assert_true(g_str_has_prefix(say(&talk, "RCPT TO:<a@b>\r\n"), "452 4.5.3"));
    say(&talk, "DATA\r\n");
    for (guint i = 0; i < 10; i++)
        say(&talk, long_line);
    talk.outcome = OUTCOME_TOO_LARGE;
    say(&talk, "\r\n.\r\n");
    g_assert_cmpuint(g_bytes_get_size(g_ptr_array_index(talk.messages, 0)), ==, MAX_MESSAGE + 1);
    for (guint i = 0; i < LIMIT_LMTP_ERRORS && talk.last != LMTP_CLOSE; i++)
        say(&talk, "RUBBISH\r\n");
    g_assert_cmpint(talk.last, ==, LMTP_CLOSE);
    g_assert_nonnull(strstr(talk.out->str, "421 4.3.2"));
    talk_free(&talk);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lmtp/one-message", test_one_message);
    g_test_add_func("/lmtp/any-pieces", test_any_pieces);
    g_test_add_func("/lmtp/no-smuggling", test_no_smuggling);
    g_test_add_func("/lmtp/outcomes", test_outcomes);
    g_test_add_func("/lmtp/wrong-commands", test_wrong_commands);
    g_test_add_func("/lmtp/limits", test_limits);
    return g_test_run();
}
