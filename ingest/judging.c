#include "ingest/judging.h"

#include <pthread.h>

/* Beyond that many the one thread that writes is what limits. */
#define MOST_THREADS 6u

struct Judging {
    void (*judge)(gpointer item);
    GPtrArray *threads;
    pthread_mutex_t lock; /* for what follows; pthread: ThreadSanitizer knows it */
    pthread_cond_t arrived;
    GQueue waiting;
    guint idle; /* threads that wait for an item */
    gboolean ended;
};

guint
judging_threads(guint spared)
{
    guint processors = g_get_num_processors();
    return processors > spared ? MIN(processors - spared, MOST_THREADS) : 0;
}

/* NULL at the end. */
static GList *
next_item(Judging *judging)
{
    pthread_mutex_lock(&judging->lock);
    judging->idle++;
    while (judging->waiting.length == 0 && !judging->ended)
        pthread_cond_wait(&judging->arrived, &judging->lock);
    judging->idle--;
    GList *link = g_queue_pop_head_link(&judging->waiting);
    pthread_mutex_unlock(&judging->lock);
    return link;
}

static gpointer
run(gpointer data)
{
    Judging *judging = data;
    for (const GList *link; (link = next_item(judging)) != NULL;)
        judging->judge(link->data);
    return NULL;
}

Judging *
judging_start(guint threads, void (*judge)(gpointer item))
{
    if (threads == 0)
        return NULL;
    Judging *judging = g_new0(Judging, 1);
    judging->judge = judge;
    judging->threads = g_ptr_array_new();
    pthread_mutex_init(&judging->lock, NULL);
    pthread_cond_init(&judging->arrived, NULL);
    g_queue_init(&judging->waiting);
    for (guint i = 0; i < threads; i++)
        g_ptr_array_add(judging->threads, g_thread_new("judge", run, judging));
    return judging;
}

void
judging_put(Judging *judging, GList *link)
{
    pthread_mutex_lock(&judging->lock);
    g_queue_push_tail_link(&judging->waiting, link);
    if (judging->idle > 0)
        pthread_cond_signal(&judging->arrived);
    pthread_mutex_unlock(&judging->lock);
}

void
judging_stop(Judging *judging)
{
    if (judging == NULL)
        return;
    pthread_mutex_lock(&judging->lock);
    judging->ended = TRUE;
    pthread_cond_broadcast(&judging->arrived);
    pthread_mutex_unlock(&judging->lock);
    for (guint i = 0; i < judging->threads->len; i++)
        g_thread_join(g_ptr_array_index(judging->threads, i));
    g_ptr_array_unref(judging->threads);
    pthread_mutex_destroy(&judging->lock);
    pthread_cond_destroy(&judging->arrived);
    g_free(judging);
}
