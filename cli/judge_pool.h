/* judge_pool.h: inputs of files judged by several threads, and handed on in the order in which they
 * came, so that what is stored does not depend on the number of processors.
 */
#pragma once

#include "ingest/files.h"
#include "ingest/judged.h"

typedef struct JudgePool JudgePool;

typedef struct {
    /* Judges FILE and appends to ITEMS (of Judged *). From several threads at once. */
    void (*judge)(gpointer self, const FileItem *file, GPtrArray *items);
    /* Takes the ITEMS of FILE over. From one thread at a time, in the order of the inputs; may wait
     * for room further on, which makes all others wait. */
    void (*hand_on)(gpointer self, const FileItem *file, GPtrArray *items);
    gpointer self;
} JudgeSteps;

/* THREADS that judge; 0: as many as the machine has processors to spare. */
JudgePool *judge_pool_start(const JudgeSteps *steps, guint threads);

/* Takes a reference to what FILE holds; waits while too much waits already. From one thread. */
void judge_pool_put(JudgePool *pool, const FileItem *file);

/* Waits until everything was handed on, and frees the pool. */
void judge_pool_finish(JudgePool *pool);
