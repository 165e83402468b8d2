#include <glib.h>
#include <string.h>

#include "ingest/body.h"
#include "schema/limits.h"

/* A claimed length costs the server 64 KiB, not the claim. */
static void
test_claim_is_not_believed(void)
{
    BodyRoom *room = body_room_new(100 * 1024 * 1024, NULL);
    Body body;
    g_assert_cmpint(body_init(&body, room, 10 * 1024 * 1024, 9 * 1024 * 1024), ==, BODY_OK);
    g_assert_cmpuint(body_room_used(room), ==, LIMIT_BODY_START);
    body_clear(&body);
    g_assert_cmpuint(body_room_used(room), ==, 0);
    g_assert_cmpint(body_init(&body, room, 10, 11), ==, BODY_TOO_LARGE);
    body_clear(&body);
    body_room_unref(room);
}

static void
test_octets_stay_as_they_came(void)
{
    BodyRoom *room = body_room_new(100 * 1024 * 1024, NULL);
    g_autoptr(GByteArray) expected = g_byte_array_new();
    Body body;
    g_assert_cmpint(body_init(&body, room, 1000000, 0), ==, BODY_OK);
    for (guint i = 0; expected->len < 700000; i++) {
        guint8 chunk[1500];
        guint length = (i * 37) % (guint)sizeof chunk;
        memset(chunk, (int)(i % 251), sizeof chunk);
        g_byte_array_append(expected, chunk, length);
        g_assert_cmpint(body_append(&body, chunk, length), ==, BODY_OK);
        g_assert_cmpuint(body_room_used(room), >=, expected->len);
        g_assert_cmpuint(body_room_used(room), <=, 2 * expected->len + 4096);
    }
    g_autoptr(GBytes) bytes = body_steal(&body);
    gsize length = g_bytes_get_size(bytes);
    g_autoptr(GBytes) sent = g_byte_array_free_to_bytes(g_steal_pointer(&expected));
    g_assert_true(g_bytes_equal(bytes, sent));
    body_clear(&body); /* a stolen body is clear already */
    g_assert_cmpuint(body_room_used(room), >=, length);
    body_room_unref(room);
    /* The bytes still hold the room; they go last. */
}

static void
test_empty(void)
{
    BodyRoom *room = body_room_new(1024, NULL);
    Body body;
    g_assert_cmpint(body_init(&body, room, 1000, 0), ==, BODY_OK);
    g_autoptr(GBytes) bytes = body_steal(&body);
    g_assert_cmpuint(g_bytes_get_size(bytes), ==, 0);
    body_room_unref(room);
}

static void
test_max(void)
{
    BodyRoom *room = body_room_new(100000, NULL);
    Body body;
    const char octets[600] = {0};
    g_assert_cmpint(body_init(&body, room, 1000, 0), ==, BODY_OK);
    g_assert_cmpint(body_append(&body, octets, 600), ==, BODY_OK);
    g_assert_cmpint(body_append(&body, octets, 401), ==, BODY_TOO_LARGE);
    g_assert_cmpint(body_append(&body, octets, 400), ==, BODY_OK);
    g_assert_cmpint(body_append(&body, octets, 1), ==, BODY_TOO_LARGE);
    g_assert_cmpuint(body.length, ==, 1000);
    body_clear(&body);
    body_room_unref(room);
}

/* Octets that differ from place to place. */
static GBytes *
make_octets(gsize length)
{
    guint8 *octets = g_malloc(length);
    for (gsize i = 0; i < length; i++)
        octets[i] = (guint8)(i * 31 + i / 251);
    return g_bytes_new_take(octets, length);
}

static void
fill(Body *body, BodyRoom *room, GBytes *octets, gsize step)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(octets, &length);
    g_assert_cmpint(body_init(body, room, length, 0), ==, BODY_OK);
    for (gsize at = 0; at < length; at += step)
        g_assert_cmpint(body_append(body, data + at, MIN(step, length - at)), ==, BODY_OK);
}

/* Beyond what is kept in memory nothing is lost or moved, in whatever pieces it came, and the room
 * is given back with the last reference. */
static void
test_large(void)
{
    static const gsize steps[] = {1, 78, 1460, 16384, 100000, 3000000};
    BodyRoom *room = body_room_new(10 * 1024 * 1024, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_autoptr(GBytes) octets =
            make_octets(i == 0 ? LIMIT_BODY_MEMORY_BYTES + 1 : 3 * LIMIT_BODY_MEMORY_BYTES + 7 + i);
        Body body;
        fill(&body, room, octets, steps[i]);
        g_assert_true(body_is_large(&body));
        g_assert_cmpuint(body_room_used(room), ==, body.length);
        g_assert_cmpuint(body.capacity, <, LIMIT_BODY_MEMORY_BYTES);
        GBytes *bytes = body_steal(&body);
        g_assert_true(g_bytes_equal(bytes, octets));
        g_assert_cmpuint(body_room_used(room), ==, g_bytes_get_size(octets));
        g_bytes_unref(bytes);
        g_assert_cmpuint(body_room_used(room), ==, 0);
    }
    body_room_unref(room);
}

static void
test_small_stays_in_memory(void)
{
    /* A file would fail. */
    g_autoptr(BodyRoom) room = body_room_new(1024 * 1024, "/nonexistent");
    g_autoptr(GBytes) octets = make_octets(LIMIT_BODY_MEMORY_BYTES);
    Body body;
    fill(&body, room, octets, 1000);
    g_assert_false(body_is_large(&body));
    g_autoptr(GBytes) bytes = body_steal(&body);
    g_assert_true(g_bytes_equal(bytes, octets));

    Body large;
    guint8 more[1000] = {0};
    fill(&large, room, octets, 1000);
    large.max += sizeof more;
    g_assert_cmpint(body_append(&large, more, sizeof more), ==, BODY_NO_ROOM);
    body_clear(&large);
    g_assert_cmpuint(body_room_used(room), ==, LIMIT_BODY_MEMORY_BYTES);
}

static void
check_head(gsize length, gsize more, gsize most)
{
    g_autoptr(BodyRoom) room = body_room_new(1024 * 1024, NULL);
    g_autoptr(GBytes) octets = make_octets(length + more);
    g_autoptr(GBytes) first = g_bytes_new_from_bytes(octets, 0, length);
    g_autoptr(GBytes) wanted = g_bytes_new_from_bytes(octets, 0, MIN(most, length + more));
    Body body;
    fill(&body, room, first, 700);
    const guint8 *data = g_bytes_get_data(octets, NULL);
    g_autoptr(GBytes) head = body_head(&body, data + length, more, most);
    g_assert_true(g_bytes_equal(head, wanted));
    body_clear(&body);
}

static void
test_head(void)
{
    check_head(5000, 2000, 65536);
    check_head(5000, 2000, 6000);
    check_head(5000, 2000, 4000);
    check_head(0, 2000, 6000);
    check_head(LIMIT_BODY_MEMORY_BYTES + 5000, 2000, 65536);
}

/* Many connections together stay within the bound, and what one gives back another may use. */
static void
test_room_is_shared(void)
{
    BodyRoom *room = body_room_new(20000, NULL);
    Body first, second;
    const char octets[9000] = {0};
    g_assert_cmpint(body_init(&first, room, 100000, 9000), ==, BODY_OK);
    g_assert_cmpint(body_init(&second, room, 100000, 9000), ==, BODY_OK);
    Body third;
    g_assert_cmpint(body_init(&third, room, 100000, 9000), ==, BODY_NO_ROOM);
    body_clear(&third);
    g_assert_cmpint(body_append(&first, octets, 9000), ==, BODY_OK);
    body_clear(&second);

    Body chunked;
    g_assert_cmpint(body_init(&chunked, room, 100000, 0), ==, BODY_OK);
    g_assert_cmpint(body_append(&chunked, octets, 8000), ==, BODY_OK);
    g_assert_cmpint(body_append(&chunked, octets, 8000), ==, BODY_NO_ROOM);
    g_assert_cmpuint(body_room_used(room), <=, 20000);
    body_clear(&chunked);
    body_clear(&first);
    g_assert_cmpuint(body_room_used(room), ==, 0);
    body_room_unref(room);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/body/claim", test_claim_is_not_believed);
    g_test_add_func("/body/octets", test_octets_stay_as_they_came);
    g_test_add_func("/body/empty", test_empty);
    g_test_add_func("/body/max", test_max);
    g_test_add_func("/body/large", test_large);
    g_test_add_func("/body/small", test_small_stays_in_memory);
    g_test_add_func("/body/head", test_head);
    g_test_add_func("/body/room", test_room_is_shared);
    return g_test_run();
}
