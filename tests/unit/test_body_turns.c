#include "ingest/body_turns.h"

#include "schema/limits.h"

typedef struct {
    BodyTurn turn;
    GString *order;
    char name;
} Guest;

static void
granted(gpointer data)
{
    Guest *guest = data;
    g_string_append_c(guest->order, guest->name);
}

static gboolean
ask(BodyTurns *turns, Guest *guest, GString *order, char name)
{
    *guest = (Guest){.turn = {.granted = granted, .data = guest}, .order = order, .name = name};
    return body_turn_ask(turns, &guest->turn);
}

/* One at a time, in the order in which they came; who gives up is passed over. */
static void
test_order(void)
{
    BodyTurns *turns = body_turns_new();
    g_autoptr(GString) order = g_string_new(NULL);
    Guest a, b, c, d;
    g_assert_true(ask(turns, &a, order, 'a'));
    g_assert_true(ask(turns, &b, order, 'b'));
    g_assert_true(ask(turns, &c, order, 'c'));
    g_assert_true(ask(turns, &d, order, 'd'));
    g_assert_cmpstr(order->str, ==, "a");
    g_assert_true(body_turn_is_granted(turns, &a.turn));
    g_assert_false(body_turn_is_granted(turns, &b.turn));
    g_assert_false(body_turn_leave(turns, &b.turn));
    g_assert_cmpstr(order->str, ==, "a");
    g_assert_true(body_turn_leave(turns, &a.turn));
    g_assert_false(body_turn_leave(turns, &a.turn));
    g_assert_cmpstr(order->str, ==, "ac");
    g_assert_true(body_turn_leave(turns, &c.turn));
    g_assert_true(body_turn_leave(turns, &d.turn));
    g_assert_cmpstr(order->str, ==, "acd");
    g_assert_true(ask(turns, &b, order, 'b'));
    g_assert_cmpstr(order->str, ==, "acdb");
    body_turn_leave(turns, &b.turn);
    body_turns_free(turns);
}

static void
test_too_many(void)
{
    BodyTurns *turns = body_turns_new();
    g_autoptr(GString) order = g_string_new(NULL);
    g_autofree Guest *guests = g_new(Guest, LIMIT_LARGE_BODIES_WAITING + 2);
    for (guint i = 0; i <= LIMIT_LARGE_BODIES_WAITING; i++)
        g_assert_true(ask(turns, &guests[i], order, 'x'));
    Guest *last = &guests[LIMIT_LARGE_BODIES_WAITING + 1];
    g_assert_false(ask(turns, last, order, 'y'));
    body_turn_leave(turns, &guests[0].turn);
    g_assert_true(ask(turns, last, order, 'y'));
    for (guint i = 1; i <= LIMIT_LARGE_BODIES_WAITING + 1; i++)
        body_turn_leave(turns, &guests[i].turn);
    g_assert_cmpuint(order->len, ==, LIMIT_LARGE_BODIES_WAITING + 2);
    g_assert_true(g_str_has_suffix(order->str, "xy"));
    body_turns_free(turns);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/body-turns/order", test_order);
    g_test_add_func("/body-turns/too-many", test_too_many);
    return g_test_run();
}
