#include "ingest/mail_header.h"

#include <string.h>

#include "schema/limits.h"

static MailHeader
read_text(const char *text)
{
    gsize body;
    return mail_header_read(text, strlen(text), &body);
}

static void
check_body(const char *text, const char *wanted)
{
    gsize body;
    mail_header_read(text, strlen(text), &body);
    g_assert_cmpstr(text + body, ==, wanted);
}

static void
check_value(const char *text, const char *name, const char *wanted)
{
    g_autofree char *value = mail_header_value(read_text(text), name);
    g_assert_cmpstr(value, ==, wanted);
}

static void
test_body(void)
{
    check_body("A: b\n\nbody", "body");
    check_body("A: b\r\nC: d\r\n\r\nbody", "body");
    check_body("A: b\nC: d", "");
    check_body("\nbody", "body");
    check_body("", "");
    check_body("{\"a\": 1}\n\nmore", "{\"a\": 1}\n\nmore"); /* a body without a header */
    check_body("A: b\nstray line\nC: d\n\nbody", "body");
}

static void
test_value(void)
{
    check_value("Subject: one\nsubject: two\n", "SUBJECT", "one");
    check_value("Subject:one\n", "Subject", "one");
    check_value("Subject : one \n", "Subject", "one");
    check_value("Subject: a\r\n\tb\r\n  c\r\nX: y\r\n", "Subject", "a\tb  c");
    check_value("Subject:\n one\n", "Subject", "one");
    check_value("Subject-Line: one\n", "Subject", NULL);
    check_value("X: Subject: one\n", "Subject", NULL);
    check_value("X: y\n Subject: one\n", "Subject", NULL);
    check_value("X: y\n\nSubject: one\n", "Subject", NULL);
    check_value("stray\nSubject: one\n", "Subject", NULL);
    check_value("X: y\nstray\nSubject: one\n", "Subject", "one");
    check_value("Subject:", "Subject", "");
    check_value("Subject", "Subject", NULL);
}

static void
test_value_with_nul(void)
{
    static const char text[] = "TLS-Report-Domain: a.example\0.b.example\n";
    gsize body;
    MailHeader header = mail_header_read(text, sizeof text - 1, &body);
    g_autofree char *value = mail_header_value(header, "TLS-Report-Domain");
    g_assert_cmpstr(value, ==, "a.example .b.example");
}

static void
test_value_is_cut(void)
{
    g_autofree char *filler = g_strnfill(LIMIT_FIELD_VALUE_BYTES, 'x');
    g_autofree char *text = g_strdup_printf("A: %s%s\nB: b\n", filler, filler);
    g_autofree char *value = mail_header_value(read_text(text), "A");
    g_assert_cmpuint(strlen(value), <=, LIMIT_FIELD_VALUE_BYTES);
    check_value(text, "B", "b");
}

static void
test_header_is_cut(void)
{
    GString *text = g_string_new("First: 1\n");
    while (text->len <= LIMIT_HEADER_BYTES)
        g_string_append(text, "X: y\n");
    g_string_append(text, "Last: 2\n\nbody");
    check_value(text->str, "First", "1");
    check_value(text->str, "Last", NULL);
    check_body(text->str, "body");
    g_string_free(text, TRUE);
}

static void
test_next(void)
{
    MailHeader header = read_text("R: one\nX: y\nr: two\n three\nR:\n");
    gsize position = 0, length, n = 0;
    const char *value;
    static const char *const wanted[] = {" one\n", " two\n three\n", "\n"};
    while (mail_header_next(header, "R", &position, &value, &length)) {
        g_autofree char *text = g_strndup(value, length);
        g_assert_cmpstr(text, ==, wanted[n++]);
    }
    g_assert_cmpuint(n, ==, 3);
}

static void
check_start(const char *text, const char *wanted)
{
    g_assert_cmpstr(text + mail_header_start(text, strlen(text)), ==, wanted);
}

static void
test_start(void)
{
    check_start("A: b\n", "A: b\n");
    check_start("From a@b Mon Mar  2 03:00:00 2026\nA: b\n", "A: b\n");
    check_start("From a@b\r\n>From c@d\r\nA: b\n", "A: b\n");
    check_start("\r\n\nA: b\n", "A: b\n");
    check_start("From a@b", "");
    check_start("", "");
}

static void
test_sniff(void)
{
    static const char *const messages[] = {"A: b", "Return-Path: <>\r\n", "From a@b\n",
                                           ">From a@b\nX: y\n", "X-a_b.c: d\n"};
    static const char *const others[] = {"",        "\n",       "hello\n",         "{\"a\": 1}",
                                         "[1]",     "a b: c\n", ": value\n",       "\x1f\x8b: x",
                                         "<a:b>\n", "From",     "caf\xc3\xa9: x\n"};
    for (guint i = 0; i < G_N_ELEMENTS(messages); i++)
        g_assert_true(mail_header_sniff(messages[i], strlen(messages[i])));
    for (guint i = 0; i < G_N_ELEMENTS(others); i++)
        g_assert_false(mail_header_sniff(others[i], strlen(others[i])));
}

static void
check_from(const char *text, const char *wanted)
{
    g_autofree char *domain = mail_header_from_domain(read_text(text));
    g_assert_cmpstr(domain, ==, wanted);
}

static void
test_from_domain(void)
{
    check_from("From: tls@Sender.Example\n", "sender.example");
    check_from("From: TLS Reports <tls@sender.example>\n", "sender.example");
    check_from("From: \"x@google.example\" <tls@sender.example> (c@d)\n", "sender.example");
    check_from("From: \"a@b\"@sender.example\n", "sender.example");
    check_from("From:\n TLS\n <tls@sender.example>\n", "sender.example");
    check_from("From: a@sender.example, b@other.example\n", NULL);
    check_from("From: a@sender.example\nFrom: b@other.example\n", NULL);
    check_from("From: group: a@sender.example;\n", NULL);
    check_from("From: nobody\n", NULL);
    check_from("From:\n", NULL);
    check_from("To: a@sender.example\n", NULL);
}

static void
check_content(const char *text, const char *type, const char *boundary, const char *file_name,
              gboolean is_tlsrpt)
{
    g_auto(MailContent) content = {0};
    mail_header_content(read_text(text), "text/plain", &content);
    g_assert_cmpstr(content.type, ==, type);
    g_assert_cmpstr(content.boundary, ==, boundary);
    g_assert_cmpstr(content.file_name, ==, file_name);
    g_assert_cmpint(content.is_tlsrpt, ==, is_tlsrpt);
}

static void
test_content(void)
{
    check_content("X: y\n", "text/plain", NULL, NULL, FALSE);
    check_content("Content-Type: Multipart/Report; boundary=\"a b\"; report-type=TLSRPT\n",
                  "multipart/report", "a b", NULL, TRUE);
    check_content("Content-Type: multipart/report; report-type=\"tlsrpt\";\n\tboundary=x;\n",
                  "multipart/report", "x", NULL, TRUE);
    check_content("Content-Type: multipart/report; report-type=delivery-status; boundary=x\n",
                  "multipart/report", "x", NULL, FALSE);
    check_content("Content-Type: application/json; name=a.json\n", "application/json", NULL,
                  "a.json", FALSE);
    check_content("Content-Type: application/json; name=a.json\n"
                  "Content-Disposition: attachment; filename=\"b!c!1!2.json\"\n",
                  "application/json", NULL, "b!c!1!2.json", FALSE);
    check_content("Content-Disposition: attachment;\n filename*0=b.js;\n filename*1=on\n",
                  "text/plain", NULL, "b.json", FALSE);
    check_content("Content-Type: a/b; name*=utf-8''%C3%A9.json\n", "a/b", NULL, "é.json", FALSE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mail-header/body", test_body);
    g_test_add_func("/mail-header/value", test_value);
    g_test_add_func("/mail-header/value-with-nul", test_value_with_nul);
    g_test_add_func("/mail-header/value-is-cut", test_value_is_cut);
    g_test_add_func("/mail-header/header-is-cut", test_header_is_cut);
    g_test_add_func("/mail-header/next", test_next);
    g_test_add_func("/mail-header/start", test_start);
    g_test_add_func("/mail-header/sniff", test_sniff);
    g_test_add_func("/mail-header/from-domain", test_from_domain);
    g_test_add_func("/mail-header/content", test_content);
    return g_test_run();
}
