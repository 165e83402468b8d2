/* Goal: the one-pass reader reads what regular reports hold, and leaves everything else to Jansson.
 */
#include <string.h>

#include "schema/json_tree.h"
#include "schema/limits.h"

static JsonTree *
read_text(const char *json)
{
    return json_tree_read(json, strlen(json));
}

static void
test_regular(void)
{
    g_autoptr(JsonTree) tree =
        read_text(" {\"a\" : [1, -20,\"x\" ] ,\r\n\t\"b\":{\"c\":null,\"d\":true,\"e\":false},"
                  "\"f\":999999999999999999,\"g\":[],\"h\":{}} \n");
    g_assert_nonnull(tree);
    const JsonNode *root = json_tree_root(tree);
    g_assert_cmpuint(root->size, ==, 5);
    const JsonNode *element = json_node_first(json_node_member(root, "a"));
    g_assert_cmpint(element->integer, ==, 1);
    g_assert_cmpint(element->next->integer, ==, -20);
    g_assert_cmpstr(element->next->next->text, ==, "x");
    g_assert_null(element->next->next->next);
    const JsonNode *b = json_node_member(root, "b");
    g_assert_cmpint(json_node_member(b, "c")->kind, ==, NODE_NULL);
    g_assert_cmpint(json_node_member(b, "d")->kind, ==, NODE_BOOLEAN);
    g_assert_null(json_node_member(b, "f"));
    g_assert_cmpint(json_node_member(root, "f")->integer, ==, 999999999999999999);
    g_assert_cmpuint(json_node_elements(json_node_member(root, "g")), ==, 0);
}

static void
test_strings(void)
{
    static const struct {
        const char *json, *text;
    } cases[] = {
        {"\"\"", ""},
        {"\"plain\"", "plain"},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
        {"\"a\\u0041\\u00e9\\u20ac\\ud83d\\ude00z\"", "aA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z"},
        {"\"gr\xc3\xbc\xc3\x9f\\n\"", "gr\xc3\xbc\xc3\x9f\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JsonTree) tree = read_text(cases[i].json);
        g_test_message("%s", cases[i].json);
        g_assert_nonnull(tree);
        g_assert_cmpstr(json_tree_root(tree)->text, ==, cases[i].text);
        g_assert_cmpuint(json_tree_root(tree)->size, ==, strlen(cases[i].text));
    }
}

static void
test_left_to_jansson(void)
{
    static const char *const cases[] = {
        "",
        " ",
        "{",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\" 1}",
        "[1 2]",
        "{} x",
        "{}}",
        "\"",
        "\"a",
        "\"\\",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"\\ud800x\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "\"\x01\"",
        "\"\n\"",
        "\"\xff\"",
        "\"\xc3\"",
        "\"\xed\xa0\x80\"",
        "01",
        "-",
        "+1",
        "1.0",
        "1e3",
        "1E3",
        "1000000000000000000",
        "-01",
        "tru",
        "nul",
        "True",
        "NaN",
        "'a'",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "/* c */ {}",
        "\xef\xbb\xbf{}",
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JsonTree) tree = read_text(cases[i]);
        g_test_message("%s", cases[i]);
        g_assert_null(tree);
    }
    g_assert_null(json_tree_read("{}\0", 3));
    g_assert_null(json_tree_read("\"a\0b\"", 5));
}

static JsonTree *
nested(guint depth)
{
    g_autoptr(GString) json = g_string_new(NULL);
    for (guint i = 0; i < depth; i++)
        g_string_append_c(json, '[');
    for (guint i = 0; i < depth; i++)
        g_string_append_c(json, ']');
    return json_tree_read(json->str, json->len);
}

static JsonTree *
repeated(const char *open, const char *item, const char *close, guint n)
{
    g_autoptr(GString) json = g_string_new(open);
    for (guint i = 0; i < n; i++)
        g_string_append_printf(json, "%s%s", i > 0 ? "," : "", item);
    g_string_append(json, close);
    return json_tree_read(json->str, json->len);
}

static void
test_limits(void)
{
    g_autoptr(JsonTree) deep = nested(LIMIT_JSON_DEPTH), deeper = nested(LIMIT_JSON_DEPTH + 1);
    g_assert_nonnull(deep);
    g_assert_null(deeper);
    /* Side by side is not deep. */
    g_autoptr(JsonTree) wide = repeated("[", "[[]]", "]", 1000);
    g_assert_nonnull(wide);
    g_autoptr(JsonTree) containers = repeated("[", "{}", "]", LIMIT_JSON_CONTAINERS - 1);
    g_autoptr(JsonTree) more = repeated("[", "{}", "]", LIMIT_JSON_CONTAINERS);
    g_assert_nonnull(containers);
    g_assert_cmpuint(json_node_elements(json_tree_root(containers)), ==, LIMIT_JSON_CONTAINERS - 1);
    g_assert_null(more);
    g_autoptr(JsonTree) values = repeated("[", "1", "]", LIMIT_JSON_VALUES + 2);
    g_assert_null(values);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json-read/regular", test_regular);
    g_test_add_func("/json-read/strings", test_strings);
    g_test_add_func("/json-read/left-to-jansson", test_left_to_jansson);
    g_test_add_func("/json-read/limits", test_limits);
    return g_test_run();
}
