/* Where a mailbox is, and how its folder is named on the wire. */
#include "ingest/imap_url.h"

#include <string.h>

#include "ingest/imap_name.h"

static void
test_urls(void)
{
    static const struct {
        const char *text, *host;
        guint port;
        const char *user, *folder, *address;
    } table[] = {
        {"imaps://u@mail.example", "mail.example", 993, "u", "INBOX",
         "imaps://u@mail.example/INBOX"},
        {"imaps://u@Mail.Example/", "mail.example", 993, "u", "INBOX",
         "imaps://u@mail.example/INBOX"},
        {"IMAPS://u@mail.example:993/inbox", "mail.example", 993, "u", "INBOX",
         "imaps://u@mail.example/INBOX"},
        {"imap://u@mail.example", "mail.example", 143, "u", "INBOX", "imap://u@mail.example/INBOX"},
        {"imaps://u@mail.example:1993/a/b", "mail.example", 1993, "u", "a/b",
         "imaps://u@mail.example:1993/a/b"},
        {"imaps://u%40example.org@mail.example", "mail.example", 993, "u@example.org", "INBOX",
         "imaps://u%40example.org@mail.example/INBOX"},
        {"imaps://u@example.org@mail.example", "mail.example", 993, "u@example.org", "INBOX",
         "imaps://u%40example.org@mail.example/INBOX"},
        {"imaps://u@[::1]:10/x", "::1", 10, "u", "x", "imaps://u@[::1]:10/x"},
        {"imaps://u@h/%C3%9Cber%20%26%25", "h", 993, "u",
         "\xc3\x9c"
         "ber &%",
         "imaps://u@h/%C3%9Cber%20%26%25"},
        {"imaps://u@h/\xc3\x9c", "h", 993, "u", "\xc3\x9c", "imaps://u@h/%C3%9C"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        const char *fault = NULL;
        g_autoptr(ImapUrl) url = imap_url_parse(table[i].text, &fault);
        g_test_message("%s", table[i].text);
        g_assert_cmpstr(fault, ==, NULL);
        g_assert_nonnull(url);
        g_assert_cmpstr(url->host, ==, table[i].host);
        g_assert_cmpuint(url->port, ==, table[i].port);
        g_assert_cmpstr(url->user, ==, table[i].user);
        g_assert_cmpstr(url->folder, ==, table[i].folder);
        g_assert_cmpstr(url->address, ==, table[i].address);
        /* The address is such a URL itself, of the same mailbox. */
        g_autoptr(ImapUrl) again = imap_url_parse(url->address, &fault);
        g_assert_nonnull(again);
        g_assert_cmpstr(again->address, ==, url->address);
    }
}

static void
test_no_urls(void)
{
    static const struct {
        const char *text, *fault;
    } table[] = {
        {"", "no URL"},
        {"mail.example", "no URL"},
        {"https://u@mail.example/", "scheme"},
        {"imaps://mail.example/", "no user"},
        {"imaps://@mail.example/", "no user"},
        {"imaps://u@/x", "no URL"},
        {"imaps://u:secret@mail.example/", "password"},
        {"imaps://u:@mail.example/", "password"},
        {"imaps://u@mail.example:0/", "port 0"},
        {"imaps://u@mail.example:99999/", "no URL"},
        {"imaps://u@mail.example/x?y", "query"},
        {"imaps://u@mail.example/x#y", "fragment"},
        {"imaps://u@mail.example/%0d%0aA1%20DELETE%20x", "folder"},
        {"imaps://u%0a@mail.example/", "no user"},
        {"imaps://u@mail.example/%00", "no URL"},
        {"imaps://u@mail.example/%zz", "no URL"},
        {"imaps://u@mail.example/%", "no URL"},
        {"imaps://u@mail.example/a b", "no URL"},
        {"imaps://u@mail.example/a\nb", "no URL"},
        {"imaps://u@mail.example/\xff", "no URL"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        const char *fault = NULL;
        g_autoptr(ImapUrl) url = imap_url_parse(table[i].text, &fault);
        g_test_message("%s: %s", table[i].text, fault);
        g_assert_null(url);
        g_assert_nonnull(fault);
        g_assert_nonnull(strstr(fault, table[i].fault));
    }
}

static void
test_loopback(void)
{
    static const struct {
        const char *text;
        gboolean is;
    } table[] = {
        {"imap://u@127.0.0.1/", TRUE},
        {"imap://u@127.9.9.9/", TRUE},
        {"imap://u@[::1]/", TRUE},
        {"imap://u@LOCALHOST/", TRUE},
        {"imap://u@localhost.example/", FALSE},
        {"imap://u@128.0.0.1/", FALSE},
        {"imap://u@127.0.0.1.example/", FALSE},
        {"imap://u@0.0.0.0/", FALSE},
        {"imap://u@[::]/", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        const char *fault = NULL;
        g_autoptr(ImapUrl) url = imap_url_parse(table[i].text, &fault);
        g_test_message("%s", table[i].text);
        g_assert_nonnull(url);
        g_assert_cmpint(imap_url_is_loopback(url), ==, table[i].is);
    }
}

static void
test_names(void)
{
    static const struct {
        const char *folder, *quoted;
    } table[] = {
        {"INBOX", "\"INBOX\""},
        {"a b/c", "\"a b/c\""},
        {"a\"b\\c", "\"a\\\"b\\\\c\""},
        {"Entw\xc3\xbcrfe & mehr", "\"Entw&APw-rfe &- mehr\""},
        /* The example of RFC 3501 5.1.3. */
        {"~peter/mail/\xe5\x8f\xb0\xe5\x8c\x97/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e",
         "\"~peter/mail/&U,BTFw-/&ZeVnLIqe-\""},
        {"\xf0\x9f\x93\xa5", "\"&2D3c5Q-\""},
        {"", NULL},
        {"a\r\nb", NULL},
        {"a\tb", NULL},
        {"a\x7f", NULL},
        {"a\xc2\x85", NULL},
        {"\xff", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *quoted = imap_name_quote(table[i].folder);
        g_assert_cmpstr(quoted, ==, table[i].quoted);
    }
    g_autofree char *longest = g_strnfill(256, 'a');
    g_assert_null(imap_name_quote(longest));
}

static void
test_sets(void)
{
    static const guint32 uids[] = {1, 2, 3, 7, 9, 10, 4294967295u};
    g_autofree char *text = imap_set_text(uids, G_N_ELEMENTS(uids));
    g_assert_cmpstr(text, ==, "1:3,7,9:10,4294967295");
    g_assert_true(imap_set_valid(text));
    g_autofree char *none = imap_set_text(uids, 0);
    g_assert_cmpstr(none, ==, "");
    g_assert_false(imap_set_valid(none));
    g_assert_false(imap_set_valid("1\r\nt2 DELETE x"));
    g_assert_false(imap_set_valid("1:*"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/imap/url/urls", test_urls);
    g_test_add_func("/imap/url/no-urls", test_no_urls);
    g_test_add_func("/imap/url/loopback", test_loopback);
    g_test_add_func("/imap/name/names", test_names);
    g_test_add_func("/imap/name/sets", test_sets);
    return g_test_run();
}
