/* Pages of all connections from one block of memory. */
#include <glib.h>
#include <sqlite3.h>
#include <string.h>

#include "store/sqlite_pages.h"

#define PAGE_BYTES 4096
#define PAGES      40

static int page_octets; /* with what SQLite keeps behind a page */

/* Before SQLite is first used, as in a process. */
static void
share(void)
{
    int header = 0;
    g_assert_cmpint(sqlite3_config(SQLITE_CONFIG_PCACHE_HDRSZ, &header), ==, SQLITE_OK);
    page_octets = PAGE_BYTES + ((header + 7) & ~7);
    sqlite_pages_share((gsize)page_octets * PAGES + 100, PAGE_BYTES);
}

static guint8 *
page(void)
{
    return sqlite3_malloc(page_octets);
}

/* All pages of the block: they lie side by side, each whole. */
static void
take_all(guint8 *pages[PAGES])
{
    for (guint i = 0; i < PAGES; i++) {
        pages[i] = page();
        memset(pages[i], (int)i, (gsize)page_octets);
    }
}

static void
give_all(guint8 *pages[PAGES])
{
    for (guint i = 0; i < PAGES; i++)
        sqlite3_free(pages[i]);
}

static gboolean
is_among(guint8 *const pages[PAGES], const guint8 *one)
{
    for (guint i = 0; i < PAGES; i++) {
        if (pages[i] == one)
            return TRUE;
    }
    return FALSE;
}

static void
test_block(void)
{
    guint8 *pages[PAGES], *again[PAGES];
    take_all(pages);
    for (guint i = 1; i < PAGES; i++)
        g_assert_true(pages[i] == pages[0] + i * (gsize)page_octets);
    for (guint i = 0; i < PAGES; i++) {
        g_assert_cmpint(pages[i][0], ==, i);
        g_assert_cmpint(pages[i][page_octets - 1], ==, i);
    }
    give_all(pages);
    take_all(again);
    for (guint i = 0; i < PAGES; i++)
        g_assert_true(is_among(pages, again[i]));
    give_all(again);
}

/* A full block is no failure. */
static void
test_full(void)
{
    guint8 *pages[PAGES];
    take_all(pages);
    guint8 *more = page();
    g_assert_nonnull(more);
    g_assert_false(is_among(pages, more));
    memset(more, 0xff, (gsize)page_octets);
    sqlite3_free(more);
    give_all(pages);
}

static void
test_other_sizes(void)
{
    static const int sizes[] = {1, PAGE_BYTES, 3 * PAGE_BYTES};
    guint8 *first = page(), *other;
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        other = sqlite3_malloc(sizes[i]);
        g_assert_true(other + sizes[i] <= first || other >= first + (gsize)page_octets * PAGES);
        sqlite3_free(other);
    }
    sqlite3_free(first);
}

static void
test_resize(void)
{
    guint8 *pages[PAGES];
    guint8 *one = page();
    memset(one, 7, (gsize)page_octets);
    g_assert_cmpuint(sqlite3_msize(one), ==, page_octets);
    g_assert_true(sqlite3_realloc(one, PAGE_BYTES / 2) == one);
    guint8 *larger = sqlite3_realloc(one, 3 * PAGE_BYTES);
    g_assert_true(larger != one);
    for (int i = 0; i < PAGE_BYTES / 2; i++)
        g_assert_cmpint(larger[i], ==, 7);
    take_all(pages); /* the page that it had is free again */
    g_assert_true(is_among(pages, one));
    give_all(pages);
    sqlite3_free(larger);
}

/* Whether one page is the block's tells a database that uses it: its pages are in the block, and
 * come back when it is closed. */
static void
test_database(void)
{
    sqlite3 *database;
    guint8 *pages[PAGES];
    guint8 *first = page();
    sqlite3_free(first);
    g_assert_cmpint(sqlite3_open(":memory:", &database), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(database,
                                 "PRAGMA page_size = 4096; CREATE TABLE t (b);"
                                 "INSERT INTO t VALUES (zeroblob(40000))",
                                 NULL, NULL, NULL),
                    ==, SQLITE_OK);
    guint8 *next = page();
    g_assert_cmpuint((gsize)(next - first), >=, (gsize)page_octets * 10);
    g_assert_cmpuint((gsize)(next - first), <, (gsize)page_octets * PAGES);
    sqlite3_free(next);
    g_assert_cmpint(sqlite3_close(database), ==, SQLITE_OK);
    take_all(pages);
    g_assert_true(is_among(pages, first));
    give_all(pages);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    share();
    g_test_add_func("/sqlite_pages/block", test_block);
    g_test_add_func("/sqlite_pages/full", test_full);
    g_test_add_func("/sqlite_pages/other_sizes", test_other_sizes);
    g_test_add_func("/sqlite_pages/resize", test_resize);
    g_test_add_func("/sqlite_pages/database", test_database);
    return g_test_run();
}
