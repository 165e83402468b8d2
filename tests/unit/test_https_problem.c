#include <glib.h>
#include <jansson.h>
#include <string.h>

#include "ingest/problem.h"
#include "schema/finding.h"
#include "schema/limits.h"

static json_t *
load(const char *text)
{
    json_error_t error;
    json_t *document = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    g_assert_nonnull(document);
    return document;
}

static const char *
member(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void
test_members(void)
{
    g_autoptr(GPtrArray) findings = findings_new();
    findings_add(findings, FINDING_DEVIATION, "mx-host-not-array", "/policies/0/policy/mx-host",
                 "RFC 8460 4.4", "mx-host is a string");
    findings_add(findings, FINDING_DEFECT, "count-negative", "/policies/0/summary", "RFC 8460 4.4",
                 "count is negative");
    g_autofree char *text =
        problem_json(400, "Bad Request", "defective", "count is negative", findings);
    json_t *problem = load(text);
    g_assert_cmpstr(member(problem, "type"), ==, "about:blank");
    g_assert_cmpstr(member(problem, "title"), ==, "Bad Request");
    g_assert_cmpint(json_integer_value(json_object_get(problem, "status")), ==, 400);
    g_assert_cmpstr(member(problem, "detail"), ==, "count is negative");
    g_assert_cmpstr(member(problem, "outcome"), ==, "defective");
    const json_t *list = json_object_get(problem, "findings");
    g_assert_cmpuint(json_array_size(list), ==, 2);
    /* The reason for the refusal comes first. */
    const json_t *first = json_array_get(list, 0);
    g_assert_cmpstr(member(first, "kind"), ==, "defect");
    g_assert_cmpstr(member(first, "code"), ==, "count-negative");
    g_assert_cmpstr(member(first, "pointer"), ==, "/policies/0/summary");
    g_assert_cmpstr(member(first, "clause"), ==, "RFC 8460 4.4");
    g_assert_cmpstr(member(first, "fact"), ==, "count is negative");
    g_assert_cmpstr(member(json_array_get(list, 1), "kind"), ==, "deviation");
    json_decref(problem);
}

static void
test_defect_survives_the_cut(void)
{
    g_autoptr(GPtrArray) findings = findings_new();
    for (guint i = 0; i < LIMIT_PROBLEM_FINDINGS + 20; i++)
        findings_add(findings, FINDING_DEVIATION, "odd", "/a", "RFC 8460 4", "odd %u", i);
    findings_add(findings, FINDING_DEFECT, "bad", "/b", "RFC 8460 4", "bad");
    g_autofree char *text = problem_json(400, "Bad Request", "defective", "bad", findings);
    json_t *problem = load(text);
    const json_t *list = json_object_get(problem, "findings");
    g_assert_cmpuint(json_array_size(list), ==, LIMIT_PROBLEM_FINDINGS);
    g_assert_cmpstr(member(json_array_get(list, 0), "code"), ==, "bad");
    json_decref(problem);
}

/* Whatever a sender writes, the answer is one JSON document without control bytes. */
static void
test_foreign_text(void)
{
    static const char *const hostile[] = {
        "\"}],\"outcome\":\"stored",
        "line\r\nSet-Cookie: a=b",
        "\x1b[2J\x07",
        "\xff\xfe\xc3(",
        "<script>alert(1)</script>",
        "\xe2\x80\xae"
        "gpj.exe",
        "back\\slash and \xf0\x9f\x98\x80",
    };
    for (guint i = 0; i < G_N_ELEMENTS(hostile); i++) {
        g_autofree char *text = problem_json(400, "Bad Request", "defective", hostile[i], NULL);
        json_t *problem = load(text);
        g_assert_cmpstr(member(problem, "outcome"), ==, "defective");
        g_assert_nonnull(member(problem, "detail"));
        json_decref(problem);
        for (const char *p = text; *p != '\0'; p++)
            g_assert_true(g_ascii_isprint(*p));
        g_autofree char *success = problem_success_json("stored", hostile[i]);
        json_decref(load(success));
    }
}

static void
test_success(void)
{
    g_autofree char *with = problem_success_json("stored", "r12");
    g_assert_cmpstr(with, ==, "{\"outcome\":\"stored\",\"reference\":\"r12\"}");
    g_autofree char *without = problem_success_json("duplicate", NULL);
    g_assert_cmpstr(without, ==, "{\"outcome\":\"duplicate\"}");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/https/problem/members", test_members);
    g_test_add_func("/https/problem/cut", test_defect_survives_the_cut);
    g_test_add_func("/https/problem/foreign-text", test_foreign_text);
    g_test_add_func("/https/problem/success", test_success);
    return g_test_run();
}
