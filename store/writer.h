/* writer.h: one thread that takes reports from a queue and commits them in groups. */
#pragma once

#include "store/store.h"

typedef struct Writer Writer;

typedef enum {
    WRITER_STORED,
    WRITER_DUPLICATE,
    WRITER_QUARANTINED,
    WRITER_UNAVAILABLE, /* not on disk: locked, full, shutting down; ERROR says why */
} WriterResult;

/* Called once an item, from the writer thread, after the commit (or its failure). ID is that of
 * the report or the quarantine entry, 0 with WRITER_UNAVAILABLE; ERROR is set only then. Must not
 * block. */
typedef void (*WriterDone)(gpointer data, WriterResult result, gint64 id, const GError *error);

/* What waits in the queue: exactly one of report and quarantine is set; FREE frees OWNER, which
 * owns all that they point to. It is called from a thread that puts, as far as there is one: memory
 * goes back the quickest way to where it came from. */
typedef struct {
    const StoreReport *report;
    const StoreQuarantine *quarantine;
    gsize bytes; /* for the bound of the queue */
    WriterDone done;
    gpointer done_data;
    gpointer owner;
    GDestroyNotify free_owner;
} WriterItem;

/* Fills outcome, reason_code ("conflicting-copies") and reason of an entry for a report that gave
 * STORE_REFUSED, for those who put without a writer. The texts are static. */
void writer_describe_refused(StoreQuarantine *entry);

/* STORE is borrowed and used by the writer thread alone until writer_stop. A STORE_REFUSED report
 * is put into quarantine by the writer (reason code "conflicting-copies") and told as QUARANTINED.
 */
Writer *writer_start(Store *store);
/* The same for who waits for no answer but for all to be done: every group is kept waiting until it
 * is full, LIMIT_BULK_WAIT_MS at most. */
Writer *writer_start_bulk(Store *store);

/* Copies ITEM (the struct, not what it points to) into the queue; from any thread. Waits while the
 * queue is full when WAIT, else answers WRITER_UNAVAILABLE through done at once, from this thread;
 * so from a WriterDone, which must not wait. The owner is freed some time after done. */
void writer_put(Writer *writer, const WriterItem *item, gboolean wait);

/* Writes all that waits, ends the thread, frees. Items put meanwhile, and those whose writer_put
 * still waits for room, are UNAVAILABLE; none may be put after it returned. NULL is fine. */
void writer_stop(Writer *writer);
