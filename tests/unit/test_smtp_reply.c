#include "check/smtp_reply.h"

#include <string.h>

#include "schema/limits.h"

/* Fed whole, and octet by octet: the same comes out. */
static SmtpReply *
read_text(const char *text, gsize length, SmtpReplyRead wanted, gsize wanted_used)
{
    SmtpReply *reply = smtp_reply_new();
    gsize used = 0;
    g_assert_cmpint(smtp_reply_feed(reply, text, length, &used), ==, wanted);
    if (wanted != SMTP_REPLY_BROKEN)
        g_assert_cmpuint(used, ==, wanted_used);
    g_autoptr(SmtpReply) slow = smtp_reply_new();
    SmtpReplyRead read = SMTP_REPLY_MORE;
    gsize total = 0;
    for (gsize i = 0; i < length && read == SMTP_REPLY_MORE; i++) {
        read = smtp_reply_feed(slow, text + i, 1, &used);
        total += used;
    }
    g_assert_cmpint(read, ==, wanted);
    g_assert_cmpint(slow->code, ==, reply->code);
    g_assert_cmpuint(slow->lines->len, ==, reply->lines->len);
    if (wanted != SMTP_REPLY_BROKEN)
        g_assert_cmpuint(total, ==, wanted_used);
    return reply;
}

static void
check_reply(const char *text, guint code, const char *shown)
{
    g_autoptr(SmtpReply) reply = read_text(text, strlen(text), SMTP_REPLY_DONE, strlen(text));
    g_assert_cmpuint(reply->code, ==, code);
    g_autofree char *told = smtp_reply_text(reply);
    g_assert_cmpstr(told, ==, shown);
}

static void
test_replies(void)
{
    check_reply("220 mx.example.org ESMTP\r\n", 220, "220 mx.example.org ESMTP");
    check_reply("250-mx\r\n250-SIZE 1\r\n250 STARTTLS\r\n", 250, "250 mx / SIZE 1 / STARTTLS");
    check_reply("250-mx\n250 X\n", 250, "250 mx / X");
    check_reply("220\r\n", 220, "220 ");
    check_reply("220 \r\n", 220, "220 ");
    check_reply("554 5.7.1 no \033[2J\xff\r\n", 554, "554 5.7.1 no \\x1b[2J\\xff");
}

/* What follows a reply is left for the next. */
static void
test_rest(void)
{
    const char *text = "220 go\r\n250 injected\r\n";
    g_autoptr(SmtpReply) reply = read_text(text, strlen(text), SMTP_REPLY_DONE, 8);
    g_assert_cmpuint(reply->code, ==, 220);
    g_autoptr(SmtpReply) more = read_text("250-a\r\n250", 10, SMTP_REPLY_MORE, 10);
    g_assert_cmpuint(more->lines->len, ==, 1);
}

static void
check_broken(const char *text, gsize length, const char *problem)
{
    g_autoptr(SmtpReply) reply = read_text(text, length, SMTP_REPLY_BROKEN, 0);
    g_assert_cmpstr(reply->problem, ==, problem);
    g_autofree char *told = smtp_reply_text(reply);
    g_assert_true(g_utf8_validate(told, -1, NULL));
    g_assert_cmpuint(strlen(told), <=, LIMIT_FACT_BYTES);
}

static void
test_broken(void)
{
    check_broken("HTTP/1.1 400 Bad Request\r\n", 26, "no SMTP reply");
    check_broken("\r\n", 2, "no SMTP reply");
    check_broken("22\r\n", 4, "no SMTP reply");
    check_broken("120 x\r\n", 7, "no SMTP reply");
    check_broken("650 x\r\n", 7, "no SMTP reply");
    check_broken("220x\r\n", 6, "no SMTP reply");
    check_broken("2 0 x\r\n", 7, "no SMTP reply");
    check_broken("250-a\r\n251 b\r\n", 14, "the lines of one reply have different codes");
    check_broken("220 a\0b\r\n", 9, "a NUL octet in a reply");
    check_broken("\x16\x03\x01\x02\x05\n", 6, "no SMTP reply");
}

static void
test_limits(void)
{
    g_autofree char *longest = g_strnfill(LIMIT_SMTP_LINE_BYTES, '2');
    g_autofree char *line =
        g_strdup_printf("220 %.*s\r\n", (int)LIMIT_SMTP_LINE_BYTES - 5, longest);
    g_autoptr(SmtpReply) full = read_text(line, strlen(line), SMTP_REPLY_DONE, strlen(line));
    g_assert_cmpuint(full->code, ==, 220);
    g_autofree char *longer = g_strdup_printf("220 %s\r\n", longest);
    check_broken(longer, strlen(longer), "a reply line without end");
    g_autoptr(GString) lines = g_string_new(NULL);
    for (guint i = 0; i < LIMIT_SMTP_REPLY_LINES; i++)
        g_string_append(lines, "250-x\r\n");
    check_broken(lines->str, lines->len, "a reply without end");
}

static void
test_offers(void)
{
    const char *text = "250-starttls.example\r\n250-STARTTLSX\r\n250-X STARTTLS\r\n250-starttls "
                       "x\r\n250 8BITMIME\r\n";
    g_autoptr(SmtpReply) reply = read_text(text, strlen(text), SMTP_REPLY_DONE, strlen(text));
    g_assert_true(smtp_reply_offers(reply, "STARTTLS"));
    g_assert_true(smtp_reply_offers(reply, "8bitmime"));
    g_assert_false(smtp_reply_offers(reply, "SIZE"));
    const char *without = "250-STARTTLS\r\n250-STARTTLSX\r\n250 X STARTTLS\r\n";
    g_autoptr(SmtpReply) none =
        read_text(without, strlen(without), SMTP_REPLY_DONE, strlen(without));
    g_assert_false(smtp_reply_offers(none, "STARTTLS"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/smtp_reply/replies", test_replies);
    g_test_add_func("/smtp_reply/rest", test_rest);
    g_test_add_func("/smtp_reply/broken", test_broken);
    g_test_add_func("/smtp_reply/limits", test_limits);
    g_test_add_func("/smtp_reply/offers", test_offers);
    return g_test_run();
}
