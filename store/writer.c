#include "store/writer.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "schema/limits.h"

/* What a thread that puts frees of what is written: more than comes in, so that it gets less. */
#define FREED_AT_ONCE 2u
/* Queues of what is written, one for each thread that puts where there are no more of them: a block
 * is freed soonest by who allocated it. */
#define FREERS        16u
/* And when nobody puts for so long, the writer does. */
#define IDLE_US       (50 * G_TIME_SPAN_MILLISECOND)

/* POSIX locks rather than GLib's: ThreadSanitizer sees them, so the tests can prove them right. */
struct Writer {
    Store *store;
    GThread *thread;
    pthread_mutex_t lock;   /* for all below */
    pthread_cond_t arrived; /* an item, or the order to stop */
    pthread_cond_t room;    /* the queue got shorter, or a putter left */
    GQueue queue;           /* of Job */
    GQueue written[FREERS]; /* of Job: told, to be freed */
    guint n_written;
    guint wanted;  /* so many in the queue are worth a wake-up */
    guint items;   /* waiting or being written */
    gsize bytes;   /* of these */
    guint putters; /* threads inside writer_put */
    guint crowded; /* of these, waiting for room */
    gboolean stopping;
    gboolean bulk;

    /* of the thread alone */
    guint last_items; /* of the last group, and how long it took */
    gint64 last_us;
};

typedef struct {
    WriterItem item;
    WriterResult result;
    gint64 id;
    guint freer; /* the queue in which it waits to be freed */
    GList link;  /* in the one queue or the other */
} Job;

/* ---- one item -------------------------------------------------------------------------- */

static void
answer(const WriterItem *item, WriterResult result, gint64 id, const GError *error)
{
    if (item->done != NULL)
        item->done(item->done_data, result, id, error);
}

static void
free_owner(const WriterItem *item)
{
    if (item->free_owner != NULL)
        item->free_owner(item->owner);
}

static void
job_free(Job *job)
{
    free_owner(&job->item);
    g_free(job);
}

/* The first of QUEUE, NULL if it is empty. */
static Job *
pop_job(GQueue *queue)
{
    GList *link = g_queue_pop_head_link(queue);
    return link != NULL ? link->data : NULL;
}

static void
refuse(const WriterItem *item, const char *why)
{
    g_autoptr(GError) error = g_error_new_literal(STORE_ERROR, STORE_ERROR_BUSY, why);
    answer(item, WRITER_UNAVAILABLE, 0, error);
    free_owner(item);
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

/* ---- what is written ------------------------------------------------------------------- */

/* The queue of the calling thread. */
static guint
own_freer(void)
{
    static atomic_uint next;
    static _Thread_local guint number; /* 0: none so far */
    if (number == 0)
        number = atomic_fetch_add(&next, 1) % FREERS + 1;
    return number - 1;
}

/* Under the lock. Of queue FREER, or where that is empty of any other; NULL where all are. */
static Job *
pop_written(Writer *writer, guint freer)
{
    Job *job = pop_job(&writer->written[freer]);
    for (guint i = 0; job == NULL && i < FREERS && writer->n_written > 0; i++)
        job = pop_job(&writer->written[i]);
    writer->n_written -= job != NULL;
    return job;
}

/* Under the lock, which it gives up meanwhile. */
static void
free_one(Writer *writer, Job *job)
{
    writer->items--;
    writer->bytes -= job->item.bytes;
    if (writer->crowded > 0)
        pthread_cond_broadcast(&writer->room);
    pthread_mutex_unlock(&writer->lock);
    job_free(job);
    pthread_mutex_lock(&writer->lock);
}

/* The same for at most N, those of FREER first. */
static void
free_written(Writer *writer, guint freer, guint n)
{
    Job *job;
    while (n-- > 0 && (job = pop_written(writer, freer)) != NULL)
        free_one(writer, job);
}

/* ---- the thread ------------------------------------------------------------------------ */

/* Under the lock. FALSE when it is UNTIL and nothing arrived. */
static gboolean
wait_arrived(Writer *writer, gint64 until)
{
    struct timespec time = {.tv_sec = (time_t)(until / G_USEC_PER_SEC),
                            .tv_nsec = (long)(until % G_USEC_PER_SEC) * 1000};
    return pthread_cond_timedwait(&writer->arrived, &writer->lock, &time) != ETIMEDOUT;
}

/* Under the lock. Who comes alone is not kept waiting. Who comes in a crowd, as those of the last
 * group did, waits for half as many, at most as long as that group took: each commit costs the same
 * however many share it, but when all of a crowd wait here, nobody has anything to do meanwhile. */
static void
gather(Writer *writer)
{
    guint wanted = writer->last_items / 2;
    gint64 wait = MIN(writer->last_us, LIMIT_GROUP_WAIT_MS * G_TIME_SPAN_MILLISECOND);
    if (writer->bulk) {
        wanted = LIMIT_GROUP_COMMIT;
        wait = LIMIT_BULK_WAIT_MS * G_TIME_SPAN_MILLISECOND;
    }
    gint64 until = g_get_monotonic_time() + wait;
    writer->wanted = MIN(wanted, LIMIT_GROUP_COMMIT);
    while (writer->queue.length < writer->wanted && writer->crowded == 0 && !writer->stopping) {
        if (!wait_arrived(writer, until))
            break;
    }
    writer->wanted = 1;
}

/* What waits, up to a group; empty when there is nothing more to come. */
static void
next_group(Writer *writer, GPtrArray *jobs)
{
    pthread_mutex_lock(&writer->lock);
    while (writer->queue.length == 0 && !writer->stopping) {
        if (writer->n_written == 0)
            pthread_cond_wait(&writer->arrived, &writer->lock);
        else if (!wait_arrived(writer, g_get_monotonic_time() + IDLE_US))
            free_written(writer, 0, G_MAXUINT);
    }
    if (!writer->stopping)
        gather(writer);
    while (writer->queue.length > 0 && jobs->len < LIMIT_GROUP_COMMIT)
        g_ptr_array_add(jobs, pop_job(&writer->queue));
    pthread_mutex_unlock(&writer->lock);
}

/* They still take memory, until somebody frees them; the large ones go at once, for the next large
 * one is let in as soon as they are told. */
static void
forget_group(Writer *writer, GPtrArray *jobs)
{
    pthread_mutex_lock(&writer->lock);
    for (guint i = 0; i < jobs->len; i++) {
        Job *job = g_ptr_array_index(jobs, i);
        if (job->item.bytes <= LIMIT_BODY_MEMORY_BYTES) {
            g_queue_push_tail_link(&writer->written[job->freer], &job->link);
            writer->n_written++;
        } else {
            free_one(writer, job);
        }
    }
    if (writer->crowded > 0)
        pthread_cond_broadcast(&writer->room);
    pthread_mutex_unlock(&writer->lock);
    g_ptr_array_set_size(jobs, 0);
}

static gpointer
run(gpointer data)
{
    Writer *writer = data;
    g_autoptr(GPtrArray) jobs = g_ptr_array_new();
    for (;;) {
        next_group(writer, jobs);
        if (jobs->len == 0)
            return NULL;
        gint64 from = g_get_monotonic_time();
        write_group(writer->store, jobs);
        writer->last_us = g_get_monotonic_time() - from;
        writer->last_items = jobs->len;
        forget_group(writer, jobs);
    }
}

static Writer *
start(Store *store, gboolean bulk)
{
    Writer *writer = g_new0(Writer, 1);
    pthread_condattr_t monotonic;
    writer->store = store;
    writer->bulk = bulk;
    writer->wanted = 1;
    pthread_mutex_init(&writer->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&writer->arrived, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_cond_init(&writer->room, NULL);
    g_queue_init(&writer->queue);
    for (guint i = 0; i < FREERS; i++)
        g_queue_init(&writer->written[i]);
    /* The thread may ask who it is, by way of a callback, before g_thread_new returns. */
    pthread_mutex_lock(&writer->lock);
    writer->thread = g_thread_new("store-writer", run, writer);
    pthread_mutex_unlock(&writer->lock);
    return writer;
}

Writer *
writer_start(Store *store)
{
    return start(store, FALSE);
}

Writer *
writer_start_bulk(Store *store)
{
    return start(store, TRUE);
}

/* An item larger than the bound itself finds room when nothing else is there. */
static gboolean
is_full(const Writer *writer, const WriterItem *item)
{
    return writer->items > 0 &&
           (writer->items >= LIMIT_QUEUE_ITEMS || item->bytes > LIMIT_QUEUE_BYTES ||
            writer->bytes > LIMIT_QUEUE_BYTES - item->bytes);
}

/* Under the lock. Waits until there is room for ITEM. */
static void
wait_for_room(Writer *writer, const WriterItem *item)
{
    writer->crowded++;
    pthread_cond_signal(&writer->arrived); /* it may wait for more than there is room for */
    while (!writer->stopping && is_full(writer, item)) {
        if (writer->n_written > 0)
            free_written(writer, own_freer(), G_MAXUINT);
        else
            pthread_cond_wait(&writer->room, &writer->lock);
    }
    writer->crowded--;
}

void
writer_put(Writer *writer, const WriterItem *item, gboolean wait)
{
    const char *refusal = NULL;
    const guint freer = own_freer();
    pthread_mutex_lock(&writer->lock);
    writer->putters++;
    free_written(writer, freer, is_full(writer, item) ? G_MAXUINT : FREED_AT_ONCE);
    /* The writer thread itself would wait for ever. */
    if (wait && is_full(writer, item) && g_thread_self() != writer->thread)
        wait_for_room(writer, item);
    if (writer->stopping)
        refusal = "shutting down";
    else if (is_full(writer, item))
        refusal = "too many reports wait to be written";
    if (refusal == NULL) {
        Job *job = g_new(Job, 1);
        *job = (Job){.item = *item, .freer = freer, .link = {.data = job}};
        g_queue_push_tail_link(&writer->queue, &job->link);
        writer->items++;
        writer->bytes += item->bytes;
        if (writer->queue.length >= writer->wanted)
            pthread_cond_signal(&writer->arrived);
    }
    writer->putters--;
    if (writer->stopping)
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
    for (Job *job; (job = pop_written(writer, 0)) != NULL;)
        job_free(job);
    pthread_mutex_destroy(&writer->lock);
    pthread_cond_destroy(&writer->arrived);
    pthread_cond_destroy(&writer->room);
    g_free(writer);
}
