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
    gboolean stored, stop, ended;
    Sink sink;
    Sink *inner;
};

/* ---- the thread -------------------------------------------------------------------------- */

/* Until DUE (monotonic) or a stored report; FALSE: the end. */
static gboolean
wait_until(AlertWatch *watch, gint64 due, gboolean for_stored)
{
    g_mutex_lock(&watch->lock);
    while (!watch->stop && !(for_stored && watch->stored) &&
           g_cond_wait_until(&watch->changed, &watch->lock, due))
        ;
    gboolean stop = watch->stop;
    g_mutex_unlock(&watch->lock);
    return !stop;
}

static gboolean
take_stored(AlertWatch *watch)
{
    g_mutex_lock(&watch->lock);
    gboolean stored = watch->stored;
    watch->stored = FALSE;
    g_mutex_unlock(&watch->lock);
    return stored;
}

/* Opens the store anew each time: looks are rare, and an open one would keep files of a store that
 * was replaced. */
static void
look(const AlertWatch *watch, gboolean silence)
{
    AlertRound round;
    AlertRoundResult result;
    g_autoptr(GError) error = NULL;
    alert_round_init(&round);
    round.silence = silence;
    g_autoptr(Store) store = store_open(watch->store_uri, STORE_WRITE, LIMIT_LOCK_WAIT_MS, &error);
    if (store == NULL || !alert_round(store, watch->config, &round, &result, &error))
        say(SAY_WARNING, "no alerts now: %s", error->message);
}

static void
look_on(AlertWatch *watch)
{
    gint64 now = g_get_monotonic_time();
    gint64 silence_due = now + PERIOD_SECONDS * G_TIME_SPAN_SECOND;
    look(watch, FALSE); /* what an earlier process left */
    for (;;) {
        now = g_get_monotonic_time();
        gint64 due = MIN(silence_due, now + RETRY_SECONDS * G_TIME_SPAN_SECOND);
        if (!wait_until(watch, due, TRUE))
            return;
        if (take_stored(watch)) {
            due = g_get_monotonic_time() + CALM_SECONDS * G_TIME_SPAN_SECOND;
            if (!wait_until(watch, due, FALSE))
                return;
            (void)take_stored(watch);
        }
        now = g_get_monotonic_time();
        gboolean silence = now >= silence_due;
        if (silence)
            silence_due = now + PERIOD_SECONDS * G_TIME_SPAN_SECOND;
        look(watch, silence);
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
    g_free(watch->store_uri);
    g_free(watch);
    return TRUE;
}

/* ---- the sink ---------------------------------------------------------------------------- */

/* One item on its way. */
typedef struct {
    AlertWatch *watch;
    SinkDone done;
    gpointer done_data;
} Passage;

static void
on_done(gpointer data, Outcome outcome, const char *reference)
{
    g_autofree Passage *passage = data;
    AlertWatch *watch = passage->watch;
    passage->done(passage->done_data, outcome, reference);
    if (outcome != OUTCOME_STORED)
        return;
    g_mutex_lock(&watch->lock);
    if (!watch->stored)
        g_cond_signal(&watch->changed);
    watch->stored = TRUE;
    g_mutex_unlock(&watch->lock);
}

static void
take(gpointer self, Judged *item, SinkDone done, gpointer done_data)
{
    AlertWatch *watch = self;
    Passage *passage = g_new0(Passage, 1);
    *passage = (Passage){watch, done, done_data};
    watch->inner->take(watch->inner->self, item, on_done, passage);
}

Sink *
alert_watch_sink(AlertWatch *watch, Sink *inner)
{
    if (watch == NULL)
        return inner;
    watch->inner = inner;
    watch->sink = (Sink){.take = take, .self = watch};
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
alert_watch_detached(const Config *config, const char *store_uri, const GPtrArray *domains)
{
    g_autofree char *channels = alert_tell_channels(config);
    if (channels == NULL || domains->len == 0 || fork() != 0)
        return;
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
