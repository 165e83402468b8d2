#include "cli/config.h"

#include <glib/gstdio.h>

static void
test_values(void)
{
    g_autofree char *path = NULL;
    g_autoptr(GError) error = NULL;
    static const char text[] =
        "# comment\n[store]\nuri = /tmp/x.db\ncache-bytes=20000000\n[domains]\n"
        "accept=Example.ORG.; b\xc3\xbc"
        "cher.example\n[mx]\nMX1.host.example=a.example;b.example\n"
        "[trust]\nauthserv-ids=MX.Example.org;other\nminimum=verified\n"
        "[https]\npath=/in\n[limits]\ntimeout=7\nmessage-bytes=100000\n";
    int fd = g_file_open_tmp("tlsgauge-config-XXXXXX", &path, &error);
    g_assert_no_error(error);
    g_assert_true(g_close(fd, NULL));
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_autoptr(Config) config = config_load(path, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(config->store_uri, ==, "/tmp/x.db");
    g_assert_cmpuint(config->cache_bytes, ==, 20000000);
    g_assert_cmpint(config_cache_beside(config), ==, 2000000);
    g_assert_true(g_hash_table_contains(config->rules.accept, "example.org"));
    g_assert_true(g_hash_table_contains(config->rules.accept, "xn--bcher-kva.example"));
    char **served = g_hash_table_lookup(config->rules.mx_domains, "mx1.host.example");
    g_assert_nonnull(served);
    g_assert_cmpstr(served[1], ==, "b.example");
    g_assert_cmpstr(config->rules.authserv_ids[0], ==, "mx.example.org");
    g_assert_cmpint(config->rules.minimum, ==, TRUST_VERIFIED);
    g_assert_cmpstr(config->https_path, ==, "/in");
    g_assert_cmpuint(config->timeout_seconds, ==, 7);
    g_assert_cmpuint(config->rules.message_bytes, ==, 100000);
    g_unlink(path);
}

static void
test_defaults(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = config_load("/dev/null", &error);
    g_assert_no_error(error);
    g_assert_null(config->rules.accept);
    g_assert_cmpint(config->rules.minimum, ==, TRUST_UNAUTHENTICATED);
    g_assert_cmpstr(config->https_path, ==, "/v1/tlsrpt");
    g_assert_nonnull(config->store_uri);
}

static void
test_no_such_file(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(config_load("/no/such/file", &error));
    g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_FILE);
    g_assert_nonnull(g_strrstr(error->message, "/no/such/file"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config/values", test_values);
    g_test_add_func("/config/defaults", test_defaults);
    g_test_add_func("/config/no-such-file", test_no_such_file);
    return g_test_run();
}
