#include "cli/store_pool.h"

#include <pthread.h>

/* A page waits that long for a writer that holds the store; then it says that it is busy. */
#define LOCK_WAIT_MS 3000

struct StorePool {
    char *uri;
    gint64 cache_bytes;
    pthread_mutex_t lock; /* pthread: ThreadSanitizer knows it */
    GQueue idle;          /* of Store, under the lock */
};

StorePool *
store_pool_new(const char *uri, gint64 cache_bytes)
{
    StorePool *pool = g_new0(StorePool, 1);
    pool->uri = g_strdup(uri);
    pool->cache_bytes = cache_bytes;
    pthread_mutex_init(&pool->lock, NULL);
    g_queue_init(&pool->idle);
    return pool;
}

void
store_pool_free(StorePool *pool)
{
    if (pool == NULL)
        return;
    g_queue_clear_full(&pool->idle, (GDestroyNotify)store_close);
    pthread_mutex_destroy(&pool->lock);
    g_free(pool->uri);
    g_free(pool);
}

Store *
store_pool_take(StorePool *pool, GError **error)
{
    pthread_mutex_lock(&pool->lock);
    Store *store = g_queue_pop_head(&pool->idle);
    pthread_mutex_unlock(&pool->lock);
    if (store != NULL)
        return store;
    store = store_open(pool->uri, STORE_READ, LOCK_WAIT_MS, error);
    if (store != NULL)
        store_set_cache(store, pool->cache_bytes);
    return store;
}

void
store_pool_give(StorePool *pool, Store *store, gboolean broken)
{
    if (broken) {
        store_close(store);
        return;
    }
    pthread_mutex_lock(&pool->lock);
    g_queue_push_head(&pool->idle, store);
    pthread_mutex_unlock(&pool->lock);
}
