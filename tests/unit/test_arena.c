/* test_arena.c: what an arena gives out is whole, apart, and lives until its end. */
#include <string.h>

#include "schema/arena.h"

#define THINGS 5000u

/* Sizes from nothing to several blocks, in no order. */
static gsize
size_of(guint i)
{
    return i % 97 == 0 ? i * 7 : i % 53;
}

static void
test_apart(void)
{
    Arena *arena = arena_new();
    g_autoptr(GPtrArray) things = g_ptr_array_new();
    for (guint i = 0; i < THINGS; i++) {
        guint8 *thing = arena_alloc(arena, size_of(i));
        g_assert_cmpuint((guintptr)thing % sizeof(gint64), ==, 0);
        for (gsize j = 0; j < size_of(i); j++)
            g_assert_cmpuint(thing[j], ==, 0);
        memset(thing, (int)(i % 251) + 1, size_of(i));
        g_ptr_array_add(things, thing);
    }
    for (guint i = 0; i < THINGS; i++) {
        const guint8 *thing = g_ptr_array_index(things, i);
        for (gsize j = 0; j < size_of(i); j++)
            g_assert_cmpuint(thing[j], ==, i % 251 + 1);
    }
    arena_free(arena);
}

static void
test_text(void)
{
    Arena *arena = arena_new();
    g_autofree char *large = g_strnfill(100000, 'x');
    g_autoptr(GPtrArray) texts = g_ptr_array_new();
    for (guint i = 0; i < THINGS; i++) {
        g_autofree char *text = g_strdup_printf("text %u and more", i);
        g_ptr_array_add(texts, arena_text(arena, text, strlen(text)));
        if (i % 1000 == 0)
            g_assert_cmpstr(arena_text(arena, large, 100000), ==, large);
    }
    for (guint i = 0; i < THINGS; i++) {
        g_autofree char *text = g_strdup_printf("text %u and more", i);
        g_assert_cmpstr(g_ptr_array_index(texts, i), ==, text);
    }
    g_assert_cmpstr(arena_text(arena, "abcdef", 3), ==, "abc");
    g_assert_cmpstr(arena_text(arena, NULL, 0), ==, "");
    g_assert_cmpmem(arena_text(arena, "a\0b", 3), 4, "a\0b", 4);
    arena_free(arena);
    arena_free(NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/arena/apart", test_apart);
    g_test_add_func("/arena/text", test_text);
    return g_test_run();
}
