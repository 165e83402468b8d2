/* How often a password may be guessed. */
#include "cli/throttle.h"
#include "schema/limits.h"

#define MINUTE (60 * (gint64)G_USEC_PER_SEC)

static void
test_one_address(void)
{
    Throttle *throttle = throttle_new();
    for (guint i = 0; i < LIMIT_USERS_TRIES; i++)
        g_assert_true(throttle_take(throttle, "192.0.2.1", 0));
    g_assert_false(throttle_take(throttle, "192.0.2.1", 0));
    g_assert_true(throttle_take(throttle, "192.0.2.2", 0));
    for (guint i = 0; i < LIMIT_USERS_TRIES_PER_MINUTE; i++)
        g_assert_true(throttle_take(throttle, "192.0.2.1", MINUTE));
    g_assert_false(throttle_take(throttle, "192.0.2.1", MINUTE));
    throttle_free(throttle);
}

/* A good password costs no try. */
static void
test_give_back(void)
{
    Throttle *throttle = throttle_new();
    for (guint i = 0; i < 10 * LIMIT_USERS_TRIES_ALL; i++) {
        g_assert_true(throttle_take(throttle, "192.0.2.1", 0));
        throttle_give_back(throttle, "192.0.2.1");
    }
    throttle_free(throttle);
}

static void
test_one_network(void)
{
    Throttle *throttle = throttle_new();
    guint taken = 0;
    for (guint i = 0; i < 50; i++) {
        g_autofree char *address = g_strdup_printf("2001:db8:0:1::%x", i);
        taken += throttle_take(throttle, address, 0) ? 1 : 0;
    }
    g_assert_cmpuint(taken, ==, LIMIT_USERS_TRIES);
    g_assert_true(throttle_take(throttle, "2001:db8:0:2::1", 0));
    throttle_free(throttle);
}

static void
test_many_addresses(void)
{
    Throttle *throttle = throttle_new();
    guint taken = 0;
    for (guint i = 0; i < 2 * LIMIT_USERS_ADDRESSES; i++) {
        g_autofree char *address = g_strdup_printf("10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
        taken += throttle_take(throttle, address, 0) ? 1 : 0;
    }
    g_assert_cmpuint(taken, ==, LIMIT_USERS_TRIES_ALL);
    /* Those that wait no longer are forgotten. */
    g_assert_true(throttle_take(throttle, "192.0.2.1", 1000 * MINUTE));
    throttle_free(throttle);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/throttle/one-address", test_one_address);
    g_test_add_func("/throttle/give-back", test_give_back);
    g_test_add_func("/throttle/one-network", test_one_network);
    g_test_add_func("/throttle/many-addresses", test_many_addresses);
    return g_test_run();
}
