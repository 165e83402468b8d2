#include "ingest/proxies.h"

static void
test_client(void)
{
    static const char *const words[] = {"127.0.0.1", "10.0.0.0/8", "2001:db8::/32", NULL};
    static const struct {
        const char *peer, *forwarded, *client;
    } rows[] = {
        {"192.0.2.1", NULL, "192.0.2.1"},
        /* Only a proxy of ours may say who is behind it. */
        {"192.0.2.1", "198.51.100.7", "192.0.2.1"},
        {"127.0.0.1", "198.51.100.7", "198.51.100.7"},
        {"127.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"},
        {"127.0.0.1", "forged, 198.51.100.7, 10.1.2.3", "198.51.100.7"},
        {"127.0.0.1", "10.1.2.3", "10.1.2.3"},
        {"127.0.0.1", "198.51.100.7, unknown", "127.0.0.1"},
        {"127.0.0.1", "198.51.100.7, unknown, 10.1.2.3", "10.1.2.3"},
        {"127.0.0.1", "", "127.0.0.1"},
        {"127.0.0.1", ",,,", "127.0.0.1"},
        {"2001:db8::1", "2001:0DB9::0001", "2001:db9::1"},
    };
    g_autoptr(GPtrArray) proxies = proxies_parse(words);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *client = proxies_client(proxies, rows[i].peer, rows[i].forwarded);
        g_assert_cmpstr(client, ==, rows[i].client);
    }
    g_autofree char *nobody = proxies_client(NULL, "127.0.0.1", "198.51.100.7");
    g_assert_cmpstr(nobody, ==, "127.0.0.1");
    /* A chain without end is not followed to its end. */
    g_autoptr(GString) endless = g_string_new("198.51.100.7");
    for (guint i = 0; i < 1000; i++)
        g_string_append(endless, ",10.0.0.1");
    g_autofree char *last = proxies_client(proxies, "127.0.0.1", endless->str);
    g_assert_cmpstr(last, ==, "10.0.0.1");
}

static void
test_parse(void)
{
    static const char *const wrong[] = {"localhost", "10.0.0.0/33", "10.0.0", "", "10.0.0.1/8"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        const char *const words[] = {"127.0.0.1", wrong[i], NULL};
        g_assert_null(proxies_parse(words));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/proxies/client", test_client);
    g_test_add_func("/proxies/parse", test_parse);
    return g_test_run();
}
