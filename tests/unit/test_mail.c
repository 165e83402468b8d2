/* Mail that people get: what may be an address, and what nothing can do to a header. */
#include "report/mail.h"

#include <string.h>

#define FROM "tlsgauge@mail.example.org"

static const char *const to[] = {"a@example.org", "b@example.net", NULL};

static char *
compose(const char *subject, const char *text, const char *html, gboolean crlf)
{
    Mail mail = {FROM, to, subject, text, html, 1700000000};
    g_autoptr(GBytes) bytes = mail_compose(&mail, crlf);
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    return g_strndup(data, length);
}

static void
test_addresses(void)
{
    static const struct {
        const char *text, *address; /* NULL: none */
    } rows[] = {
        {"user@example.org", "user@example.org"},
        {"User.Name+tag@EXAMPLE.org.", "User.Name+tag@example.org"},
        {"root@localhost", "root@localhost"},
        {"u@b\xc3\xbc"
         "cher.example",
         "u@xn--bcher-kva.example"},
        {"", NULL},
        {"user", NULL},
        {"@example.org", NULL},
        {"user@", NULL},
        {"-oX@example.org", NULL},
        {".a@example.org", NULL},
        {"a..b@example.org", NULL},
        {"a b@example.org", NULL},
        {"a@b@example.org", NULL},
        {"\"a\"@example.org", NULL},
        {"a@example.org\nBcc: c@example.org", NULL},
        {"a\r\nBcc:c@example.org", NULL},
        {"<a@example.org>", NULL},
        {"a,b@example.org", NULL},
        {"\xc3\xbc@example.org", NULL},
        {"a@[127.0.0.1]", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *address = mail_address(rows[i].text);
        g_assert_cmpstr(address, ==, rows[i].address);
    }
}

static void
test_lists(void)
{
    g_autofree char *wrong = NULL, *none = NULL, *many = NULL;
    g_auto(GStrv) list = mail_addresses(" a@example.org, b@Example.net ;", NULL);
    g_assert_cmpuint(g_strv_length(list), ==, 2);
    g_assert_cmpstr(list[1], ==, "b@example.net");
    g_assert_null(mail_addresses("a@example.org, b c@example.org", &wrong));
    g_assert_cmpstr(wrong, ==, "b c@example.org");
    g_assert_null(mail_addresses(" , ", &none));
    g_assert_cmpstr(none, ==, "");
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 101; i++)
        g_string_append_printf(text, "u%d@example.org,", i);
    g_assert_null(mail_addresses(text->str, &many));
}

/* The header is ours alone, whatever is in the subject and in the texts. */
static void
test_injection(void)
{
    g_autofree char *message = compose("x\r\nBcc: evil@example.com\r\n\r\nbody\x1b[2J \xff",
                                       "a\r\n.\r\nFrom x\n", NULL, FALSE);
    const char *end = strstr(message, "\n\n");
    g_autofree char *header = g_strndup(message, (gsize)(end - message));
    g_assert_null(strstr(header, "\nBcc"));
    g_assert_null(strchr(header, '\r'));
    g_assert_null(strchr(header, '\x1b'));
    g_assert_nonnull(strstr(header, "\nAuto-Submitted: auto-generated\n"));
    g_assert_nonnull(strstr(header, "\nPrecedence: bulk"));
    g_assert_nonnull(strstr(header, "\nTo: a@example.org, b@example.net\n"));
    g_assert_nonnull(strstr(header, FROM));
    g_assert_nonnull(strstr(header, "@mail.example.org>\n"));
    g_assert_nonnull(strstr(header, "Date: Tue, 14 Nov 2023 22:13:20 +0000"));
}

/* Lines end as they should and are short enough for SMTP, in 7 bits. */
static void
test_lines(void)
{
    g_autofree char *word = g_strnfill(5000, 'x');
    g_autofree char *text = g_strdup_printf("%s \xc3\xa9\nshort\n", word);
    g_autofree char *html = g_strdup_printf("<p>%s \xc3\xa9</p>", word);
    for (int crlf = 0; crlf < 2; crlf++) {
        g_autofree char *message = compose("caf\xc3\xa9", text, html, crlf);
        g_auto(GStrv) lines = g_strsplit(message, "\n", -1);
        for (char **line = lines; line[1] != NULL; line++) {
            gsize length = strlen(*line);
            g_assert_cmpuint(length, <, 999);
            g_assert_cmpint(length > 0 && (*line)[length - 1] == '\r', ==, crlf);
        }
        for (const char *p = message; *p != '\0'; p++)
            g_assert_true(g_ascii_isprint(*p) || strchr("\r\n\t", *p) != NULL);
        g_assert_nonnull(strstr(message, "multipart/alternative"));
        g_assert_cmpuint(strstr(message, "text/plain") - message, <,
                         strstr(message, "text/html") - message);
    }
}

/* Two mails are never one for who threads or deletes duplicates by Message-ID. */
static void
test_message_id(void)
{
    g_autofree char *first = compose("s", "t", NULL, FALSE);
    g_autofree char *second = compose("s", "t", NULL, FALSE);
    g_assert_cmpstr(strstr(first, "Message-"), !=, strstr(second, "Message-"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mail/addresses", test_addresses);
    g_test_add_func("/mail/lists", test_lists);
    g_test_add_func("/mail/injection", test_injection);
    g_test_add_func("/mail/lines", test_lines);
    g_test_add_func("/mail/message-id", test_message_id);
    return g_test_run();
}
