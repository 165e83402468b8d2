#include "cli/metrics_page.h"

#include <pthread.h>

#include "report/metrics.h"
#include "schema/limits.h"

#define FRESH_SECONDS   60
#define SECONDS_PER_DAY 86400

struct MetricsPage {
    const Config *config;
    const char *store_uri;
    Meter *meter;
    pthread_mutex_t lock; /* of what follows; pthread: ThreadSanitizer knows it */
    Store *store;         /* opened when it is first asked */
    GString *text;        /* of the store, as of: */
    StorePosition position;
    gint32 today;
    gint64 read; /* monotonic microseconds; 0: never */
};

static gint32
today_now(void)
{
    return (gint32)(g_get_real_time() / G_USEC_PER_SEC / SECONDS_PER_DAY);
}

static MetricsOptions
options_of(const Config *config)
{
    return (MetricsOptions){
        .rules = config->readiness,
        .today = today_now(),
        .senders = config->metrics_senders,
        .domains = config->metrics_domains,
        .accept = config->rules.accept,
        .version = TLSGAUGE_VERSION,
    };
}

gboolean
metrics_page_append(Store *store, const Config *config, GString *out, GError **error)
{
    const MetricsOptions options = options_of(config);
    return metrics_render(store, &options, out, error) &&
           metrics_render_store(store, &options, out, error);
}

MetricsPage *
metrics_page_new(const Config *config, const char *store_uri, Meter *meter)
{
    MetricsPage *page = g_new0(MetricsPage, 1);
    page->config = config;
    page->store_uri = store_uri;
    page->meter = meter;
    page->text = g_string_new(NULL);
    pthread_mutex_init(&page->lock, NULL);
    return page;
}

void
metrics_page_free(MetricsPage *page)
{
    if (page == NULL)
        return;
    store_close(page->store);
    g_string_free(page->text, TRUE);
    pthread_mutex_destroy(&page->lock);
    g_free(page);
}

static gboolean
is_fresh(const MetricsPage *page, const StorePosition *now)
{
    gboolean same = page->position.revision == now->revision &&
                    page->position.generation == now->generation && page->today == today_now();
    return page->read != 0 &&
           (same || g_get_monotonic_time() - page->read < FRESH_SECONDS * G_USEC_PER_SEC);
}

static gboolean
refresh(MetricsPage *page, const MetricsOptions *options, GError **error)
{
    StorePosition now;
    if (page->store == NULL) {
        page->store = store_open(page->store_uri, STORE_READ, LIMIT_LOCK_WAIT_MS, error);
        if (page->store == NULL)
            return FALSE;
        store_set_cache(page->store, config_cache_beside(page->config));
    }
    if (!store_position(page->store, &now, error))
        return FALSE;
    if (is_fresh(page, &now))
        return TRUE;
    g_autoptr(GString) text = g_string_new(NULL);
    if (!metrics_render(page->store, options, text, error))
        return FALSE;
    g_string_assign(page->text, text->str);
    page->position = now;
    page->today = options->today;
    page->read = g_get_monotonic_time();
    return TRUE;
}

char *
metrics_page_render(MetricsPage *page, GError **error)
{
    const MetricsOptions options = options_of(page->config);
    g_autoptr(GString) out = g_string_new(NULL);
    pthread_mutex_lock(&page->lock);
    gboolean ok = refresh(page, &options, error);
    if (ok) {
        g_string_append(out, page->text->str);
        ok = metrics_render_store(page->store, &options, out, error);
    }
    if (!ok) /* a database server that was restarted wants a new connection */
        g_clear_pointer(&page->store, store_close);
    pthread_mutex_unlock(&page->lock);
    if (ok && page->meter != NULL)
        meter_render(page->meter, out);
    return ok ? g_strdup(out->str) : NULL;
}
