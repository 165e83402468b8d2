#include "report/text_table.h"

static void
test_percent(void)
{
    static const struct {
        gint64 part, whole;
        const char *expected;
    } rows[] = {
        {303, 5629, "5.38%"},
        {0, 100, "0.00%"},
        {0, 0, "-"},
        {1, 1000000, "<0.01%"},
        {5, 5, "100.00%"},
        {999999, 1000000, ">99.99%"},
        {G_MAXINT64, G_MAXINT64, "100.00%"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = text_percent(rows[i].part, rows[i].whole);
        g_assert_cmpstr(text, ==, rows[i].expected);
    }
}

static void
test_columns(void)
{
    g_assert_cmpint(text_columns("mx1.example.org"), ==, 15);
    g_assert_cmpint(text_columns("日本"), ==, 4);
    g_assert_cmpint(text_columns("e\xcc\x81"), ==, 1); /* a combining accent takes no room */
}

/* Two names that differ only at the end must not look alike. */
static void
test_long_name(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    text_append_name(out, "a-rather-long-host-name-1.example.org", 2, 10);
    g_assert_cmpstr(out->str, ==, "  a-rather-long-host-name-1.example.org\n            ");
    g_string_truncate(out, 0);
    g_autofree char *huge = g_strnfill(300, 'x');
    text_append_name(out, huge, 2, 10);
    g_auto(GStrv) lines = g_strsplit(out->str, "\n", -1);
    g_assert_cmpint(text_columns(lines[0]), <=, TEXT_WIDTH);
    g_assert_true(g_str_has_suffix(lines[0], "…"));
}

static void
test_cell(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    text_append_cell(out, "short", 8);
    text_append_cell(out, "much too long", 8);
    text_append_padded(out, "42", 5, TRUE);
    g_assert_cmpstr(out->str, ==, "short   much to…   42");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text_table/percent", test_percent);
    g_test_add_func("/text_table/columns", test_columns);
    g_test_add_func("/text_table/long-name", test_long_name);
    g_test_add_func("/text_table/cell", test_cell);
    return g_test_run();
}
