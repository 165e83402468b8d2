#include "ingest/transfer.h"

#include <string.h>

static void
check(TransferEncoding encoding, const char *text, const char *wanted)
{
    g_autoptr(GBytes) owner = g_bytes_new(text, strlen(text));
    g_autoptr(GBytes) decoded =
        transfer_decode(owner, g_bytes_get_data(owner, NULL), strlen(text), encoding);
    gsize length;
    const char *data = g_bytes_get_data(decoded, &length);
    g_autofree char *result = g_strndup(length > 0 ? data : "", length);
    g_assert_cmpstr(result, ==, wanted);
    g_assert_cmpuint(length, ==, strlen(wanted));
    guint8 head[256];
    g_assert_cmpuint(strlen(text) + 8, <=, sizeof head);
    g_assert_cmpuint(transfer_peek(text, strlen(text), encoding, head), ==, length);
    g_assert_true(length == 0 || memcmp(head, data, length) == 0);
}

static void
test_names(void)
{
    g_assert_cmpint(transfer_from_name(NULL), ==, TRANSFER_IDENTITY);
    g_assert_cmpint(transfer_from_name("7bit"), ==, TRANSFER_IDENTITY);
    g_assert_cmpint(transfer_from_name("x-nonesuch"), ==, TRANSFER_IDENTITY);
    g_assert_cmpint(transfer_from_name("BASE64"), ==, TRANSFER_BASE64);
    g_assert_cmpint(transfer_from_name("Quoted-Printable"), ==, TRANSFER_QUOTED_PRINTABLE);
}

static void
test_base64(void)
{
    check(TRANSFER_BASE64, "", "");
    check(TRANSFER_BASE64, "YQ==", "a");
    check(TRANSFER_BASE64, "YWI=", "ab");
    check(TRANSFER_BASE64, "YWJj", "abc");
    check(TRANSFER_BASE64, "YWJjZA==\r\n", "abcd");
    /* No padding. */
    check(TRANSFER_BASE64, "YQ", "a");
    check(TRANSFER_BASE64, "YWI", "ab");
    check(TRANSFER_BASE64, "YWJjZA\n", "abcd");
    check(TRANSFER_BASE64, "YWJjZ", "abc");
    /* Line structure and white space. */
    check(TRANSFER_BASE64, "Y\nW\r\nJ\t j", "abc");
    check(TRANSFER_BASE64, "YWJ!\n jZA==", "abcd");
    /* What stands behind the data. */
    check(TRANSFER_BASE64, "YWI=\n\nYWJj", "ab");
    check(TRANSFER_BASE64, "YWJj\n-- \nfooter", "abc");
    check(TRANSFER_BASE64, "YWJj\nSee https://list.example\n", "abc");
    check(TRANSFER_BASE64, "{\"a\": 1}", "");
    check(TRANSFER_BASE64, "=", "");
    check(TRANSFER_BASE64, "Y===", "");
}

static void
test_quoted_printable(void)
{
    check(TRANSFER_QUOTED_PRINTABLE, "", "");
    check(TRANSFER_QUOTED_PRINTABLE, "a=3Db=\nc=\r\nd", "a=bcd");
    check(TRANSFER_QUOTED_PRINTABLE, "a=3db", "a=b");
    check(TRANSFER_QUOTED_PRINTABLE, "a=ZZb", "a=ZZb");
}

/* A part that is not encoded lies in the message, and stays there. */
static void
test_identity_does_not_copy(void)
{
    g_autoptr(GBytes) owner = g_bytes_new_static("head body", 9);
    const char *start = g_bytes_get_data(owner, NULL);
    g_autoptr(GBytes) body = transfer_decode(owner, start + 5, 4, TRANSFER_IDENTITY);
    g_assert_true(g_bytes_get_data(body, NULL) == start + 5);
    g_autoptr(GBytes) nothing = transfer_decode(owner, start + 9, 0, TRANSFER_BASE64);
    g_assert_cmpuint(g_bytes_get_size(nothing), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/transfer/names", test_names);
    g_test_add_func("/transfer/base64", test_base64);
    g_test_add_func("/transfer/quoted-printable", test_quoted_printable);
    g_test_add_func("/transfer/identity-does-not-copy", test_identity_does_not_copy);
    return g_test_run();
}
