/* heap.h: how the C library keeps what was freed. */
#pragma once

#include <glib.h>

/* For a process that stays, with so many threads that judge: what is large goes back to the system
 * when it is freed, and the other threads share a few pools. Without it glibc learns from the first
 * mail of ten megabytes to keep such blocks for good. To be called before there are threads; does
 * nothing where the C library is another. */
void heap_stay_small(guint judges);

/* Gives the pages of the heap back on which nothing lies any more; they add up, for what is freed
 * early lies between what stays. Takes some milliseconds. */
void heap_give_back(void);
