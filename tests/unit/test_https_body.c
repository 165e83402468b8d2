#include <glib.h>
#include <string.h>

#include "ingest/https_body.h"
#include "schema/limits.h"

/* A claimed length costs the server 64 KiB, not the claim. */
static void
test_claim_is_not_believed(void)
{
    HttpsBudget *budget = https_budget_new(100 * 1024 * 1024);
    HttpsBody body;
    g_assert_cmpint(https_body_init(&body, budget, 10 * 1024 * 1024, 9 * 1024 * 1024), ==,
                    HTTPS_BODY_OK);
    g_assert_cmpuint(https_budget_used(budget), ==, LIMIT_HTTPS_BODY_START);
    https_body_clear(&body);
    g_assert_cmpuint(https_budget_used(budget), ==, 0);
    g_assert_cmpint(https_body_init(&body, budget, 10, 11), ==, HTTPS_BODY_TOO_LARGE);
    https_body_clear(&body);
    https_budget_unref(budget);
}

static void
test_octets_stay_as_they_came(void)
{
    HttpsBudget *budget = https_budget_new(100 * 1024 * 1024);
    g_autoptr(GByteArray) expected = g_byte_array_new();
    HttpsBody body;
    g_assert_cmpint(https_body_init(&body, budget, 1000000, 0), ==, HTTPS_BODY_OK);
    for (guint i = 0; expected->len < 700000; i++) {
        guint8 chunk[1500];
        guint length = (i * 37) % (guint)sizeof chunk;
        memset(chunk, (int)(i % 251), sizeof chunk);
        g_byte_array_append(expected, chunk, length);
        g_assert_cmpint(https_body_append(&body, chunk, length), ==, HTTPS_BODY_OK);
        g_assert_cmpuint(https_budget_used(budget), >=, expected->len);
        g_assert_cmpuint(https_budget_used(budget), <=, 2 * expected->len + 4096);
    }
    g_autoptr(GBytes) bytes = https_body_steal(&body);
    gsize length = g_bytes_get_size(bytes);
    g_autoptr(GBytes) sent = g_byte_array_free_to_bytes(g_steal_pointer(&expected));
    g_assert_true(g_bytes_equal(bytes, sent));
    https_body_clear(&body); /* a stolen body is clear already */
    g_assert_cmpuint(https_budget_used(budget), >=, length);
    https_budget_unref(budget);
    /* The bytes still hold the budget; they go last. */
}

static void
test_empty(void)
{
    HttpsBudget *budget = https_budget_new(1024);
    HttpsBody body;
    g_assert_cmpint(https_body_init(&body, budget, 1000, 0), ==, HTTPS_BODY_OK);
    g_autoptr(GBytes) bytes = https_body_steal(&body);
    g_assert_cmpuint(g_bytes_get_size(bytes), ==, 0);
    https_budget_unref(budget);
}

static void
test_max(void)
{
    HttpsBudget *budget = https_budget_new(100000);
    HttpsBody body;
    const char octets[600] = {0};
    g_assert_cmpint(https_body_init(&body, budget, 1000, 0), ==, HTTPS_BODY_OK);
    g_assert_cmpint(https_body_append(&body, octets, 600), ==, HTTPS_BODY_OK);
    g_assert_cmpint(https_body_append(&body, octets, 401), ==, HTTPS_BODY_TOO_LARGE);
    g_assert_cmpint(https_body_append(&body, octets, 400), ==, HTTPS_BODY_OK);
    g_assert_cmpint(https_body_append(&body, octets, 1), ==, HTTPS_BODY_TOO_LARGE);
    g_assert_cmpuint(body.length, ==, 1000);
    https_body_clear(&body);
    https_budget_unref(budget);
}

/* Many connections together stay within the bound, and what one gives back another may use. */
static void
test_budget_is_shared(void)
{
    HttpsBudget *budget = https_budget_new(20000);
    HttpsBody first, second;
    const char octets[9000] = {0};
    g_assert_cmpint(https_body_init(&first, budget, 100000, 9000), ==, HTTPS_BODY_OK);
    g_assert_cmpint(https_body_init(&second, budget, 100000, 9000), ==, HTTPS_BODY_OK);
    HttpsBody third;
    g_assert_cmpint(https_body_init(&third, budget, 100000, 9000), ==, HTTPS_BODY_NO_ROOM);
    https_body_clear(&third);
    g_assert_cmpint(https_body_append(&first, octets, 9000), ==, HTTPS_BODY_OK);
    https_body_clear(&second);

    HttpsBody chunked;
    g_assert_cmpint(https_body_init(&chunked, budget, 100000, 0), ==, HTTPS_BODY_OK);
    g_assert_cmpint(https_body_append(&chunked, octets, 8000), ==, HTTPS_BODY_OK);
    g_assert_cmpint(https_body_append(&chunked, octets, 8000), ==, HTTPS_BODY_NO_ROOM);
    g_assert_cmpuint(https_budget_used(budget), <=, 20000);
    https_body_clear(&chunked);
    https_body_clear(&first);
    g_assert_cmpuint(https_budget_used(budget), ==, 0);
    https_budget_unref(budget);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/https/body/claim", test_claim_is_not_believed);
    g_test_add_func("/https/body/octets", test_octets_stay_as_they_came);
    g_test_add_func("/https/body/empty", test_empty);
    g_test_add_func("/https/body/max", test_max);
    g_test_add_func("/https/body/budget", test_budget_is_shared);
    return g_test_run();
}
