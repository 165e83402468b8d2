#include "cli/prune.h"

#include "cli/intake_store.h"
#include "cli/options.h"
#include "cli/say.h"
#include "ingest/gunzip.h"
#include "ingest/intake.h"
#include "schema/limits.h"
#include "schema/shorten.h"

/* How long one transaction may keep the writer waiting, and the least that it is then left alone.
 */
#define STEP_US              (20 * G_TIME_SPAN_MILLISECOND)
#define PAUSE_US             (30 * G_TIME_SPAN_MILLISECOND)
/* Who waits for a lock looks every 100 ms at worst. */
#define STEPS_IN_A_ROW       20
#define REST_US              (150 * G_TIME_SPAN_MILLISECOND)
/* The same where nobody has written for some time. */
#define QUIET_TIME_US        (2 * G_TIME_SPAN_SECOND)
#define QUIET_STEP_US        (90 * G_TIME_SPAN_MILLISECOND)
#define QUIET_PAUSE_US       (1 * G_TIME_SPAN_MILLISECOND)
#define QUIET_STEPS_IN_A_ROW 10
#define QUIET_MINUTE         (3 * 60 + 17)

static gint32
before(gint32 today, guint days)
{
    return days == 0 ? G_MININT32 : today - (gint32)days;
}

gboolean
prune_retention(const ConfigRetention *config, gint32 today, gint64 now,
                StoreRetention *ret_retention)
{
    store_retention_init(ret_retention);
    ret_retention->addresses_before = before(today, config->addresses_days);
    ret_retention->raw_before = before(today, config->raw_days);
    ret_retention->daily_before = before(today, config->daily_days);
    if (config->quarantine_days != 0)
        ret_retention->quarantine_before = now - (gint64)config->quarantine_days * 86400;
    return config->addresses_days != 0 || config->raw_days != 0 || config->daily_days != 0 ||
           config->quarantine_days != 0;
}

static GBytes *
shorten(G_GNUC_UNUSED gpointer data, GBytes *raw)
{
    gsize length;
    gboolean changed;
    g_autofree char *reason = NULL;
    g_autoptr(GBytes) json = intake_inflate(raw, LIMIT_INFLATED_BYTES * 8, &reason);
    if (json == NULL)
        return NULL;
    const char *text = g_bytes_get_data(json, &length);
    g_autoptr(GBytes) shorter = report_shorten(text, length, &changed);
    if (shorter == NULL)
        return NULL;
    return changed ? gunzip_compress(shorter) : g_bytes_ref(raw);
}

/* Whether to go fast, and for how long by now. */
typedef struct {
    Store *store;
    gboolean hurry, quiet;
    gint64 others; /* when others wrote last, monotonic; the start where they did not */
    guint steps;
} Pace;

static gint64
step_time(const Pace *pace)
{
    return pace->quiet ? QUIET_STEP_US : STEP_US;
}

/* How long to pause after one more step. */
static gboolean
next_pause(Pace *pace, gint64 *ret_pause, GError **error)
{
    gboolean others;
    gint64 now = g_get_monotonic_time();
    if (!store_others_wrote(pace->store, &others, error))
        return FALSE;
    if (others || pace->others == 0)
        pace->others = now;
    pace->quiet = pace->hurry && now - pace->others >= QUIET_TIME_US;
    guint in_a_row = pace->quiet ? QUIET_STEPS_IN_A_ROW : STEPS_IN_A_ROW;
    gint64 pause = pace->quiet ? QUIET_PAUSE_US : PAUSE_US;
    *ret_pause = ++pace->steps % in_a_row == 0 ? REST_US : pause;
    return TRUE;
}

gboolean
prune_run(Store *store, const StoreRetention *retention, const IntakeRules *rules, gboolean hurry,
          PrunePause pause, gpointer pause_data, StorePruned *pruned, GError **error)
{
    gint64 wait;
    Pace pace = {.store = store, .hurry = hurry};
    gboolean more = TRUE, releasing = FALSE;
    intake_store_set_decoder(store, rules);
    while (more || !releasing) {
        if (!more)
            releasing = TRUE;
        if (!releasing && !store_prune_step(store, retention, shorten, NULL, step_time(&pace),
                                            pruned, &more, error))
            return FALSE;
        if (releasing && !store_release(store, &more, error))
            return FALSE;
        if (!next_pause(&pace, &wait, error))
            return FALSE;
        if (!pause(pause_data, wait))
            return TRUE;
    }
    return TRUE;
}

static void
append(GString *text, gint64 n, const char *one, const char *many)
{
    if (n > 0)
        g_string_append_printf(text, "%s%" G_GINT64_FORMAT " %s", text->len > 0 ? ", " : "", n,
                               n == 1 ? one : many);
}

char *
prune_text(const StorePruned *pruned)
{
    g_autoptr(GString) text = g_string_new(NULL);
    append(text, pruned->shortened, "report without addresses", "reports without addresses");
    append(text, pruned->raw, "raw report dropped", "raw reports dropped");
    append(text, pruned->reports, "report forgotten", "reports forgotten");
    append(text, pruned->days, "day of totals dropped", "days of totals dropped");
    append(text, pruned->quarantine, "quarantine entry dropped", "quarantine entries dropped");
    return text->len > 0 ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}

/* ---- in serve ------------------------------------------------------------------------------ */

struct PruneWatch {
    const Config *config;
    char *store_uri;
    GThread *thread;
    GMutex lock; /* guards the next one */
    GCond changed;
    gboolean stop;
};

/* FALSE: the end. */
static gboolean
wait_for(gpointer data, gint64 microseconds)
{
    PruneWatch *watch = data;
    gint64 due = g_get_monotonic_time() + microseconds;
    g_mutex_lock(&watch->lock);
    while (!watch->stop && g_cond_wait_until(&watch->changed, &watch->lock, due))
        ;
    gboolean stop = watch->stop;
    g_mutex_unlock(&watch->lock);
    return !stop;
}

static void
prune_once(PruneWatch *watch)
{
    StoreRetention retention;
    StorePruned pruned = {0};
    g_autoptr(GError) error = NULL;
    gint64 now = g_get_real_time() / G_USEC_PER_SEC;
    if (!prune_retention(&watch->config->retention, options_today(), now, &retention))
        return;
    g_autoptr(Store) store = store_open(watch->store_uri, STORE_WRITE, LIMIT_LOCK_WAIT_MS, &error);
    if (store != NULL)
        store_set_cache(store, config_cache_beside(watch->config));
    gboolean ok = store != NULL && prune_run(store, &retention, &watch->config->rules, FALSE,
                                             wait_for, watch, &pruned, &error);
    g_autofree char *text = prune_text(&pruned);
    if (text != NULL)
        say(SAY_INFO, "retention: %s", text);
    if (!ok)
        say(SAY_WARNING, "retention: not now: %s", error->message);
}

static gint64
until_quiet_minute(void)
{
    gint64 day = 86400 * G_TIME_SPAN_SECOND;
    gint64 passed = (g_get_real_time() - QUIET_MINUTE * G_TIME_SPAN_MINUTE) % day;
    return day - passed;
}

static gpointer
run(gpointer data)
{
    PruneWatch *watch = data;
    do {
        prune_once(watch);
    } while (wait_for(watch, until_quiet_minute()));
    return NULL;
}

PruneWatch *
prune_watch_start(const Config *config, const char *store_uri)
{
    StoreRetention ignored;
    if (!prune_retention(&config->retention, 0, 0, &ignored))
        return NULL;
    PruneWatch *watch = g_new0(PruneWatch, 1);
    watch->config = config;
    watch->store_uri = g_strdup(store_uri);
    g_mutex_init(&watch->lock);
    g_cond_init(&watch->changed);
    watch->thread = g_thread_new("retention", run, watch);
    return watch;
}

void
prune_watch_stop(PruneWatch *watch)
{
    if (watch == NULL)
        return;
    g_mutex_lock(&watch->lock);
    watch->stop = TRUE;
    g_cond_signal(&watch->changed);
    g_mutex_unlock(&watch->lock);
    g_thread_join(watch->thread);
    g_mutex_clear(&watch->lock);
    g_cond_clear(&watch->changed);
    g_free(watch->store_uri);
    g_free(watch);
}
