/* What a page is asked for: addresses as browsers and attackers write them. */
#include <string.h>

#include "report/dashboard/filter.h"
#include "schema/day.h"
#include "schema/limits.h"

#define TODAY 20000

static void
assert_parses(const char *target, Filter *filter)
{
    g_autofree char *problem = NULL;
    gboolean ok = filter_parse(target, "/base", TODAY, filter, &problem);
    g_assert_cmpstr(problem, ==, NULL);
    g_assert_true(ok);
}

static void
test_path(void)
{
    static const struct {
        const char *target, *path;
        gboolean json;
    } cases[] = {
        {"/", "/", FALSE},
        {"/base/", "/", FALSE},
        {"/base", "", FALSE},
        {"/base/domain.json?domain=a.example", "/domain", TRUE},
        {"/domain", "/domain", FALSE},
        {"/basement/domain", "/basement/domain", FALSE},
        {"/%64omain", "/%64omain", FALSE}, /* none of ours */
        {"*", "*", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Filter) filter = {0};
        assert_parses(cases[i].target, &filter);
        g_assert_cmpstr(filter.path, ==, cases[i].path);
        g_assert_cmpint(filter.json, ==, cases[i].json);
    }
}

static void
test_period(void)
{
    static const struct {
        const char *target;
        gint32 since, until;
    } cases[] = {
        {"/", TODAY - 29, TODAY},
        {"/?since=&until=&days=", TODAY - 29, TODAY},
        {"/?days=7", TODAY - 6, TODAY},
        {"/?days=400", TODAY - 399, TODAY},
        {"/?until=2024-10-01", TODAY - 3 - 29, TODAY - 3},
        {"/?until=2024-10-01&days=2", TODAY - 3 - 1, TODAY - 3},
        {"/?since=2024-10-01", TODAY - 3, TODAY},
        {"/?since=2020-01-01", 18262, 18262 + 399},
        {"/?since=2030-01-01", 21915, 21915},
        {"/?since=2024-10-01&until=2024-10-02", TODAY - 3, TODAY - 2},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Filter) filter = {0};
        assert_parses(cases[i].target, &filter);
        g_assert_cmpint(filter.since, ==, cases[i].since);
        g_assert_cmpint(filter.until, ==, cases[i].until);
    }
}

/* Each is told in a sentence, and leaves a filter whose links work. */
static void
test_no_sense(void)
{
    static const char *const targets[] = {
        "/?days=0",
        "/?days=401",
        "/?days=-1",
        "/?days=7d",
        "/?since=yesterday",
        "/?since=2024-02-30",
        "/?since=2024-10-02&until=2024-10-01",
        "/?since=2020-01-01&until=2024-01-01",
        "/?domain=a..b",
        "/?domain=a%20b",
        "/?policy-type=dane",
        "/?id=0",
        "/?id=r",
        "/?id=9223372036854775808",
        "/?before=x",
        "/?sender=%",
        "/?sender=%f",
        "/?sender=%ff",
        "/?sender=a%00b",
        "/?%zz=1",
    };
    for (guint i = 0; i < G_N_ELEMENTS(targets); i++) {
        g_auto(Filter) filter = {0};
        g_autofree char *problem = NULL;
        g_test_message("%s", targets[i]);
        g_assert_false(filter_parse(targets[i], "", TODAY, &filter, &problem));
        g_assert_true(g_str_has_suffix(problem, "."));
        g_assert_cmpstr(filter.path, ==, "/");
        g_assert_cmpint(filter.until, ==, TODAY);
        g_assert_cmpint(filter.since, ==, TODAY - 29);
    }
    g_autofree char *many = g_strnfill(LIMIT_DASHBOARD_VALUE_BYTES + 1, 'x');
    g_autofree char *large = g_strconcat("/?sender=", many, NULL);
    g_autofree char *octets = g_strnfill(LIMIT_DASHBOARD_TARGET_BYTES, 'x');
    g_autofree char *huge = g_strconcat("/?", octets, NULL);
    const char *const sizes[] = {large, huge};
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_auto(Filter) filter = {0};
        g_autofree char *problem = NULL;
        g_assert_false(filter_parse(sizes[i], "", TODAY, &filter, &problem));
        g_assert_nonnull(problem);
    }
}

/* What a link carries is what its page is asked for. */
static void
test_link_and_back(void)
{
    static const char *const senders[] = {"Google Inc.",          "a&b=c",  "50% + \"x\" <y> #z ?",
                                          "\xc3\xa9\xe2\x80\xae", "/../..", "\x01\n"};
    for (guint i = 0; i < G_N_ELEMENTS(senders); i++) {
        g_auto(Filter) filter = {0}, back = {0};
        assert_parses("/?domain=Example.ORG.&mx=MX1.example.org&result=x+y&policy-type=sts&"
                      "since=2024-10-01&until=2024-10-02",
                      &filter);
        g_assert_cmpstr(filter.domain, ==, "example.org");
        g_autofree char *link =
            filter_link(&filter, "/base", "/sender", "sender", senders[i], "mx", NULL, NULL);
        assert_parses(link, &back);
        g_assert_cmpstr(back.path, ==, "/sender");
        g_assert_cmpstr(back.sender, ==, senders[i]);
        g_assert_cmpstr(back.domain, ==, "example.org");
        g_assert_cmpstr(back.mx, ==, NULL);
        g_assert_cmpstr(back.result, ==, "x y");
        g_assert_cmpstr(back.policy_type, ==, "sts");
        g_assert_cmpint(back.since, ==, filter.since);
        g_assert_cmpint(back.until, ==, filter.until);
        for (const char *at = link; *at != '\0'; at++)
            g_assert_true(g_ascii_isgraph(*at) && strchr("\"'<>", *at) == NULL);
    }
}

/* What an id asks for is not carried to other pages. */
static void
test_id_stays(void)
{
    g_auto(Filter) filter = {0};
    assert_parses("/base/report?id=r12&before=7&days=7", &filter);
    g_assert_cmpint(filter.id, ==, 12);
    g_assert_cmpint(filter.before, ==, 7);
    g_autofree char *link = filter_link(&filter, "/base", "/reports", NULL);
    g_assert_cmpstr(link, ==, "/base/reports?days=7");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dashboard/filter/path", test_path);
    g_test_add_func("/dashboard/filter/period", test_period);
    g_test_add_func("/dashboard/filter/no-sense", test_no_sense);
    g_test_add_func("/dashboard/filter/link-and-back", test_link_and_back);
    g_test_add_func("/dashboard/filter/id-stays", test_id_stays);
    return g_test_run();
}
