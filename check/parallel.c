#include "check/parallel.h"

typedef struct {
    ParallelFunc func;
    guint8 *items;
    guint n;
    gsize size;
    gint next; /* atomic: the item that nobody has begun */
} Parallel;

static gpointer
work(gpointer data)
{
    Parallel *parallel = data;
    for (;;) {
        guint i = (guint)g_atomic_int_add(&parallel->next, 1);
        if (i >= parallel->n)
            return NULL;
        parallel->func(parallel->items + i * parallel->size);
    }
}

void
parallel_run(ParallelFunc func, void *items, guint n, gsize size, guint jobs)
{
    Parallel parallel = {.func = func, .items = items, .n = n, .size = size};
    guint n_threads = MIN(n, jobs);
    g_autofree GThread **threads = g_new(GThread *, n_threads);
    for (guint i = 0; i < n_threads; i++)
        threads[i] = g_thread_new("check", work, &parallel);
    for (guint i = 0; i < n_threads; i++)
        g_thread_join(threads[i]);
}
