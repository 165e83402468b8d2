#include "store/writer.h"

#include <pthread.h>

#include "schema/limits.h"

/* POSIX locks rather than GLib's: ThreadSanitizer sees them, so the tests can prove them right. */
struct Writer {
    Store *store;
    GThread *thread;
    pthread_mutex_t lock;   /* for all below */
    pthread_cond_t arrived; /* an item, or the order to stop */
    pthread_cond_t room;    /* the queue got shorter, or a putter left */
    GQueue queue;           /* of Job */
    guint items;            /* waiting or being written */
    gsize bytes;            /* of these */
    guint putters;          /* threads inside writer_put */
    gboolean stopping;
};

typedef struct {
    WriterItem item;
    WriterResult result;
    gint64 id;
} Job;

/* ---- one item -------------------------------------------------------------------------- */

static void
answer(const WriterItem *item, WriterResult result, gint64 id, const GError *error)
{
    if (item->done != NULL)
        item->done(item->done_data, result, id, error);
    if (item->free_owner != NULL)
        item->free_owner(item->owner);
}

static void
refuse(const WriterItem *item, const char *why)
{
    g_autoptr(GError) error = g_error_new_literal(STORE_ERROR, STORE_ERROR_BUSY, why);
    answer(item, WRITER_UNAVAILABLE, 0, error);
}

void
writer_describe_refused(StoreQuarantine *entry)
{
    entry->outcome = "defective";
    entry->reason_code = "conflicting-copies";
    entry->reason = "too many different reports claim this organization, report-id and start, or "
                    "its counts are beyond all measure";
}

static gboolean
put_refused(Store *store, const StoreReport *report, gint64 *ret_id, GError **error)
{
    StoreQuarantine entry = {
        .findings = report->findings,
        .bytes = report->raw,
        .full_size = g_bytes_get_size(report->raw),
        .road = report->road,
        .source = report->source,
        .received = report->received,
    };
    writer_describe_refused(&entry);
    return store_put_quarantine(store, &entry, ret_id, error);
}

static gboolean
put_job(Store *store, Job *job, GError **error)
{
    StorePut put;
    if (job->item.quarantine != NULL) {
        job->result = WRITER_QUARANTINED;
        return store_put_quarantine(store, job->item.quarantine, &job->id, error);
    }
    if (!store_put_report(store, job->item.report, &put, &job->id, error))
        return FALSE;
    if (put == STORE_REFUSED) {
        job->result = WRITER_QUARANTINED;
        return put_refused(store, job->item.report, &job->id, error);
    }
    job->result = put == STORE_DUPLICATE ? WRITER_DUPLICATE : WRITER_STORED;
    return TRUE;
}

/* ---- one group ------------------------------------------------------------------------- */

static gboolean
expect_jobs(Store *store, const GPtrArray *jobs, guint from, guint n, GError **error)
{
    g_autoptr(GPtrArray) reports = g_ptr_array_sized_new(n);
    for (guint i = from; i < from + n; i++) {
        const Job *job = g_ptr_array_index(jobs, i);
        if (job->item.report != NULL)
            g_ptr_array_add(reports, (gpointer)job->item.report);
    }
    return store_expect(store, (const StoreReport *const *)reports->pdata, reports->len, error);
}

static gboolean
write_jobs(Store *store, GPtrArray *jobs, guint from, guint n, GError **error)
{
    if (!store_begin(store, error))
        return FALSE;
    if (!expect_jobs(store, jobs, from, n, error)) {
        store_rollback(store);
        return FALSE;
    }
    for (guint i = from; i < from + n; i++) {
        if (!put_job(store, g_ptr_array_index(jobs, i), error)) {
            store_rollback(store);
            return FALSE;
        }
    }
    return store_commit(store, error);
}

/* Whether the next item would fail the same way, after the same wait. */
static gboolean
is_lasting(const GError *error)
{
    return g_error_matches(error, STORE_ERROR, STORE_ERROR_BUSY) ||
           g_error_matches(error, STORE_ERROR, STORE_ERROR_FULL) ||
           g_error_matches(error, STORE_ERROR, STORE_ERROR_IO);
}

static void
tell(GPtrArray *jobs, guint from, guint n, const GError *error)
{
    for (guint i = from; i < from + n; i++) {
        const Job *job = g_ptr_array_index(jobs, i);
        if (error != NULL)
            answer(&job->item, WRITER_UNAVAILABLE, 0, error);
        else
            answer(&job->item, job->result, job->id, NULL);
    }
}

static void
write_group(Store *store, GPtrArray *jobs)
{
    g_autoptr(GError) error = NULL;
    if (write_jobs(store, jobs, 0, jobs->len, &error) || is_lasting(error) || jobs->len == 1) {
        tell(jobs, 0, jobs->len, error);
        return;
    }
    /* One of them is bad, and must not cost the others: each on its own. */
    for (guint i = 0; i < jobs->len; i++) {
        g_clear_error(&error);
        if (!write_jobs(store, jobs, i, 1, &error) && is_lasting(error)) {
            tell(jobs, i, jobs->len - i, error);
            return;
        }
        tell(jobs, i, 1, error);
    }
}

/* ---- the thread ------------------------------------------------------------------------ */

/* What waits, up to a group; empty when there is nothing more to come. */
static void
next_group(Writer *writer, GPtrArray *jobs)
{
    pthread_mutex_lock(&writer->lock);
    while (writer->queue.length == 0 && !writer->stopping)
        pthread_cond_wait(&writer->arrived, &writer->lock);
    while (writer->queue.length > 0 && jobs->len < LIMIT_GROUP_COMMIT)
        g_ptr_array_add(jobs, g_queue_pop_head(&writer->queue));
    pthread_mutex_unlock(&writer->lock);
}

/* Their memory is free, so there is room for others. */
static void
forget_group(Writer *writer, GPtrArray *jobs)
{
    pthread_mutex_lock(&writer->lock);
    for (guint i = 0; i < jobs->len; i++) {
        const Job *job = g_ptr_array_index(jobs, i);
        writer->items--;
        writer->bytes -= job->item.bytes;
    }
    pthread_cond_broadcast(&writer->room);
    pthread_mutex_unlock(&writer->lock);
    g_ptr_array_set_size(jobs, 0);
}

static gpointer
run(gpointer data)
{
    Writer *writer = data;
    g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func(g_free);
    for (;;) {
        next_group(writer, jobs);
        if (jobs->len == 0)
            return NULL;
        write_group(writer->store, jobs);
        forget_group(writer, jobs);
    }
}

Writer *
writer_start(Store *store)
{
    Writer *writer = g_new0(Writer, 1);
    writer->store = store;
    pthread_mutex_init(&writer->lock, NULL);
    pthread_cond_init(&writer->arrived, NULL);
    pthread_cond_init(&writer->room, NULL);
    g_queue_init(&writer->queue);
    /* The thread may ask who it is, by way of a callback, before g_thread_new returns. */
    pthread_mutex_lock(&writer->lock);
    writer->thread = g_thread_new("store-writer", run, writer);
    pthread_mutex_unlock(&writer->lock);
    return writer;
}

/* An item larger than the bound itself finds room when nothing else is there. */
static gboolean
is_full(const Writer *writer, const WriterItem *item)
{
    return writer->items > 0 &&
           (writer->items >= LIMIT_QUEUE_ITEMS || item->bytes > LIMIT_QUEUE_BYTES ||
            writer->bytes > LIMIT_QUEUE_BYTES - item->bytes);
}

void
writer_put(Writer *writer, const WriterItem *item, gboolean wait)
{
    const char *refusal = NULL;
    pthread_mutex_lock(&writer->lock);
    writer->putters++;
    /* The writer thread itself would wait for ever. */
    wait = wait && g_thread_self() != writer->thread;
    while (wait && !writer->stopping && is_full(writer, item))
        pthread_cond_wait(&writer->room, &writer->lock);
    if (writer->stopping)
        refusal = "shutting down";
    else if (is_full(writer, item))
        refusal = "too many reports wait to be written";
    if (refusal == NULL) {
        Job *job = g_new0(Job, 1);
        job->item = *item;
        g_queue_push_tail(&writer->queue, job);
        writer->items++;
        writer->bytes += item->bytes;
        pthread_cond_signal(&writer->arrived);
    }
    writer->putters--;
    pthread_cond_broadcast(&writer->room);
    pthread_mutex_unlock(&writer->lock);
    if (refusal != NULL)
        refuse(item, refusal);
}

void
writer_stop(Writer *writer)
{
    if (writer == NULL)
        return;
    pthread_mutex_lock(&writer->lock);
    writer->stopping = TRUE;
    pthread_cond_broadcast(&writer->arrived);
    pthread_cond_broadcast(&writer->room);
    while (writer->putters > 0)
        pthread_cond_wait(&writer->room, &writer->lock);
    pthread_mutex_unlock(&writer->lock);
    g_thread_join(writer->thread);
    pthread_mutex_destroy(&writer->lock);
    pthread_cond_destroy(&writer->arrived);
    pthread_cond_destroy(&writer->room);
    g_free(writer);
}
