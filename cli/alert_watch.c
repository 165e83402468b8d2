#include "cli/alert_watch.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "cli/alert_round.h"
#include "cli/alert_tell.h"
#include "cli/say.h"
#include "report/mail.h"
#include "schema/limits.h"

/* Reports come in bunches: one look serves those of some seconds. */
#define CALM_SECONDS   5
/* Looking may take one part in so many of the time. */
#define CALM_FACTOR    10
/* Looks for silence; the first only after so long: what was held back while we were down comes in
 * first. */
#define PERIOD_SECONDS 3600
/* What waits to be told again is looked at so often. */
#define RETRY_SECONDS  60

struct AlertWatch {
    const Config *config;
    char *store_uri;
    GThread *thread;
    GMutex lock; /* guards the next three */
    GCond changed;
    GHashTable *stored; /* domains of reports that were stored since the last look */
    gboolean stop, ended;
    Sink sink;
    Sink *inner;
};

/* ---- the thread -------------------------------------------------------------------------- */

/* Until DUE (monotonic) or a stored report; FALSE: the end. */
static gboolean
wait_until(AlertWatch *watch, gint64 due, gboolean for_stored)
{
    g_mutex_lock(&watch->lock);
    while (!watch->stop && !(for_stored && g_hash_table_size(watch->stored) > 0) &&
           g_cond_wait_until(&watch->changed, &watch->lock, due))
        ;
    gboolean stop = watch->stop;
    g_mutex_unlock(&watch->lock);
    return !stop;
}

static GHashTable *
new_set(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static GPtrArray *
names_of(GHashTable *set)
{
    GPtrArray *names = g_ptr_array_new();
    GHashTableIter iterator;
    gpointer name;
    g_hash_table_iter_init(&iterator, set);
    while (g_hash_table_iter_next(&iterator, &name, NULL))
        g_ptr_array_add(names, name);
    return names;
}

static GHashTable *
take_stored(AlertWatch *watch)
{
    g_mutex_lock(&watch->lock);
    GHashTable *stored = watch->stored;
    watch->stored = new_set();
    g_mutex_unlock(&watch->lock);
    return stored;
}

/* At the domains of STORED, or with NULL at all, and for SILENCE. Opens the store anew each time:
 * looks are rare, and an open one would keep files of a store that was replaced. */
static void
look(const AlertWatch *watch, GHashTable *stored, gboolean silence)
{
    AlertRound round;
    AlertRoundResult result;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) names = stored != NULL && !silence ? names_of(stored) : NULL;
    alert_round_init(&round);
    round.domains = names;
    round.silence = silence;
    g_autoptr(Store) store = store_open(watch->store_uri, STORE_WRITE, LIMIT_LOCK_WAIT_MS, &error);
    if (store != NULL)
        store_set_cache(store, config_cache_beside(watch->config));
    if (store == NULL || !alert_round(store, watch->config, &round, &result, &error))
        say(SAY_WARNING, "no alerts now: %s", error->message);
}

static void
look_on(AlertWatch *watch)
{
    gint64 silence_due = g_get_monotonic_time() + PERIOD_SECONDS * G_TIME_SPAN_SECOND;
    gint64 calm = CALM_SECONDS * G_TIME_SPAN_SECOND;
    look(watch, NULL, FALSE); /* what an earlier process left */
    for (;;) {
        gint64 begun = g_get_monotonic_time();
        gint64 retry = begun + RETRY_SECONDS * G_TIME_SPAN_SECOND;
        if (!wait_until(watch, MIN(silence_due, retry), TRUE) ||
            !wait_until(watch, MIN(silence_due, g_get_monotonic_time() + calm), FALSE))
            return;
        g_autoptr(GHashTable) stored = take_stored(watch);
        begun = g_get_monotonic_time();
        gboolean silence = begun >= silence_due;
        if (silence)
            silence_due = begun + PERIOD_SECONDS * G_TIME_SPAN_SECOND;
        look(watch, stored, silence);
        calm =
            MAX(CALM_SECONDS * G_TIME_SPAN_SECOND, CALM_FACTOR * (g_get_monotonic_time() - begun));
    }
}

static gpointer
run(gpointer data)
{
    AlertWatch *watch = data;
    look_on(watch);
    g_mutex_lock(&watch->lock);
    watch->ended = TRUE;
    g_cond_signal(&watch->changed);
    g_mutex_unlock(&watch->lock);
    return NULL;
}

AlertWatch *
alert_watch_start(const Config *config, const char *store_uri)
{
    g_autofree char *channels = alert_tell_channels(config);
    if (channels == NULL)
        return NULL;
    AlertWatch *watch = g_new0(AlertWatch, 1);
    watch->config = config;
    watch->store_uri = g_strdup(store_uri);
    g_mutex_init(&watch->lock);
    g_cond_init(&watch->changed);
    watch->stored = new_set();
    mail_prepare();
    watch->thread = g_thread_new("alerts", run, watch);
    return watch;
}

gboolean
alert_watch_stop(AlertWatch *watch)
{
    if (watch == NULL)
        return TRUE;
    gint64 deadline = g_get_monotonic_time() + LIMIT_ALERT_STOP_SECONDS * G_TIME_SPAN_SECOND;
    g_mutex_lock(&watch->lock);
    watch->stop = TRUE;
    g_cond_signal(&watch->changed);
    while (!watch->ended && g_cond_wait_until(&watch->changed, &watch->lock, deadline))
        ;
    gboolean ended = watch->ended;
    g_mutex_unlock(&watch->lock);
    if (!ended)
        return FALSE;
    g_thread_join(watch->thread);
    g_mutex_clear(&watch->lock);
    g_cond_clear(&watch->changed);
    g_hash_table_unref(watch->stored);
    g_free(watch->store_uri);
    g_free(watch);
    return TRUE;
}

/* ---- the sink ---------------------------------------------------------------------------- */

void
alert_watch_add_domains(GHashTable *set, const Judged *item)
{
    if (item->outcome != OUTCOME_STORED)
        return;
    for (gsize i = 0; i < item->report->n_policies; i++) {
        const char *const *domain = item->report->policies[i].counts_for;
        for (; domain != NULL && *domain != NULL; domain++)
            g_hash_table_add(set, g_strdup(*domain));
    }
}

/* One item on its way. */
typedef struct {
    AlertWatch *watch;
    GHashTable *domains;
    SinkDone done;
    gpointer done_data;
} Passage;

static void
on_done(gpointer data, Outcome outcome, const char *reference)
{
    g_autofree Passage *passage = data;
    g_autoptr(GHashTable) domains = passage->domains;
    AlertWatch *watch = passage->watch;
    GHashTableIter iterator;
    gpointer domain;
    passage->done(passage->done_data, outcome, reference);
    if (outcome != OUTCOME_STORED)
        return;
    g_mutex_lock(&watch->lock);
    g_hash_table_iter_init(&iterator, domains);
    while (g_hash_table_iter_next(&iterator, &domain, NULL)) {
        g_hash_table_iter_steal(&iterator);
        g_hash_table_add(watch->stored, domain);
    }
    g_cond_signal(&watch->changed);
    g_mutex_unlock(&watch->lock);
}

static void
take(gpointer self, Judged *item, SinkDone done, gpointer done_data)
{
    AlertWatch *watch = self;
    Passage *passage = g_new0(Passage, 1);
    *passage = (Passage){watch, new_set(), done, done_data};
    alert_watch_add_domains(passage->domains, item);
    watch->inner->take(watch->inner->self, item, on_done, passage);
}

static void
prepare(gpointer self, Judged *item)
{
    AlertWatch *watch = self;
    watch->inner->prepare(watch->inner->self, item);
}

Sink *
alert_watch_sink(AlertWatch *watch, Sink *inner)
{
    if (watch == NULL)
        return inner;
    watch->inner = inner;
    watch->sink = (Sink){.prepare = prepare, .take = take, .self = watch};
    return &watch->sink;
}

/* ---- deliver ----------------------------------------------------------------------------- */

static void
look_and_end(const Config *config, const char *store_uri, const GPtrArray *domains)
{
    AlertRound round;
    AlertRoundResult result;
    g_autoptr(Store) store = store_open(store_uri, STORE_WRITE, LIMIT_LOCK_WAIT_MS, NULL);
    alert_round_init(&round);
    round.domains = domains;
    if (store != NULL)
        (void)alert_round(store, config, &round, &result, NULL);
}

void
alert_watch_detached(const Config *config, const char *store_uri, GHashTable *set)
{
    g_autofree char *channels = alert_tell_channels(config);
    if (channels == NULL || g_hash_table_size(set) == 0 || fork() != 0)
        return;
    g_autoptr(GPtrArray) domains = names_of(set);
    /* Nobody must wait for us: a mail server reads our output until its end. What fails is in the
     * store, and `tlsgauge alerts list` tells it. */
    (void)setsid();
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; null >= 0 && fd <= STDERR_FILENO; fd++)
        (void)dup2(null, fd);
    (void)close_range(STDERR_FILENO + 1, ~0u, 0);
    (void)signal(SIGALRM, SIG_DFL);
    alarm(alert_tell_seconds(config) + LIMIT_ALERT_CLAIM_SECONDS);
    look_and_end(config, store_uri, domains);
    _exit(0);
}
