/* What IMAP servers say, cut into responses and read. */
#include "ingest/imap_response.h"

#include <string.h>

#include "ingest/imap_reader.h"
#include "schema/limits.h"

#define MAX_LITERAL 1000u

/* A reader and the last response that it gave. */
typedef struct {
    ImapReader *reader;
    ImapResponse response;
    guint responses;
} Talk;

static Talk
talk_new(void)
{
    return (Talk){.reader = imap_reader_new(MAX_LITERAL)};
}

static void
talk_free(Talk *talk)
{
    imap_response_clear(&talk->response);
    imap_reader_free(talk->reader);
}

/* Feeds OCTETS in pieces of STEP and reads each response. */
static ImapRead
feed(Talk *talk, const char *octets, gsize length, gsize step)
{
    ImapRead read = IMAP_READ_MORE;
    for (gsize at = 0; at < length && read != IMAP_READ_BROKEN;) {
        gsize used;
        read = imap_reader_feed(talk->reader, octets + at, MIN(step, length - at), &used);
        g_assert_cmpuint(used, <=, MIN(step, length - at));
        at += used;
        if (read != IMAP_READ_RESPONSE)
            continue;
        talk->responses++;
        imap_response_clear(&talk->response);
        imap_response_read(imap_reader_text(talk->reader), imap_reader_literals(talk->reader),
                           &talk->response);
    }
    return read;
}

/* Reads the one response TEXT. */
static Talk
say(const char *text)
{
    Talk talk = talk_new();
    g_autofree char *line = g_strconcat(text, "\r\n", NULL);
    feed(&talk, line, strlen(line), strlen(line));
    g_assert_cmpuint(talk.responses, ==, 1);
    return talk;
}

static void
test_status(void)
{
    static const struct {
        const char *line;
        ImapSays says;
        const char *tag, *code, *text;
    } table[] = {
        {"* OK ready", IMAP_SAYS_OK, NULL, NULL, "ready"},
        {"t1 OK [READ-WRITE] Select completed", IMAP_SAYS_OK, "t1", "READ-WRITE",
         "Select completed"},
        {"t12 NO [TRYCREATE] no such folder", IMAP_SAYS_NO, "t12", "TRYCREATE", "no such folder"},
        {"t1 bad what?", IMAP_SAYS_BAD, "t1", NULL, "what?"},
        {"* BYE", IMAP_SAYS_BYE, NULL, NULL, ""},
        {"* PREAUTH [] x", IMAP_SAYS_PREAUTH, NULL, "", "x"},
        {"t1 OK [UNCLOSED x", IMAP_SAYS_OK, "t1", NULL, "[UNCLOSED x"},
        {"+ go on", IMAP_SAYS_CONTINUE, NULL, NULL, NULL},
        {"* 12 EXISTS", IMAP_SAYS_OTHER, NULL, NULL, NULL},
        {"* LIST () \"/\" INBOX", IMAP_SAYS_OTHER, NULL, NULL, NULL},
        {"* OKAY", IMAP_SAYS_OTHER, NULL, NULL, NULL},
        {"HTTP/1.1 400 Bad Request", IMAP_SAYS_OTHER, "HTTP/1.1", NULL, "Bad Request"},
        {"", IMAP_SAYS_OTHER, "", NULL, NULL},
        {"*", IMAP_SAYS_OTHER, "*", NULL, NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        Talk talk = say(table[i].line);
        g_test_message("%s", table[i].line);
        g_assert_cmpint(talk.response.says, ==, table[i].says);
        g_assert_cmpstr(talk.response.tag, ==, table[i].tag);
        g_assert_cmpstr(talk.response.code, ==, table[i].code);
        if (table[i].says != IMAP_SAYS_OTHER)
            g_assert_cmpstr(talk.response.text, ==, table[i].text);
        talk_free(&talk);
    }
}

static void
test_codes(void)
{
    static const struct {
        const char *line, *name;
        guint32 number;
        gboolean is;
    } table[] = {
        {"* OK [UIDVALIDITY 3857529045] valid", "UIDVALIDITY", 3857529045u, TRUE},
        {"* OK [uidnext 4392] next", "UIDNEXT", 4392, TRUE},
        {"* OK [UIDVALIDITY 4294967296] too large", "UIDVALIDITY", 0, TRUE},
        {"* OK [UIDVALIDITY -1] x", "UIDVALIDITY", 0, TRUE},
        {"* OK [UIDVALIDITY] x", "UIDVALIDITY", 0, TRUE},
        {"* OK [UIDVALIDITYX 7] x", "UIDVALIDITY", 0, FALSE},
        {"* OK UIDVALIDITY 7", "UIDVALIDITY", 0, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        Talk talk = say(table[i].line);
        g_test_message("%s", table[i].line);
        g_assert_cmpuint(imap_response_code_number(&talk.response, table[i].name), ==,
                         table[i].number);
        g_assert_cmpint(imap_response_code_is(&talk.response, table[i].name), ==, table[i].is);
        talk_free(&talk);
    }
}

static void
test_capability(void)
{
    static const struct {
        const char *line;
        guint can;
    } table[] = {
        {"* CAPABILITY IMAP4rev1 UIDPLUS MOVE IDLE", IMAP_CAN_MOVE | IMAP_CAN_UIDPLUS},
        {"* capability imap4rev1 move", IMAP_CAN_MOVE},
        {"* CAPABILITY XMOVE UIDPLUSPLUS", 0},
        {"* CAPABILITY", 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        Talk talk = say(table[i].line);
        g_assert_cmpint(talk.response.says, ==, IMAP_SAYS_CAPABILITY);
        g_assert_cmpuint(talk.response.can, ==, table[i].can);
        talk_free(&talk);
    }
}

static void
test_search(void)
{
    static const struct {
        const char *line, *uids;
    } table[] = {
        {"* SEARCH 2 84 882", "2 84 882 "},
        {"* SEARCH", ""},
        {"* SEARCH ", ""},
        {"* search 4294967295 4294967296 0 -1 x 7", "4294967295 7 "},
        {"* SEARCH 1 2 (MODSEQ 917162500)", "1 2 "},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        Talk talk = say(table[i].line);
        g_autoptr(GString) uids = g_string_new(NULL);
        g_assert_cmpint(talk.response.says, ==, IMAP_SAYS_SEARCH);
        for (guint n = 0; n < talk.response.uids->len; n++)
            g_string_append_printf(uids, "%u ", g_array_index(talk.response.uids, guint32, n));
        g_assert_cmpstr(uids->str, ==, table[i].uids);
        talk_free(&talk);
    }
}

static void
test_flags(void)
{
    static const struct {
        const char *line;
        guint32 uid;
        guint64 size;
        gboolean seen, deleted;
    } table[] = {
        {"* 1 FETCH (UID 5 FLAGS () RFC822.SIZE 44)", 5, 44, FALSE, FALSE},
        {"* 1 FETCH (FLAGS (\\Recent \\Seen $Junk) RFC822.SIZE 4294967296 UID 6)", 6, 4294967296,
         TRUE, FALSE},
        {"* 9 fetch (rfc822.size 1 modseq (12) uid 7 flags (\\deleted))", 7, 1, FALSE, TRUE},
        {"* 1 FETCH (ENVELOPE (NIL \"a)\\\"b\" ((NIL NIL \"x\" \"y\")) NIL) BODY[HEADER.FIELDS "
         "(TO)] "
         "NIL UID 8 FLAGS (\\Seen) RFC822.SIZE 3)",
         8, 3, TRUE, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        Talk talk = say(table[i].line);
        g_test_message("%s", table[i].line);
        g_assert_cmpint(talk.response.says, ==, IMAP_SAYS_FETCH);
        g_assert_true(talk.response.has_flags && talk.response.has_size);
        g_assert_false(talk.response.has_body);
        g_assert_cmpuint(talk.response.uid, ==, table[i].uid);
        g_assert_cmpuint(talk.response.size, ==, table[i].size);
        g_assert_cmpint(talk.response.seen, ==, table[i].seen);
        g_assert_cmpint(talk.response.deleted, ==, table[i].deleted);
        talk_free(&talk);
    }
}

static void
test_unreadable_fetch(void)
{
    static const char *const lines[] = {
        "* 1 FETCH",
        "* 1 FETCH (",
        "* 1 FETCH (UID",
        "* 1 FETCH (UID x)",
        "* 1 FETCH (UID 4294967296)",
        "* 1 FETCH (UID -1)",
        "* 1 FETCH (FLAGS)",
        "* 1 FETCH (FLAGS (\\Seen",
        "* 1 FETCH (FLAGS ((\\Seen)))",
        "* 1 FETCH (BODY[] \"unclosed",
        "* 1 FETCH (BODY[] word)",
        "* 1 FETCH (X ((((",
        "* 1 FETCH (X \"\\",
        "* 1 FETCH )",
        "* 99999999999 FETCH (UID 1)",
    };
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        Talk talk = say(lines[i]);
        g_test_message("%s", lines[i]);
        g_assert_cmpint(talk.response.says, ==, IMAP_SAYS_OTHER);
        talk_free(&talk);
    }
}

static void
assert_body(const Talk *talk, const char *expected)
{
    g_assert_cmpint(talk->response.says, ==, IMAP_SAYS_FETCH);
    g_assert_true(talk->response.has_body);
    g_assert_nonnull(talk->response.body);
    g_autoptr(GBytes) wanted = g_bytes_new_static(expected, strlen(expected));
    g_assert_true(g_bytes_equal(talk->response.body, wanted));
}

/* Whatever the pieces in which the octets come. */
static void
test_literals(void)
{
    static const char octets[] = "* 1 FETCH (UID 7 X {4}\r\n)\r\n( BODY[] {13}\r\n"
                                 "t1 OK {9}\r\nx\n FLAGS (\\Seen) RFC822.SIZE 13)\r\n"
                                 "* 2 FETCH (BODY[] \"q\\\"uo\\\\ted\" UID 8)\r\n"
                                 "* 3 FETCH (BODY[] {0}\r\n UID 9)\r\n"
                                 "* 4 FETCH (BODY[] NIL UID 10)\n";
    static const char *const bodies[] = {"t1 OK {9}\r\nx\n", "q\"uo\\ted", "", ""};
    for (gsize step = 1; step < sizeof octets; step++) {
        Talk talk = talk_new();
        const char *at = octets;
        for (guint i = 0; i < G_N_ELEMENTS(bodies); i++) {
            while (talk.responses == i) {
                feed(&talk, at, 1, 1);
                at++;
            }
            assert_body(&talk, bodies[i]);
            g_assert_cmpuint(talk.response.uid, ==, 7 + i);
        }
        talk_free(&talk);
        Talk whole = talk_new();
        feed(&whole, octets, sizeof octets - 1, step);
        g_assert_cmpuint(whole.responses, ==, 4);
        assert_body(&whole, "");
        talk_free(&whole);
    }
}

/* What is longer than it may be is read over, and what follows is read. */
static void
test_too_long_literal(void)
{
    g_autoptr(GString) octets = g_string_new("* 1 FETCH (UID 3 BODY[] {1001}\r\n");
    for (guint i = 0; i < 1001; i++)
        g_string_append_c(octets, 'x');
    g_string_append(octets, ")\r\n* 2 FETCH (UID 4 BODY[] {1000}\r\n");
    Talk talk = talk_new();
    feed(&talk, octets->str, octets->len, 100);
    g_assert_cmpuint(talk.responses, ==, 1);
    g_assert_cmpuint(talk.response.uid, ==, 3);
    g_assert_true(talk.response.has_body);
    g_assert_null(talk.response.body);
    g_string_truncate(octets, 0);
    for (guint i = 0; i < 1000; i++)
        g_string_append_c(octets, 'y');
    g_autofree char *expected = g_strdup(octets->str);
    g_string_append(octets, ")\r\n");
    feed(&talk, octets->str, octets->len, 100);
    assert_body(&talk, expected);
    talk_free(&talk);
    /* Several literals share the room of one. */
    Talk two = talk_new();
    g_string_printf(octets, "* 1 FETCH (UID 5 X {600}\r\n%.600s BODY[] {600}\r\n%.600s)\r\n",
                    expected, expected);
    feed(&two, octets->str, octets->len, 7);
    g_assert_cmpuint(two.responses, ==, 1);
    g_assert_true(two.response.has_body);
    g_assert_null(two.response.body);
    talk_free(&two);
}

static void
test_endless(void)
{
    g_autofree char *piece = g_malloc(1 << 20);
    memset(piece, 'x', 1 << 20);
    Talk talk = talk_new();
    ImapRead read = IMAP_READ_MORE;
    for (guint i = 0; i < 64 && read == IMAP_READ_MORE; i++)
        read = feed(&talk, piece, 1 << 20, 1 << 20);
    g_assert_cmpint(read, ==, IMAP_READ_BROKEN);
    talk_free(&talk);
    Talk literals = talk_new();
    read = IMAP_READ_MORE;
    for (guint i = 0; i <= LIMIT_IMAP_LITERALS && read == IMAP_READ_MORE; i++)
        read = feed(&literals, "{0}\r\n", 5, 5);
    g_assert_cmpint(read, ==, IMAP_READ_BROKEN);
    talk_free(&literals);
    /* A number that IMAP does not have is text. */
    Talk number = say("* OK {4294967296}");
    g_assert_cmpstr(number.response.text, ==, "{4294967296}");
    talk_free(&number);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/imap/response/status", test_status);
    g_test_add_func("/imap/response/codes", test_codes);
    g_test_add_func("/imap/response/capability", test_capability);
    g_test_add_func("/imap/response/search", test_search);
    g_test_add_func("/imap/response/flags", test_flags);
    g_test_add_func("/imap/response/unreadable-fetch", test_unreadable_fetch);
    g_test_add_func("/imap/response/literals", test_literals);
    g_test_add_func("/imap/response/too-long-literal", test_too_long_literal);
    g_test_add_func("/imap/response/endless", test_endless);
    return g_test_run();
}
