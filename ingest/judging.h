/* judging.h: threads that judge what has come in whole, beside the one that speaks with the
 * senders, where there are processors for them. */
#pragma once

#include <glib.h>

typedef struct Judging Judging;

/* How many threads to judge there should be: one for each processor beyond those that are SPARED
 * for other work, within reason. */
guint judging_threads(guint spared);

/* THREADS that call JUDGE for each item. NULL for 0 of them. */
Judging *judging_start(guint threads, void (*judge)(gpointer item));

/* Hands an item over, the data of LINK, which is the caller's memory and is not looked at any more
 * when JUDGE is called. Does not wait: who hands on bounds what waits. */
void judging_put(Judging *judging, GList *link);

/* Waits until all that was handed over is judged, and frees. NULL is fine. */
void judging_stop(Judging *judging);
