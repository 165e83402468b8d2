/* --connect-to of check. */
#include "check/options.h"

static void
check_endpoint(const CheckOptions *options, const char *host, const char *address, guint port,
               const char *wanted)
{
    g_autofree char *to = check_options_endpoint(options, host, address, &port);
    g_autofree char *seen = g_strdup_printf("%s %u", to, port);
    g_assert_cmpstr(seen, ==, wanted);
}

static void
test_connect_to(void)
{
    static const char *const bad[] = {"",
                                      "a:b",
                                      "a.example:25:127.0.0.1",
                                      "a.example:x:127.0.0.1:1",
                                      "a.example:25:localhost:1",
                                      "a b:25:127.0.0.1:1",
                                      "[::1:25:127.0.0.1:1",
                                      "a.example:25:127.0.0.1:1:2",
                                      "a.example:0:127.0.0.1:1"};
    g_autoptr(CheckOptions) options = check_options_new();
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(check_options_connect_to(options, bad[i]));
    g_assert_true(check_options_connect_to(options, "MX.a.example:25:127.0.0.1:2525"));
    g_assert_true(check_options_connect_to(options, "[2001:DB8::1]:25:[::1]:"));
    g_assert_true(check_options_connect_to(options, ":443::8443"));
    check_endpoint(options, "mx.a.example", "192.0.2.1", 25, "127.0.0.1 2525");
    check_endpoint(options, "mx.a.example", "192.0.2.1", 587, "192.0.2.1 587");
    check_endpoint(options, "b.example", "2001:db8::1", 25, "::1 25");
    check_endpoint(options, "b.example", "192.0.2.1", 443, "192.0.2.1 8443");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/check-options/connect-to", test_connect_to);
    return g_test_run();
}
