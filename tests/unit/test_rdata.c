/* Octets of the DNS, and addresses. */
#include "check/rdata.h"

static void
test_rdata(void)
{
    static const guint8 cut[] = {0, 10, 3, 'm', 'x'}, rest[] = {0, 10, 0, 0},
                        odd[] = {0, 1, 2, 'a', '.', 0};
    static const guint8 pointer[] = {0, 1, 0xc0, 0x0c}, txt[] = {2, 'a'};
    const struct {
        const guint8 *data;
        gsize length;
        const char *host;
    } rows[] = {{cut, sizeof cut, NULL},
                {rest, sizeof rest, NULL},
                {rest, 3, ""},
                {odd, sizeof odd, "a\\046"},
                {cut, 2, NULL},
                {cut, 0, NULL},
                {pointer, sizeof pointer, NULL}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) bytes = g_bytes_new_static(rows[i].data, rows[i].length);
        g_autofree char *host = NULL;
        guint preference;
        g_assert_cmpint(rdata_mx(bytes, &preference, &host), ==, rows[i].host != NULL);
        g_assert_cmpstr(host, ==, rows[i].host);
    }
    gsize length;
    g_autoptr(GBytes) broken = g_bytes_new_static(txt, sizeof txt);
    g_assert_null(rdata_txt(broken, &length, NULL));
    g_assert_null(rdata_address(broken));
}

static void
test_public(void)
{
    static const char *const private[] = {
        "127.0.0.1", "10.0.0.1",   "172.31.0.1",      "192.168.1.1", "169.254.1.1",
        "0.0.0.0",   "100.64.1.1", "224.0.0.1",       "::1",         "::",
        "fe80::1",   "fd00::1",    "::ffff:192.0.2.1"};
    static const char *const public[] = {"192.0.2.1", "172.32.0.1", "9.255.255.255", "2001:db8::1"};
    const char *network;
    for (gsize i = 0; i < G_N_ELEMENTS(private); i++)
        g_assert_false(rdata_address_is_public(private[i], &network));
    for (gsize i = 0; i < G_N_ELEMENTS(public); i++)
        g_assert_true(rdata_address_is_public(public[i], &network));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rdata/rdata", test_rdata);
    g_test_add_func("/rdata/public", test_public);
    return g_test_run();
}
