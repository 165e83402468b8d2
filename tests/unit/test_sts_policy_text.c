#include "schema/sts_policy_text.h"

#include <string.h>

#include "schema/finding.h"

/* "code@line" of all FINDINGS, defects with "!" before. */
static char *
codes_of(const GPtrArray *findings)
{
    GString *codes = g_string_new(NULL);
    for (guint i = 0; i < findings->len; i++) {
        const Finding *finding = g_ptr_array_index(findings, i);
        gboolean placed = g_str_has_prefix(finding->pointer, "line ");
        g_string_append_printf(codes, "%s%s%s%s%s", i > 0 ? " " : "",
                               finding->kind == FINDING_DEFECT ? "!" : "", finding->code,
                               placed ? "@" : "", placed ? finding->pointer + 5 : "");
    }
    return g_string_free(codes, FALSE);
}

static void
check(const char *body, gssize length, const char *wanted)
{
    gboolean usable;
    g_autoptr(GPtrArray) findings = findings_new();
    g_autoptr(StsPolicy) policy =
        sts_policy_text_parse(body, length < 0 ? strlen(body) : (gsize)length, findings, &usable);
    g_autofree char *codes = codes_of(findings);
    g_test_message("%s", body);
    g_assert_cmpstr(codes, ==, wanted);
    g_assert_nonnull(policy);
    g_assert_cmpint(usable, ==, strchr(wanted, '!') == NULL);
}

#define TOP "version: STSv1\nmode: enforce\n"
#define AGE "max_age: 604800\n"
#define MX  "mx: mx.a.example\n"

static void
test_good(void)
{
    check(TOP MX AGE, -1, "");
    check(TOP MX "max_age: 604800", -1, "");
    check("version: STSv1\r\nmode: enforce\r\nmx: mx.a.example\r\nmax_age: 604800\r\n", -1, "");
    check("version:STSv1 \nmode:\tenforce\t\nmx:MX.a.example\nmx: *.b.example\nmax_age:604800", -1,
          "");
    check(TOP MX "max_age: 31557600\n", -1, "");
    check("version: STSv1\nmode: none\nmax_age: 86400\n", -1, "sts-policy-none@2");
    check("version: STSv1\nmax_age: 60\nmode: none\n", -1, "sts-policy-none@3");
    check("version: STSv1\nmode: testing\n" MX AGE, -1, "sts-policy-testing@2");
}

static void
test_told(void)
{
    check("mode: enforce\nversion: STSv1\n" MX AGE, -1, "sts-policy-version-order@2");
    check(TOP MX AGE "mode: none\n", -1, "sts-policy-duplicate@5");
    check(TOP MX AGE "x.y-z: \xc3\xa4 b\n", -1, "sts-policy-unknown@5");
    check(TOP MX AGE "Mode: none\n", -1, "sts-policy-unknown@5");
    check(TOP MX "mx: MX.A.example\n" AGE, -1, "sts-policy-duplicate-mx@4");
    check(TOP "mx: *.com\n" AGE, -1, "sts-policy-wide-mx@3");
    check(TOP MX "max_age: 31557601\n", -1, "sts-policy-max-age-large@4");
    check(TOP MX "max_age: 0\n", -1, "sts-policy-max-age-short@4");
    check(TOP MX "max_age: 86399\n", -1, "sts-policy-max-age-short@4");
    check(TOP MX "max_age: 604799\n", -1, "sts-policy-max-age-low@4");
}

static void
test_unusable(void)
{
    check("", -1, "!sts-policy-version !sts-policy-mode !sts-policy-max-age !sts-policy-no-mx");
    check("version: STSv2\nmode: enforce\n" MX AGE, -1, "!sts-policy-version@1");
    check("mode: enforce\n" MX AGE, -1, "!sts-policy-version");
    check("version: STSv1\nmode: Enforce\n" MX AGE, -1, "!sts-policy-mode@2");
    check("version: STSv1\n" MX AGE, -1, "!sts-policy-mode");
    check(TOP MX, -1, "!sts-policy-max-age");
    check(TOP MX "max_age: one\n", -1, "!sts-policy-max-age@4");
    check(TOP MX "max_age: -1\n", -1, "!sts-policy-max-age@4");
    check(TOP MX "max_age: 12345678901\n", -1, "!sts-policy-max-age@4");
    check(TOP AGE, -1, "!sts-policy-no-mx");
    check(TOP "\n" MX AGE, -1, "!sts-policy-blank@3");
    check(TOP MX AGE "\r\n", -1, "!sts-policy-blank@5");
    check(TOP MX AGE "# comment\n", -1, "!sts-policy-syntax@5");
    check(TOP MX AGE "x :y\n", -1, "!sts-policy-syntax@5");
    check(TOP MX AGE "x:\n", -1, "!sts-policy-syntax@5");
    check(TOP MX "x: a\rb\n" AGE, -1, "!sts-policy-syntax@4");
    check("\xef\xbb\xbf" TOP MX AGE, -1, "!sts-policy-not-text");
    check("version: STSv1\0\n", 16, "!sts-policy-not-text");
    check(TOP MX AGE "x: \xff\n", -1, "!sts-policy-not-text");
    check("<!DOCTYPE html>\n<title>Not found</title>\n", -1, "!sts-policy-html");
}

static void
test_patterns(void)
{
    static const char *const bad[] = {"*",
                                      "*.",
                                      "mx.*.example",
                                      "*mx.a.example",
                                      "*.*.a.example",
                                      "mx.a.example.",
                                      ".a.example",
                                      "*..a.example",
                                      "192.0.2.1",
                                      "2001:db8::1",
                                      "m\xc3\xbcx.example",
                                      "-mx.a.example",
                                      "mx-.a.example",
                                      "mx_1.a.example",
                                      "mx..a.example",
                                      "mx.a.example, mx2.a.example",
                                      "mx.a.example mx2.a.example",
                                      ""};
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *body = g_strdup_printf(TOP "mx: %s\n" AGE, bad[i]);
        check(body, -1, "!sts-policy-bad-mx@3");
    }
}

/* Past what is looked at a policy is not judged by half. */
static void
test_long(void)
{
    g_autoptr(GString) body = g_string_new(TOP MX);
    for (int i = 0; i < 1021; i++)
        g_string_append(body, MX);
    g_string_append(body, AGE);
    gboolean usable;
    g_autoptr(GPtrArray) findings = findings_new();
    g_autoptr(StsPolicy) policy = sts_policy_text_parse(body->str, body->len, findings, &usable);
    g_assert_false(usable);
}

/* What could be read of a policy that senders refuse is there all the same. */
static void
test_kept(void)
{
    gboolean usable;
    g_autoptr(GPtrArray) findings = findings_new();
    const char *body = TOP "\nmx: mx.A.example\nx: a;mx: b.example\n";
    g_autoptr(StsPolicy) policy = sts_policy_text_parse(body, strlen(body), findings, &usable);
    g_assert_false(usable);
    g_assert_cmpint(policy->mode, ==, STS_MODE_ENFORCE);
    g_assert_cmpstr(policy->mx[0], ==, "mx.a.example");
    g_assert_null(policy->mx[1]);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sts_policy_text/good", test_good);
    g_test_add_func("/sts_policy_text/told", test_told);
    g_test_add_func("/sts_policy_text/unusable", test_unusable);
    g_test_add_func("/sts_policy_text/patterns", test_patterns);
    g_test_add_func("/sts_policy_text/long", test_long);
    g_test_add_func("/sts_policy_text/kept", test_kept);
    return g_test_run();
}
