#include "ingest/base64.h"

#include <string.h>

/* TEXT is clean, and both readers make WANTED of it. */
static void
check_clean(const char *text, const char *wanted)
{
    guint8 quick[256], any[256];
    gsize length = strlen(text), n = 0;
    g_assert_cmpuint(BASE64_ROOM(length), <=, sizeof quick);
    g_assert_true(base64_decode_clean(text, length, quick, &n));
    g_assert_cmpuint(n, ==, strlen(wanted));
    g_assert_true(memcmp(quick, wanted, n) == 0);
    g_assert_cmpuint(base64_decode_any(text, length, any), ==, n);
    g_assert_true(memcmp(any, wanted, n) == 0);
}

static void
test_clean(void)
{
    check_clean("", "");
    check_clean("YQ==", "a");
    check_clean("YWI=", "ab");
    check_clean("YWJj", "abc");
    check_clean("YWJjZA==\r\n", "abcd");
    check_clean("YWJjZA", "abcd");
    check_clean("YWJjZGU", "abcde");
    check_clean("YWJjZ", "abc");
    check_clean("Y\nW\r\nJ\t j", "abc");
    check_clean("YWJj\r\nZGVm\r\nZ2hp\r\n", "abcdefghi");
    check_clean("YWI=\n\nYWJj", "ab");
    check_clean("YQ==!", "a");
    check_clean("Y===", "");
    check_clean("=", "");
}

/* Every octet has its value, also that of the last of a group. */
static void
test_all_octets(void)
{
    guint8 octets[256], quick[BASE64_ROOM(344)];
    for (guint i = 0; i < sizeof octets; i++)
        octets[i] = (guint8)i;
    for (gsize length = 0; length <= sizeof octets; length++) {
        g_autofree char *text = g_base64_encode(octets + sizeof octets - length, length);
        gsize n;
        g_assert_true(base64_decode_clean(text, strlen(text), quick, &n));
        g_assert_cmpuint(n, ==, length);
        g_assert_true(memcmp(quick, octets + sizeof octets - length, n) == 0);
    }
}

/* Where it matters what else stands there. */
static void
test_left_alone(void)
{
    static const char *const texts[] = {"YWJ!\n jZA==", "YWJj\n-- \nfooter", "{\"a\": 1}", "YW-j",
                                        "YW_j",         "YWJj\fYWJj",        "YWJ\xc3\xa9"};
    guint8 out[64];
    gsize n;
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        g_assert_false(base64_decode_clean(texts[i], strlen(texts[i]), out, &n));
    g_assert_false(base64_decode_clean("YW\0j", 4, out, &n));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base64/clean", test_clean);
    g_test_add_func("/base64/all-octets", test_all_octets);
    g_test_add_func("/base64/left-alone", test_left_alone);
    return g_test_run();
}
