#include "report/json_writer.h"

#include "report/json_value.h"

/* What is written piece by piece looks as the tree that Jansson makes of it. */
static void
assert_same(const GString *written)
{
    g_autoptr(GString) printed = g_string_new(NULL);
    json_t *tree = json_loads(written->str, JSON_REJECT_DUPLICATES, NULL);
    g_assert_nonnull(tree);
    json_value_print(tree, printed);
    g_assert_cmpstr(written->str, ==, printed->str);
}

static void
test_nested(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    JsonWriter writer;
    json_writer_begin(&writer, out);
    json_writer_put(&writer, "text", json_string("\"<&>\n\x7f \xc3\xa9"));
    json_writer_array(&writer, "domains");
    for (int i = 0; i < 3; i++) {
        json_writer_object(&writer, NULL);
        json_writer_put(&writer, "number", json_integer(i));
        json_writer_array(&writer, "rows");
        for (int k = 0; k < i; k++)
            json_writer_put(&writer, NULL, json_pack("{s:[i, []], s:{}}", "of", k, "none"));
        json_writer_end(&writer);
        json_writer_end(&writer);
    }
    json_writer_array(&writer, NULL); /* in an array as well */
    json_writer_object(&writer, NULL);
    json_writer_end(&writer);
    json_writer_end(&writer);
    json_writer_end(&writer);
    json_writer_members(&writer, json_pack("{s:n, s:[s]}", "nothing", "some", "x"));
    json_writer_members(&writer, json_object());
    json_writer_object(&writer, "last");
    json_writer_end(&writer);
    json_writer_end(&writer);
    assert_same(out);
    g_assert_true(g_str_has_suffix(out->str, "\n  \"last\": {}\n}\n"));
}

static void
test_empty(void)
{
    g_autoptr(GString) out = g_string_new("before\n");
    JsonWriter writer;
    json_writer_begin(&writer, out);
    json_writer_end(&writer);
    g_assert_cmpstr(out->str, ==, "before\n{}\n");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json_writer/nested", test_nested);
    g_test_add_func("/json_writer/empty", test_empty);
    return g_test_run();
}
