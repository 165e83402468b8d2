/* What was told as an alert, and what waits to be told. */
#include "store/alert.h"
#include "test_store_fixture.h"

static void
set(Store *store, const StoreAlert *alert)
{
    g_autoptr(GError) error = NULL;
    fixture_begin(store);
    store_set_alert(store, alert, &error);
    g_assert_no_error(error);
    fixture_commit(store);
}

static void
test_rows(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Store *store = fixture->store;
    g_autoptr(GError) error = NULL;
    StoreAlert alert = {.domain = (char *)"b.example",
                        .kind = (char *)"failure",
                        .subject = (char *)"mx1.b.example certificate-expired",
                        .ongoing = TRUE,
                        .last_day = 20000,
                        .told = 1,
                        .news = (char *)"{}",
                        .waiting = (char *)"command mail",
                        .claimed_until = 2,
                        .tries = 3,
                        .tried = 4,
                        .problem = (char *)"no route"};
    set(store, &alert);
    StoreAlert other = {
        .domain = (char *)"a.example", .kind = (char *)"silence", .subject = (char *)"A"};
    set(store, &other);
    g_autoptr(GPtrArray) all = store_alerts(store, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(all->len, ==, 2);
    const StoreAlert *first = g_ptr_array_index(all, 0), *second = g_ptr_array_index(all, 1);
    g_assert_cmpstr(first->domain, ==, "a.example");
    g_assert_null(first->news);
    g_assert_null(first->waiting);
    g_assert_null(first->problem);
    g_assert_cmpstr(second->subject, ==, alert.subject);
    g_assert_true(second->ongoing);
    g_assert_cmpint(second->last_day, ==, 20000);
    g_assert_cmpint(second->told, ==, 1);
    g_assert_cmpstr(second->news, ==, "{}");
    g_assert_cmpstr(second->waiting, ==, "command mail");
    g_assert_cmpint(second->claimed_until, ==, 2);
    g_assert_cmpuint(second->tries, ==, 3);
    g_assert_cmpint(second->tried, ==, 4);
    g_assert_cmpstr(second->problem, ==, "no route");

    alert.ongoing = FALSE;
    alert.news = NULL;
    set(store, &alert); /* in its place */
    fixture_assert_rebuild_same(store);
    g_autoptr(GPtrArray) one = store_alerts(store, "b.example", &error);
    g_assert_cmpuint(one->len, ==, 1);
    const StoreAlert *changed = g_ptr_array_index(one, 0);
    g_assert_false(changed->ongoing);
    g_assert_null(changed->news);

    fixture_begin(store);
    g_assert_true(store_drop_alert(store, &alert, &error));
    fixture_commit(store);
    g_autoptr(GPtrArray) left = store_alerts(store, NULL, &error);
    g_assert_cmpuint(left->len, ==, 1);
    /* Not outside a transaction. */
    g_assert_false(store_set_alert(store, &alert, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INTERNAL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/store/alert/rows", Fixture, NULL, fixture_open, test_rows, fixture_close);
    return g_test_run();
}
