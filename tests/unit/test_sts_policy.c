#include "schema/sts_policy.h"

#include <string.h>

#include "schema/limits.h"

/* Elements are separated by "|" here. */
static StsPolicy *
parse(const char *elements, const char *mx_host)
{
    g_auto(GStrv) lines = g_strsplit(elements, "|", -1);
    g_auto(GStrv) hosts = mx_host == NULL ? NULL : g_strsplit(mx_host, "|", -1);
    return sts_policy_parse((const char *const *)lines, (const char *const *)hosts);
}

#define CANONICAL "version: STSv1\nmode: testing\nmax_age: 86400\nmx: *.b.example\nmx: a.example"

/* The same policy as different senders report it. */
static void
test_one_policy(void)
{
    const char *spellings[] = {
        "version: STSv1|mode: testing|max_age: 86400|mx: *.b.example|mx: a.example",
        "version: STSv1|mode: testing|mx: a.example|mx: *.b.example|max_age: 86400",
        "version: STSv1\r|mode: testing\r|mx: a.example\r|mx: *.b.example\r|max_age: 86400\r|",
        "version:STSv1|mode:testing|mx:a.example|mx:*.b.example|max_age:86400",
        " version : STSv1 |mode :\ttesting|mx: A.Example.|mx: *.B.example|max_age: 086400",
        "version: STSv1\r\nmode: testing\r\nmx: a.example\r\nmx: *.b.example\r\nmax_age: 86400\r\n",
        "version: STSv1; mode: testing; mx: a.example; mx: *.b.example; max_age: 86400;",
        ("version: STSv1|mode: testing|mode: enforce|mx: a.example|mx: *.b.example|mx: a.example|"
         "max_age: 86400|max_age: 1|version: STSv2|extension: x"),
    };
    for (guint i = 0; i < G_N_ELEMENTS(spellings); i++) {
        g_autoptr(StsPolicy) policy = parse(spellings[i], "other.example");
        g_test_message("spelling %u", i);
        g_assert_cmpstr(policy->canonical, ==, CANONICAL);
        g_assert_cmpint(policy->mode, ==, STS_MODE_TESTING);
        g_assert_cmpint(policy->max_age, ==, 86400);
        g_assert_cmpuint(g_strv_length(policy->mx), ==, 2);
        g_assert_cmpstr(policy->mx[0], ==, "*.b.example");
        g_assert_cmpstr(policy->mx[1], ==, "a.example");
    }
    g_autoptr(StsPolicy) without =
        parse("version: STSv1|mode: testing|max_age: 86400", "a.example|*.b.example");
    g_assert_cmpstr(without->canonical, ==, CANONICAL);
    g_assert_cmpstr(without->mx[1], ==, "a.example");
}

/* What differs in meaning must not become one policy. */
static void
test_other_policies(void)
{
    const char *others[] = {
        "version: STSv1|mode: enforce|max_age: 86400|mx: *.b.example|mx: a.example",
        "version: STSv1|mode: Testing|max_age: 86400|mx: *.b.example|mx: a.example",
        "version: STSv1|max_age: 86400|mx: *.b.example|mx: a.example",
        "mode: testing|max_age: 86400|mx: *.b.example|mx: a.example",
        "version: STSv1|mode: testing|max_age: 86401|mx: *.b.example|mx: a.example",
        "version: STSv1|mode: testing|max_age: 1d|mx: *.b.example|mx: a.example",
        "version: STSv1|mode: testing|mx: *.b.example|mx: a.example",
        "version: STSv1|mode: testing|max_age: 86400|mx: a.example",
        "version: STSv1|mode: testing|max_age: 86400|mx: *.b.example|mx: a.example|mx: *",
    };
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_add(seen, g_strdup(CANONICAL));
    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autoptr(StsPolicy) policy = parse(others[i], NULL);
        g_test_message("policy %u", i);
        g_assert_true(g_hash_table_add(seen, g_strdup(policy->canonical)));
    }
}

static void
test_modes(void)
{
    const struct {
        const char *elements;
        StsMode mode;
    } rows[] = {
        {"mode: enforce", STS_MODE_ENFORCE},
        {"mode: testing", STS_MODE_TESTING},
        {"mode: none", STS_MODE_NONE},
        {"mode: ENFORCE", STS_MODE_UNKNOWN},
        {"Mode: enforce", STS_MODE_UNKNOWN},
        {"mode enforce", STS_MODE_UNKNOWN},
        {"mode:", STS_MODE_UNKNOWN},
        {"xmode: enforce", STS_MODE_UNKNOWN},
        {"", STS_MODE_UNKNOWN},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(StsPolicy) policy = parse(rows[i].elements, NULL);
        g_assert_cmpint(policy->mode, ==, rows[i].mode);
    }
}

static void
test_max_age(void)
{
    const struct {
        const char *elements;
        gint64 max_age;
    } rows[] = {
        {"max_age: 0", 0},
        {"max_age: 31557600", 31557600},
        {"max_age: 9999999999", 9999999999},
        {"max_age: 10000000000", -1},
        {"max_age: -1", -1},
        {"max_age: 1.5", -1},
        {"max_age: 86400 s", -1},
        {"max_age:", -1},
        {"", -1},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(StsPolicy) policy = parse(rows[i].elements, NULL);
        g_assert_cmpint(policy->max_age, ==, rows[i].max_age);
    }
}

static void
test_nothing(void)
{
    const char *empty[] = {"", "|", "\r\n|  |\t", ";"};
    for (guint i = 0; i < G_N_ELEMENTS(empty); i++) {
        g_autoptr(StsPolicy) policy = parse(empty[i], "a.example");
        g_assert_cmpstr(policy->canonical, ==, "");
        g_assert_cmpint(policy->max_age, ==, -1);
        g_assert_cmpstr(policy->mx[0], ==, "a.example");
    }
    sts_policy_free(NULL);
}

static void
test_tlsa(void)
{
    const char *spellings[] = {
        "3 1 1 00FF|2 0 1 AB12",
        "2 0 1 ab12|3 1 1 00ff",
        "2  0 1\tAB 12\r|3 1 1 00Ff|3 1 1 00ff",
        "3 1 1 00ff; 2 0 1 ab12",
    };
    for (guint i = 0; i < G_N_ELEMENTS(spellings); i++) {
        g_autoptr(StsPolicy) policy = parse(spellings[i], NULL);
        g_assert_cmpstr(policy->canonical, ==, "2 0 1 ab12\n3 1 1 00ff");
        g_assert_cmpint(policy->mode, ==, STS_MODE_UNKNOWN);
        g_assert_cmpuint(g_strv_length(policy->mx), ==, 0);
    }
    g_autoptr(StsPolicy) text = parse("Some Text", NULL);
    g_assert_cmpstr(text->canonical, ==, "Some Text");
}

static void
test_many_lines(void)
{
    g_autoptr(GString) text = g_string_new("version: STSv1\nmode: testing\n");
    for (guint i = 0; i < 200000; i++)
        g_string_append_printf(text, "mx: a%u.example\n", i);
    const char *lines[] = {text->str, NULL};
    g_autoptr(StsPolicy) policy = sts_policy_parse(lines, NULL);
    g_assert_cmpint(policy->mode, ==, STS_MODE_TESTING);
    g_assert_cmpuint(g_strv_length(policy->mx), <=, LIMIT_LIST_ITEMS);
}

static void
test_match(void)
{
    const struct {
        const char *pattern, *host;
        gboolean matches;
    } rows[] = {
        {"mail.example", "mail.example", TRUE},        {"mail.example", "a.mail.example", FALSE},
        {"*.mail.example", "a.mail.example", TRUE},    {"*.mail.example", "mail.example", FALSE},
        {"*.mail.example", "a.b.mail.example", FALSE}, {"*.mail.example", "amail.example", FALSE},
        {"*.mail.example", ".mail.example", FALSE},    {"*.mail.example", "", FALSE},
        {"*.example", "mail.example", TRUE},           {"mail.example", "", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s and %s", rows[i].pattern, rows[i].host);
        g_assert_true(mx_pattern_matches(rows[i].pattern, rows[i].host) == rows[i].matches);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sts-policy/one-policy", test_one_policy);
    g_test_add_func("/sts-policy/other-policies", test_other_policies);
    g_test_add_func("/sts-policy/modes", test_modes);
    g_test_add_func("/sts-policy/max-age", test_max_age);
    g_test_add_func("/sts-policy/nothing", test_nothing);
    g_test_add_func("/sts-policy/tlsa", test_tlsa);
    g_test_add_func("/sts-policy/many-lines", test_many_lines);
    g_test_add_func("/sts-policy/match", test_match);
    return g_test_run();
}
