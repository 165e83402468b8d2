#include "cli/alert_round.h"

#include <signal.h>
#include <string.h>

#include "cli/alert_tell.h"
#include "cli/say.h"
#include "report/alerts.h"
#include "schema/limits.h"

#define SECONDS_PER_DAY   86400
/* After the first failure; doubled with each further one, up to an hour. */
#define PAUSE_SECONDS     60
#define MAX_PAUSE_SECONDS 3600
/* Up to so many are read one by one, more all at once. */
#define FEW_DOMAINS       8

void
alert_round_init(AlertRound *round)
{
    gint64 now = g_get_real_time() / G_USEC_PER_SEC;
    *round = (AlertRound){.today = (gint32)(now / SECONDS_PER_DAY), .now = now};
}

/* ---- what is news ------------------------------------------------------------------------ */

static gboolean
write_changes(Store *store, GPtrArray *changes, const GPtrArray *drop, const char *channels,
              GError **error)
{
    for (guint i = 0; i < changes->len; i++) {
        StoreAlert *row = g_ptr_array_index(changes, i);
        if (row->news != NULL && row->waiting == NULL)
            row->waiting = g_strdup(channels);
        if (!store_set_alert(store, row, error))
            return FALSE;
    }
    for (guint i = 0; i < drop->len; i++) {
        if (!store_drop_alert(store, g_ptr_array_index(drop, i), error))
            return FALSE;
    }
    return TRUE;
}

/* Weighs EVIDENCE against the rows as they are now. *RET_ANY says whether something is to be
 * written; with CHANNELS (in a transaction) it is. */
static gboolean
weigh(Store *store, const Config *config, const AlertRound *round, const Evidence *evidence,
      const char *channels, gboolean *ret_any, GError **error)
{
    g_autoptr(GPtrArray) states = store_alerts(store, evidence->domain, error);
    if (states == NULL)
        return FALSE;
    GPtrArray *drop;
    g_autoptr(GPtrArray) changes = alerts_weigh(
        evidence, round->today, states, &config->alerts.rules, round->silence, round->now, &drop);
    *ret_any = changes->len > 0 || drop->len > 0;
    gboolean ok = channels == NULL || write_changes(store, changes, drop, channels, error);
    g_ptr_array_unref(drop);
    return ok;
}

/* Most looks find nothing and take no write lock. Those that do weigh again under the lock: another
 * process may have been faster. */
static gboolean
look_at(Store *store, const Config *config, const AlertRound *round, const Evidence *evidence,
        const char *channels, GError **error)
{
    gboolean any;
    if (!weigh(store, config, round, evidence, NULL, &any, error))
        return FALSE;
    if (!any)
        return TRUE;
    if (!store_begin(store, error))
        return FALSE;
    if (weigh(store, config, round, evidence, channels, &any, error))
        return store_commit(store, error);
    store_rollback(store);
    return FALSE;
}

static guint
history_of(const Config *config)
{
    return alerts_history(&config->alerts.rules) + 1;
}

static gboolean
look_at_one(Store *store, const Config *config, const AlertRound *round, const char *domain,
            const char *channels, GError **error)
{
    g_autoptr(Evidence) evidence =
        evidence_read(store, domain, round->today + 1, history_of(config), error);
    return evidence != NULL && look_at(store, config, round, evidence, channels, error);
}

typedef struct {
    Store *store;
    const Config *config;
    const AlertRound *round;
    const char *channels;
    GHashTable *domains; /* those looked at */
} Looking;

static gboolean
look_at_next(gpointer data, const Evidence *evidence, GError **error)
{
    Looking *looking = data;
    g_hash_table_add(looking->domains, g_strdup(evidence->domain));
    return look_at(looking->store, looking->config, looking->round, evidence, looking->channels,
                   error);
}

/* Those with reports, and those that a row is about. */
static gboolean
look_at_all(Store *store, const Config *config, const AlertRound *round, const char *channels,
            GError **error)
{
    g_autoptr(GHashTable) domains = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Looking looking = {store, config, round, channels, domains};
    if (!evidence_each(store, round->today + 1, history_of(config), look_at_next, &looking, error))
        return FALSE;
    g_autoptr(GPtrArray) rows = store_alerts(store, NULL, error);
    if (rows == NULL)
        return FALSE;
    const char *last = "";
    for (guint i = 0; i < rows->len; i++) { /* sorted by domain */
        const char *domain = ((const StoreAlert *)g_ptr_array_index(rows, i))->domain;
        if (strcmp(domain, last) != 0 && !g_hash_table_contains(domains, domain) &&
            !look_at_one(store, config, round, domain, channels, error))
            return FALSE;
        last = domain;
    }
    return TRUE;
}

static gboolean
look(Store *store, const Config *config, const AlertRound *round, const char *channels,
     GError **error)
{
    if (round->domains == NULL || round->domains->len > FEW_DOMAINS)
        return look_at_all(store, config, round, channels, error);
    for (guint i = 0; i < round->domains->len; i++) {
        const char *domain = g_ptr_array_index(round->domains, i);
        if (!look_at_one(store, config, round, domain, channels, error))
            return FALSE;
    }
    return TRUE;
}

/* ---- telling ----------------------------------------------------------------------------- */

static gboolean
is_due(const StoreAlert *row, const AlertRound *round, gint64 clock)
{
    if (row->news == NULL || row->claimed_until > clock)
        return FALSE;
    if (round->at_once || row->tries == 0)
        return TRUE;
    gint64 pause = row->tries > 6 ? MAX_PAUSE_SECONDS : PAUSE_SECONDS << (row->tries - 1);
    return clock >= row->tried + MIN(pause, MAX_PAUSE_SECONDS);
}

/* Whoever may post reports can make up new failures all day: messages keep a distance. */
static gboolean
told_just_now(const GPtrArray *rows, gint64 clock)
{
    for (guint i = 0; i < rows->len; i++) {
        gint64 told = ((const StoreAlert *)g_ptr_array_index(rows, i))->told;
        if (told <= clock && told > clock - (gint64)LIMIT_ALERT_GAP_SECONDS)
            return TRUE;
    }
    return FALSE;
}

static GPtrArray *
due_rows(Store *store, const AlertRound *round, gint64 clock, GError **error)
{
    GPtrArray *rows = store_alerts(store, NULL, error);
    if (rows != NULL && !round->at_once && told_just_now(rows, clock))
        g_ptr_array_set_size(rows, 0);
    for (guint i = rows != NULL ? rows->len : 0; i > 0; i--) {
        if (!is_due(g_ptr_array_index(rows, i - 1), round, clock))
            g_ptr_array_remove_index(rows, i - 1);
    }
    return rows;
}

static gboolean
write_rows(Store *store, const GPtrArray *rows, GError **error)
{
    if (!store_begin(store, error))
        return FALSE;
    for (guint i = 0; i < rows->len; i++) {
        if (!store_set_alert(store, g_ptr_array_index(rows, i), error)) {
            store_rollback(store);
            return FALSE;
        }
    }
    return store_commit(store, error);
}

/* The rows that are to be told and that nobody else is telling, claimed. */
static GPtrArray *
claim(Store *store, const Config *config, const AlertRound *round, GError **error)
{
    gint64 clock = g_get_real_time() / G_USEC_PER_SEC;
    g_autoptr(GPtrArray) rows = due_rows(store, round, clock, error);
    if (rows == NULL || rows->len == 0)
        return g_steal_pointer(&rows);
    if (!store_begin(store, error))
        return NULL;
    g_ptr_array_unref(rows);
    rows = due_rows(store, round, clock, error);
    gboolean ok = rows != NULL;
    for (guint i = 0; ok && i < rows->len; i++) {
        StoreAlert *row = g_ptr_array_index(rows, i);
        row->claimed_until = clock + alert_tell_seconds(config) + LIMIT_ALERT_CLAIM_SECONDS;
        ok = store_set_alert(store, row, error);
    }
    if (ok && store_commit(store, error))
        return g_steal_pointer(&rows);
    store_rollback(store);
    return NULL;
}

static void
finish_row(StoreAlert *row, gint64 now)
{
    row->told = now;
    row->claimed_until = row->tried = 0;
    row->tries = 0;
    g_clear_pointer(&row->news, g_free);
    g_clear_pointer(&row->problem, g_free);
}

/* The same whenever the same rows are told. */
static char *
message_id(const GPtrArray *rows)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    for (guint i = 0; i < rows->len; i++) {
        const StoreAlert *row = g_ptr_array_index(rows, i);
        g_checksum_update(checksum, (const guchar *)row->news, (gssize)strlen(row->news) + 1);
    }
    return g_strdup_printf("alert_%.32s", g_checksum_get_string(checksum));
}

/* Tells what of ROWS waits for CHANNEL; one that is configured no longer has nothing to say. */
static gboolean
tell_by(Store *store, const Config *config, const AlertRound *round, const char *channel,
        const GPtrArray *rows, GError **error)
{
    g_autoptr(GPtrArray) mine = g_ptr_array_new();
    g_autoptr(GPtrArray) news = g_ptr_array_new();
    g_autoptr(GError) problem = NULL;
    g_autofree char *configured = alert_tell_channels(config);
    for (guint i = 0; i < rows->len; i++) {
        StoreAlert *row = g_ptr_array_index(rows, i);
        if (row->news == NULL || !alert_tell_has(row->waiting, channel))
            continue;
        g_ptr_array_add(mine, row);
        g_ptr_array_add(news, row->news);
    }
    if (mine->len == 0)
        return TRUE;
    gboolean told = TRUE;
    if (alert_tell_has(configured, channel)) {
        g_autoptr(AlertMessage) message = alert_message_make(news, round->now);
        g_autofree char *id = message_id(mine);
        told = alert_tell(config, channel, message, id, &problem);
    }
    if (!told)
        say(SAY_WARNING, "alert not told, to be tried again: %s", problem->message);
    for (guint i = 0; i < mine->len; i++) {
        StoreAlert *row = g_ptr_array_index(mine, i);
        char *left = told ? alert_tell_without(row->waiting, channel) : g_strdup(row->waiting);
        g_free(row->waiting);
        row->waiting = left;
        if (!told) {
            g_free(row->problem);
            row->problem = g_strdup(problem->message);
        } else if (left == NULL) {
            finish_row(row, round->now);
        }
    }
    return !told || write_rows(store, mine, error);
}

static gboolean
tell(Store *store, const Config *config, const AlertRound *round, AlertRoundResult *result,
     GError **error)
{
    g_autoptr(GPtrArray) rows = claim(store, config, round, error);
    g_autoptr(GPtrArray) failed = g_ptr_array_new();
    if (rows == NULL)
        return FALSE;
    for (const char *const *channel = alert_tell_all; *channel != NULL; channel++) {
        if (!tell_by(store, config, round, *channel, rows, error))
            return FALSE;
    }
    for (guint i = 0; i < rows->len; i++) {
        StoreAlert *row = g_ptr_array_index(rows, i);
        if (row->news == NULL) {
            result->told++;
            continue;
        }
        row->claimed_until = 0;
        row->tries++;
        row->tried = g_get_real_time() / G_USEC_PER_SEC;
        g_ptr_array_add(failed, row);
    }
    result->failed = failed->len;
    return failed->len == 0 || write_rows(store, failed, error);
}

/* ---- both -------------------------------------------------------------------------------- */

gboolean
alert_round(Store *store, const Config *config, const AlertRound *round,
            AlertRoundResult *ret_result, GError **error)
{
    AlertRoundResult result = {0};
    g_autofree char *channels = alert_tell_channels(config);
    gboolean ok = channels == NULL || (look(store, config, round, channels, error) &&
                                       tell(store, config, round, &result, error));
    *ret_result = result;
    return ok;
}

void
alert_round_after(Store *store, const Config *config)
{
    AlertRound round;
    AlertRoundResult result;
    g_autoptr(GError) error = NULL;
    (void)signal(SIGPIPE, SIG_IGN); /* a receiver that goes away is told by its error */
    alert_round_init(&round);
    if (!alert_round(store, config, &round, &result, &error))
        say(SAY_WARNING, "no alerts now: %s", error->message);
}
