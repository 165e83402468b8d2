/* Goal: several threads judge, and what they hand on keeps the order of the inputs. */
#include "cli/judge_pool.h"

#include <stdlib.h>
#include <string.h>

#define INPUTS 2000u

typedef struct {
    guint next;   /* number of the input whose turn it is */
    gint judging; /* atomic: judges at work */
    gint handing; /* atomic: hand_on at work */
    gsize held;   /* octets put and not handed on */
    gsize most;
} Seen;

static void
judge(gpointer self, const FileItem *file, GPtrArray *items)
{
    Seen *seen = self;
    g_atomic_int_inc(&seen->judging);
    guint number = (guint)atoi(file->source);
    /* The earlier ones of each dozen take longer than the later ones. */
    g_usleep(number % 12 == 0 ? 2000 : 10);
    Judged *item = g_new0(Judged, 1);
    item->source = g_strdup(file->source);
    g_ptr_array_add(items, item);
    if (number % 5 == 0) /* an input may hold nothing, or several */
        judged_free(g_ptr_array_steal_index(items, 0));
}

static void
hand_on(gpointer self, const FileItem *file, GPtrArray *items)
{
    Seen *seen = self;
    g_assert_cmpint(g_atomic_int_add(&seen->handing, 1), ==, 0);
    g_autofree char *wanted = g_strdup_printf("%u", seen->next);
    g_assert_cmpstr(file->source, ==, wanted);
    g_assert_cmpstr(file->file_name, ==, "name");
    g_assert_cmpuint(items->len, ==, seen->next % 5 == 0 ? 0 : 1);
    for (guint i = 0; i < items->len; i++) {
        g_autoptr(Judged) item = g_ptr_array_index(items, i);
        g_assert_cmpstr(item->source, ==, wanted);
    }
    seen->next++;
    g_atomic_int_add(&seen->handing, -1);
}

static void
test_order(void)
{
    Seen seen = {0};
    const JudgeSteps steps = {judge, hand_on, &seen};
    JudgePool *pool = judge_pool_start(&steps, 4);
    for (guint i = 0; i < INPUTS; i++) {
        /* The caller's texts and bytes may go as soon as it returns. */
        g_autofree char *source = g_strdup_printf("%u", i);
        g_autofree char *name = g_strdup("name");
        g_autoptr(GBytes) bytes = g_bytes_new(source, strlen(source));
        const FileItem file = {
            .kind = FILE_ITEM_ANY, .bytes = bytes, .source = source, .file_name = name};
        judge_pool_put(pool, &file);
    }
    judge_pool_finish(pool);
    g_assert_cmpuint(seen.next, ==, INPUTS);
    g_assert_cmpint(seen.judging, ==, (int)INPUTS);
}

/* ---- a bound on what waits ---------------------------------------------------------------- */

#define LARGE (24u * 1024 * 1024)

static void
judge_large(gpointer self, const FileItem *file, GPtrArray *items)
{
    (void)self, (void)file, (void)items;
    g_usleep(20000);
}

static void
hand_on_large(gpointer self, const FileItem *file, GPtrArray *items)
{
    (void)file, (void)items;
    Seen *seen = self;
    g_atomic_pointer_add(&seen->held, -(gssize)LARGE);
}

static void
test_bound(void)
{
    Seen seen = {0};
    const JudgeSteps steps = {judge_large, hand_on_large, &seen};
    JudgePool *pool = judge_pool_start(&steps, 4);
    for (guint i = 0; i < 12; i++) {
        g_autoptr(GBytes) bytes = g_bytes_new_take(g_malloc0(LARGE), LARGE);
        const FileItem file = {.kind = FILE_ITEM_ANY, .bytes = bytes, .source = "large"};
        judge_pool_put(pool, &file);
        gsize held = (gsize)g_atomic_pointer_add(&seen.held, LARGE) + LARGE;
        seen.most = MAX(seen.most, held);
    }
    judge_pool_finish(pool);
    /* Two fit into 64 MiB; one more may just have been handed on, and not be taken off yet. */
    g_assert_cmpuint(seen.most, <=, (gsize)LARGE * 3);
    g_assert_cmpuint(seen.held, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/judge-pool/order", test_order);
    g_test_add_func("/judge-pool/bound", test_bound);
    return g_test_run();
}
