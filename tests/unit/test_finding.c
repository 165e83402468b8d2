#include "schema/finding.h"

#include <string.h>

#include "schema/limits.h"

static void
check_printable(const char *text, gssize length, gsize max, const char *wanted)
{
    g_autofree char *printable = text_printable(text, length, max);
    g_assert_cmpstr(printable, ==, wanted);
}

static void
test_escapes(void)
{
    check_printable("plain, a \"quote\", \\ and ü 漢", -1, 100, "plain, a \"quote\", \\ and ü 漢");
    check_printable("a\r\nb\tc", -1, 100, "a\\x0d\\x0ab\\x09c");
    check_printable("\033[2J\033]0;title\a", -1, 100, "\\x1b[2J\\x1b]0;title\\x07");
    check_printable("del\x7f", -1, 100, "del\\x7f");
    check_printable("c1 \xc2\x9b"
                    "2J \xc2\x85",
                    -1, 100, "c1 \\u{009B}2J \\u{0085}");
    check_printable("raw c1 \x9b"
                    "2J",
                    -1, 100, "raw c1 \\x9b2J");
    check_printable("\xe2\x80\xae"
                    "gpj.exe\xe2\x81\xa6",
                    -1, 100, "\\u{202E}gpj.exe\\u{2066}");
    check_printable("line\xe2\x80\xa8separator", -1, 100, "line\\u{2028}separator");
    check_printable("cut \xe6\xbc", -1, 100, "cut \\xe6\\xbc");
    check_printable("overlong \xc0\xaf", -1, 100, "overlong \\xc0\\xaf");
    check_printable("surrogate \xed\xa0\x80", -1, 100, "surrogate \\xed\\xa0\\x80");
}

static void
test_length(void)
{
    check_printable("a\0b", 3, 100, "a\\x00b");
    check_printable("abcdef", 3, 100, "abc");
    check_printable("ü", 1, 100, "\\xc3");
    check_printable("", -1, 100, "");
    check_printable("", 0, 0, "");
    check_printable(NULL, -1, 100, "");
}

static void
test_cut(void)
{
    check_printable("abcdef", -1, 6, "abcdef");
    check_printable("abcdefg", -1, 6, "abc…");
    check_printable("abüüü", -1, 7, "abü…");
    check_printable("ab\n\n\n", -1, 9, "ab\\x0a…");
    check_printable("abcdef", -1, 3, "…");
    check_printable("abcdef", -1, 2, "");
    check_printable("abcdef", -1, 0, "");
}

/* Whatever bytes come in: valid, one line, within the limit. */
static void
test_any_bytes(void)
{
    for (guint round = 0; round < 2000; round++) {
        char bytes[40];
        for (gsize i = 0; i < sizeof bytes; i++)
            bytes[i] = (char)g_test_rand_int_range(0, 256);
        g_autofree char *text = text_printable(bytes, sizeof bytes, round % 60);
        g_assert_cmpuint(strlen(text), <=, round % 60);
        g_assert_true(g_utf8_validate(text, -1, NULL));
        for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
            g_assert_false(g_unichar_iscntrl(g_utf8_get_char(p)));
            g_assert_false(g_unichar_type(g_utf8_get_char(p)) == G_UNICODE_FORMAT);
        }
        g_autofree char *again = text_printable(text, -1, 4096);
        g_assert_cmpstr(again, ==, text);
    }
}

static void
test_add(void)
{
    g_autoptr(GPtrArray) findings = findings_new();
    g_assert_null(findings_first_defect(findings));
    findings_add(findings, FINDING_DEVIATION, "one", "/a", "RFC 1", "\"%s\" is %d", "x\ny", 5);
    findings_add(findings, FINDING_DEFECT, "two", "", "RFC 2", "no");
    findings_add(findings, FINDING_DEFECT, "three", "", "RFC 2", "no");
    const Finding *first = findings->pdata[0];
    g_assert_cmpstr(first->pointer, ==, "/a");
    g_assert_cmpstr(first->clause, ==, "RFC 1");
    g_assert_cmpstr(first->fact, ==, "\"x\\x0ay\" is 5");
    g_assert_cmpstr(findings_first_defect(findings)->code, ==, "two");
    g_assert_cmpuint(findings->len, ==, 3);
}

static void
test_fact_is_bounded(void)
{
    g_autoptr(GPtrArray) findings = findings_new();
    g_autofree char *huge = g_strnfill(1000000, 'x');
    findings_add(findings, FINDING_DEVIATION, "code", huge, "RFC 1", "%s", huge);
    const Finding *finding = findings->pdata[0];
    g_assert_cmpuint(strlen(finding->fact), <=, LIMIT_FACT_BYTES);
    g_assert_cmpuint(strlen(finding->pointer), <=, LIMIT_FACT_BYTES);
    g_assert_true(g_str_has_suffix(finding->fact, "…"));
}

static void
test_limit(void)
{
    g_autoptr(GPtrArray) findings = findings_new();
    for (guint i = 0; i < LIMIT_FINDINGS + 20; i++)
        findings_add(findings, FINDING_DEVIATION, "deviation", "", "RFC 1", "%u", i);
    g_assert_cmpuint(findings->len, ==, LIMIT_FINDINGS);
    findings_add(findings, FINDING_DEFECT, "first", "", "RFC 1", "defect");
    findings_add(findings, FINDING_DEVIATION, "late", "", "RFC 1", "deviation");
    findings_add(findings, FINDING_DEFECT, "second", "", "RFC 1", "defect");
    g_assert_cmpuint(findings->len, ==, LIMIT_FINDINGS);
    g_assert_cmpstr(findings_first_defect(findings)->code, ==, "first");
    const Finding *kept = findings->pdata[LIMIT_FINDINGS - 2];
    g_assert_cmpint(kept->kind, ==, FINDING_DEVIATION);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/finding/escapes", test_escapes);
    g_test_add_func("/finding/length", test_length);
    g_test_add_func("/finding/cut", test_cut);
    g_test_add_func("/finding/any-bytes", test_any_bytes);
    g_test_add_func("/finding/add", test_add);
    g_test_add_func("/finding/fact-is-bounded", test_fact_is_bounded);
    g_test_add_func("/finding/limit", test_limit);
    return g_test_run();
}
