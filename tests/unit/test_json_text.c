/* JSON strings as Jansson writes them. */
#include <jansson.h>
#include <stdlib.h>

#include "schema/json_text.h"

static void
assert_like_jansson(const char *text, gsize flags)
{
    g_autoptr(GString) is = g_string_new(NULL);
    json_t *string = json_string(text);
    char *expected = json_dumps(string, JSON_ENCODE_ANY | flags);
    json_text_append(is, text, flags != 0);
    g_assert_cmpstr(is->str, ==, expected);
    free(expected);
    json_decref(string);
}

static void
test_like_jansson(void)
{
    static const char *const texts[] = {"",
                                        "plain",
                                        "\"quoted\" \\ and / slash",
                                        "line\nfeed\r\n\tand\b\f",
                                        "caf\u00e9 \u2026 \u202e",
                                        "\U0001F600 and \U0010FFFF",
                                        "\x7f"};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        assert_like_jansson(texts[i], 0);
        assert_like_jansson(texts[i], JSON_ENSURE_ASCII);
    }
    for (char c = 1; c < 0x7f; c++) {
        const char text[] = {'a', c, 'b', '\0'};
        assert_like_jansson(text, 0);
        assert_like_jansson(text, JSON_ENSURE_ASCII);
    }
}

static void
test_not_utf8(void)
{
    g_autoptr(GString) out = g_string_new("x");
    json_text_append(out, "a\xff\"", FALSE);
    json_text_append(out, NULL, FALSE);
    json_text_append(out, "\xc3", TRUE);
    g_assert_cmpstr(out->str, ==, "x\"a\ufffd\\\"\"\"\"\"\\uFFFD\"");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json-text/like-jansson", test_like_jansson);
    g_test_add_func("/json-text/not-utf8", test_not_utf8);
    return g_test_run();
}
