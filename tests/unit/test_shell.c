/* No foreign name becomes a part of a command that it was not meant to be. */
#include "report/shell.h"

static void
test_hosts(void)
{
    static const char *const good[] = {"mx1.example.org", "_25._tcp.mx1.example.org", "localhost",
                                       "xn--mnchen-3ya.example", "1.2.3.4"};
    static const char *const bad[] = {"",
                                      "-connect",
                                      "mx1.-example.org",
                                      "mx1-.example.org",
                                      "*.example.org",
                                      "mx1.example.org.",
                                      "MX1.example.org",
                                      "a b",
                                      "a;b",
                                      "a$b",
                                      "a`b`",
                                      "a'b",
                                      "a\"b",
                                      "a\\b",
                                      "a\nb",
                                      "a/b",
                                      "a:25",
                                      "m\303\274nchen.example",
                                      "\342\200\256gro"};
    for (guint i = 0; i < G_N_ELEMENTS(good); i++)
        g_assert_cmpstr(shell_host(good[i]), ==, good[i]);
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_null(shell_host(bad[i]));
    g_assert_null(shell_host(NULL));
}

static void
test_commands(void)
{
    g_autofree char *both = shell_command("dig %h %d; echo 100%%", "mx.example", "example.org");
    g_assert_cmpstr(both, ==, "dig mx.example example.org; echo 100%%");
    g_assert_null(shell_command("dig %h", NULL, "example.org"));
    g_assert_null(shell_command("dig %d", "mx.example", NULL));
    g_autofree char *plain = shell_command("true", NULL, NULL);
    g_assert_cmpstr(plain, ==, "true");
    /* Whoever forgets shell_host is still quoted. */
    g_autofree char *quoted = shell_command("dig %h", "a; rm -rf ~", NULL);
    g_assert_cmpstr(quoted, ==, "dig 'a; rm -rf ~'");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/shell/hosts", test_hosts);
    g_test_add_func("/shell/commands", test_commands);
    return g_test_run();
}
