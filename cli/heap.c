#include "cli/heap.h"

#include <stdlib.h> /* says whether it is glibc */
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* Octets from which a block is mapped by itself. Most reports stay below it. */
#define LARGE_BYTES (32 * 1024)
/* Octets that are kept when they are free at the end of the heap. */
#define END_BYTES   (64 * 1024)
/* Pools of the heap, beside one for each thread that judges. More would let the others run beside
 * each other, and keep more: with what a report takes in one block, they need no more. */
#define POOLS       2

void
heap_stay_small(guint judges)
{
    (void)judges;
#ifdef __GLIBC__
    (void)mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, END_BYTES);
    (void)mallopt(M_ARENA_MAX, POOLS + (int)judges);
#endif
}

void
heap_give_back(void)
{
#ifdef __GLIBC__
    (void)malloc_trim(0);
#endif
}
