/* store_pool.h: connections to the store for threads that read now and then. */
#pragma once

#include "store/store.h"

typedef struct StorePool StorePool;

/* Nothing is opened yet. Each connection keeps CACHE_BYTES of the store in memory. Free with
 * store_pool_free when all have been given back. */
StorePool *store_pool_new(const char *uri, gint64 cache_bytes);
void store_pool_free(StorePool *pool); /* NULL is fine */

/* A connection for reading, for this thread alone until store_pool_give. STORE_ERROR. */
Store *store_pool_take(StorePool *pool, GError **error);
/* BROKEN: something failed on it; it is closed and not used again. */
void store_pool_give(StorePool *pool, Store *store, gboolean broken);
