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

/* The entry of NAME if it may be used again at the time NOW, or NULL. A reference. */
static OverviewDomain *
find(OverviewCache *cache, const char *name, gint32 today, gint64 now)
{
    const Entry *known = g_hash_table_lookup(cache->entries, name);
    return known != NULL && known->until > now && known->today == today
               ? overview_domain_ref(known->domain)
               : NULL;
}

static void
add(OverviewCache *cache, OverviewDomain *domain, gint32 today, gint64 until)
{
    Entry *entry = g_new(Entry, 1);
    *entry = (Entry){until, today, overview_domain_ref(domain)};
    if (g_hash_table_size(cache->entries) >= LIMIT_DASHBOARD_CACHED)
        g_hash_table_remove_all(cache->entries);
    g_hash_table_replace(cache->entries, g_strdup(domain->domain), entry);
}

/* Those of NAMES that are not known go into MISSING. */
static GPtrArray *
find_known(OverviewCache *cache, const GPtrArray *names, gint32 today, GPtrArray *missing)
{
    gint64 now = g_get_monotonic_time();
    GPtrArray *domains =
        g_ptr_array_new_with_free_func((GDestroyNotify)(void (*)(void))overview_domain_free);
    pthread_mutex_lock(&cache->lock);
    for (guint i = 0; i < names->len; i++) {
        char *name = g_ptr_array_index(names, i);
        OverviewDomain *domain = find(cache, name, today, now);
        g_ptr_array_add(domains, domain);
        if (domain == NULL)
            g_ptr_array_add(missing, name);
    }
    pthread_mutex_unlock(&cache->lock);
    return domains;
}

GPtrArray *
overview_cache_several(OverviewCache *cache, Store *store, const GPtrArray *names, gboolean are_all,
                       gint32 today, const ReadinessRules *rules, GError **error)
{
    gint64 began = g_get_monotonic_time();
    g_autoptr(GPtrArray) missing = g_ptr_array_new();
    g_autoptr(GPtrArray) domains = find_known(cache, names, today, missing);
    if (missing->len == 0)
        return g_steal_pointer(&domains);
    gboolean are_most = are_all && missing->len > names->len / 4;
    g_autoptr(GPtrArray) fresh = overview_several(store, missing, are_most, today, rules, error);
    if (fresh == NULL)
        return NULL;
    gint64 until = good_until(began);
    pthread_mutex_lock(&cache->lock);
    for (guint i = 0, next = 0; i < names->len; i++) {
        if (g_ptr_array_index(domains, i) != NULL)
            continue;
        OverviewDomain *domain = g_ptr_array_index(fresh, next++);
        g_ptr_array_index(domains, i) = overview_domain_ref(domain);
        add(cache, domain, today, until);
    }
    pthread_mutex_unlock(&cache->lock);
    return g_steal_pointer(&domains);
}
