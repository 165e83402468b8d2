#include "report/overview_cache.h"

#include <pthread.h>

#include "schema/limits.h"

/* How long something may be used again, in units of the time it took; and at most. */
#define REUSE         100
#define REUSE_SECONDS 300

typedef struct {
    gint64 until; /* monotonic microseconds */
    gint32 today;
    OverviewDomain *domain;
} Entry;

struct OverviewCache {
    pthread_mutex_t lock; /* pthread: ThreadSanitizer knows it; guards what follows */
    GHashTable *entries;  /* name -> Entry */
    GPtrArray *domains;   /* all of the store; NULL: not read yet */
    gint64 domains_until;
};

static void
entry_free(gpointer data)
{
    Entry *entry = data;
    overview_domain_free(entry->domain);
    g_free(entry);
}

OverviewCache *
overview_cache_new(void)
{
    OverviewCache *cache = g_new0(OverviewCache, 1);
    pthread_mutex_init(&cache->lock, NULL);
    cache->entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, entry_free);
    return cache;
}

void
overview_cache_free(OverviewCache *cache)
{
    if (cache == NULL)
        return;
    g_hash_table_unref(cache->entries);
    if (cache->domains != NULL)
        g_ptr_array_unref(cache->domains);
    pthread_mutex_destroy(&cache->lock);
    g_free(cache);
}

/* Until when something is good that was begun at BEGAN and is done now. */
static gint64
good_until(gint64 began)
{
    gint64 now = g_get_monotonic_time();
    return now + MIN((now - began) * REUSE, REUSE_SECONDS * (gint64)G_USEC_PER_SEC);
}

GPtrArray *
overview_cache_domains(OverviewCache *cache, Store *store, GHashTable *accept,
                       const char *const *visible, GError **error)
{
    if (visible != NULL) /* costs nothing */
        return overview_domains(store, accept, visible, error);
    gint64 began = g_get_monotonic_time();
    GPtrArray *domains = NULL;
    pthread_mutex_lock(&cache->lock);
    if (cache->domains != NULL && cache->domains_until > began)
        domains = g_ptr_array_ref(cache->domains);
    pthread_mutex_unlock(&cache->lock);
    if (domains != NULL)
        return domains;
    domains = overview_domains(store, accept, NULL, error);
    if (domains == NULL)
        return NULL;
    pthread_mutex_lock(&cache->lock);
    if (cache->domains != NULL)
        g_ptr_array_unref(cache->domains);
    cache->domains = g_ptr_array_ref(domains);
    cache->domains_until = good_until(began);
    pthread_mutex_unlock(&cache->lock);
    return domains;
}

OverviewDomain *
overview_cache_domain(OverviewCache *cache, Store *store, const char *name, gint32 today,
                      const ReadinessRules *rules, GError **error)
{
    gint64 began = g_get_monotonic_time();
    OverviewDomain *domain = NULL;
    pthread_mutex_lock(&cache->lock);
    const Entry *known = g_hash_table_lookup(cache->entries, name);
    if (known != NULL && known->until > began && known->today == today)
        domain = overview_domain_ref(known->domain);
    pthread_mutex_unlock(&cache->lock);
    if (domain != NULL)
        return domain;
    domain = overview_domain(store, name, today, rules, error);
    if (domain == NULL)
        return NULL;
    Entry *entry = g_new(Entry, 1);
    *entry = (Entry){good_until(began), today, overview_domain_ref(domain)};
    pthread_mutex_lock(&cache->lock);
    if (g_hash_table_size(cache->entries) >= LIMIT_DASHBOARD_CACHED)
        g_hash_table_remove_all(cache->entries);
    g_hash_table_replace(cache->entries, g_strdup(name), entry);
    pthread_mutex_unlock(&cache->lock);
    return domain;
}
