/* parallel.h: one function over many items, some at a time. */
#pragma once

#include <glib.h>

typedef void (*ParallelFunc)(gpointer item);

/* Calls FUNC once for each of the N items of SIZE bytes at ITEMS, up to JOBS at a time, in order of
 * their beginning. Returns when all are done and the threads have ended: what libraries keep for a
 * thread is given back. */
void parallel_run(ParallelFunc func, void *items, guint n, gsize size, guint jobs);
