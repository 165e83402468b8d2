/* sink.h: how ingest hands a judged report on without knowing the store (a function and a pointer).
 */
#pragma once

#include "ingest/judged.h"

/* Called exactly once for each item, when its fate is on disk (or cannot be). May be called from
 * another thread, also before sink_take returns. REFERENCE is the id of the stored report or
 * quarantine entry for people ("r12", "q3"), or NULL. Must not block. */
typedef void (*SinkDone)(gpointer data, Outcome outcome, const char *reference);

typedef struct {
    /* Takes ITEM over. */
    void (*take)(gpointer self, Judged *item, SinkDone done, gpointer done_data);
    /* Does for ITEM what can be done before its turn comes, from any thread. Need not be called. */
    void (*prepare)(gpointer self, Judged *item);
    gpointer self;
} Sink;
