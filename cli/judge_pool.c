#include "cli/judge_pool.h"

#include <pthread.h>
#include <string.h>

#include "ingest/judging.h"
#include "schema/limits.h"

/* Inputs that wait, for each thread: enough that none runs dry. */
#define WAITING_A_THREAD 64u

typedef struct {
    FileItem file;  /* its texts stand behind the task */
    guint64 number; /* its place in the order */
    GList link;     /* in the queue */
} Task;

struct JudgePool {
    JudgeSteps steps;
    GPtrArray *threads;
    pthread_mutex_t lock;   /* for all below */
    pthread_cond_t arrived; /* a task, or the end */
    pthread_cond_t turned;  /* the next one may be handed on */
    pthread_cond_t room;    /* who puts may go on */
    GQueue waiting;         /* of Task */
    gsize bytes;            /* of those that wait or are judged */
    guint64 put, turn;      /* tasks so far; the one whose turn it is */
    gsize wants;            /* octets for which who puts waits; 0: nobody does */
    gboolean ended;
};

static gsize
text_size(const char *text)
{
    return text != NULL ? strlen(text) + 1 : 0;
}

static Task *
task_new(const FileItem *file)
{
    gsize source = text_size(file->source), name = text_size(file->file_name);
    Task *task = g_malloc(sizeof *task + source + name);
    char *texts = (char *)(task + 1);
    *task = (Task){.file = *file, .link = {.data = task}};
    g_bytes_ref(task->file.bytes);
    if (source > 0)
        task->file.source = memcpy(texts, file->source, source);
    if (name > 0)
        task->file.file_name = memcpy(texts + source, file->file_name, name);
    return task;
}

static void
task_free(Task *task)
{
    g_bytes_unref(task->file.bytes);
    g_free(task);
}

static guint
most_waiting(const JudgePool *pool)
{
    return pool->threads->len * WAITING_A_THREAD;
}

/* One input larger than the bound finds room when nothing else is there. */
static gboolean
has_bytes(const JudgePool *pool, gsize size)
{
    return pool->bytes == 0 || pool->bytes + size <= LIMIT_QUEUE_BYTES;
}

/* Under the lock. Half of the queue is worth a wake-up, a single place is not. */
static void
tell_room(JudgePool *pool)
{
    if (pool->wants == 0 || pool->waiting.length > most_waiting(pool) / 2 ||
        !has_bytes(pool, pool->wants))
        return;
    pool->wants = 0;
    pthread_cond_signal(&pool->room);
}

static Task *
next_task(JudgePool *pool)
{
    pthread_mutex_lock(&pool->lock);
    while (pool->waiting.length == 0 && !pool->ended)
        pthread_cond_wait(&pool->arrived, &pool->lock);
    GList *link = g_queue_pop_head_link(&pool->waiting);
    tell_room(pool);
    pthread_mutex_unlock(&pool->lock);
    return link != NULL ? link->data : NULL;
}

/* Tasks leave the queue in their order, so the one whose turn it is has a thread already. */
static void
hand_on(JudgePool *pool, Task *task, GPtrArray *items)
{
    pthread_mutex_lock(&pool->lock);
    while (pool->turn != task->number)
        pthread_cond_wait(&pool->turned, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
    pool->steps.hand_on(pool->steps.self, &task->file, items);
    pthread_mutex_lock(&pool->lock);
    pool->turn++;
    pool->bytes -= g_bytes_get_size(task->file.bytes);
    pthread_cond_broadcast(&pool->turned);
    tell_room(pool);
    pthread_mutex_unlock(&pool->lock);
}

static gpointer
run(gpointer data)
{
    JudgePool *pool = data;
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    for (Task *task; (task = next_task(pool)) != NULL; task_free(task)) {
        pool->steps.judge(pool->steps.self, &task->file, items);
        hand_on(pool, task, items);
        g_ptr_array_set_size(items, 0);
    }
    return NULL;
}

JudgePool *
judge_pool_start(const JudgeSteps *steps, guint threads)
{
    JudgePool *pool = g_new0(JudgePool, 1);
    pool->steps = *steps;
    pool->threads = g_ptr_array_new();
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->arrived, NULL);
    pthread_cond_init(&pool->turned, NULL);
    pthread_cond_init(&pool->room, NULL);
    /* One processor is for the thread that writes. */
    if (threads == 0)
        threads = MAX(judging_threads(1), 1);
    for (guint i = 0; i < threads; i++)
        g_ptr_array_add(pool->threads, g_thread_new("judge", run, pool));
    return pool;
}

void
judge_pool_put(JudgePool *pool, const FileItem *file)
{
    Task *task = task_new(file);
    gsize size = g_bytes_get_size(file->bytes);
    pthread_mutex_lock(&pool->lock);
    if (pool->waiting.length >= most_waiting(pool) || !has_bytes(pool, size))
        pool->wants = MAX(size, 1);
    while (pool->wants > 0)
        pthread_cond_wait(&pool->room, &pool->lock);
    task->number = pool->put++;
    pool->bytes += size;
    g_queue_push_tail_link(&pool->waiting, &task->link);
    pthread_cond_signal(&pool->arrived);
    pthread_mutex_unlock(&pool->lock);
}

void
judge_pool_finish(JudgePool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->ended = TRUE;
    pthread_cond_broadcast(&pool->arrived);
    pthread_mutex_unlock(&pool->lock);
    for (guint i = 0; i < pool->threads->len; i++)
        g_thread_join(g_ptr_array_index(pool->threads, i));
    g_ptr_array_unref(pool->threads);
    pthread_mutex_destroy(&pool->lock);
    pthread_cond_destroy(&pool->arrived);
    pthread_cond_destroy(&pool->turned);
    pthread_cond_destroy(&pool->room);
    g_free(pool);
}
