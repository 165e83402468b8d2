/* Which mx line nearly matches, and why it does not. */
#include <string.h>

#include "report/explain_pattern.h"

static void
assert_miss(const char *lines, const char *host, const char *part)
{
    g_auto(GStrv) each = g_strsplit(lines, "|", -1);
    g_autoptr(StsPolicy) policy = sts_policy_parse((const char *const *)each, NULL);
    g_autofree char *text = explain_pattern_miss(policy, host);
    if (strstr(text, part) == NULL)
        g_error("\"%s\" is not in: %s", part, text);
}

static void
test_misses(void)
{
    assert_miss(
        "mode: testing|mx: *.mx.microsoft", "icewolf-li.h-v1.mx.microsoft",
        "\"*.mx.microsoft\" comes near, but \"*.\" stands for exactly one label, and here it "
        "would have to stand for 2.");
    assert_miss("mode: testing|mx: *.example.org", "a.b.c.example.org", "stand for 3.");
    assert_miss("mode: testing|mx: *.example.org", "example.org",
                "does not match the name without it");
    assert_miss("mode: testing|mx: mx1.example.org|mx: mx.other.example", "mx2.example.org",
                "\"mx1.example.org\" comes nearest, but is another name.");
    assert_miss("mode: testing|mx: mx1.example.org", "mx.google.com", "None of them is like it");
    /* That both end alike inside of a label makes them no relatives. */
    assert_miss("mode: testing|mx: mx1.example.org", "mx1.counterexample.org",
                "None of them is like it");
}

static void
test_many_lines(void)
{
    assert_miss("mode: testing|mx: a.example|mx: b.example|mx: c.example|mx: d.example|mx: "
                "e.example|mx: f.example|mx: g.example",
                "x.test",
                "(the policy names a.example, b.example, c.example, d.example, e.example "
                "and 2 more)");
}

static void
test_fixes(void)
{
    const char *const lines[] = {"mode: testing", "mx: *.example.org", NULL};
    g_autoptr(StsPolicy) policy = sts_policy_parse(lines, NULL);
    g_autofree char *deep = explain_pattern_fix(policy, "a.b.example.org");
    g_assert_nonnull(strstr(deep, "\"mx: a.b.example.org\" or \"mx: *.b.example.org\""));
    g_autofree char *other = explain_pattern_fix(policy, "mx.test");
    g_assert_nonnull(strstr(other, "add \"mx: mx.test\""));
    g_assert_null(strstr(other, "*."));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/explain-pattern/misses", test_misses);
    g_test_add_func("/explain-pattern/many-lines", test_many_lines);
    g_test_add_func("/explain-pattern/fixes", test_fixes);
    return g_test_run();
}
