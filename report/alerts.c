#include "report/alerts.h"

#include <string.h>

#include "report/alert_news.h"

#define SECONDS_PER_HOUR 3600
/* Days of reports in which a sender shows whether it is a regular one. */
#define REGULAR_WINDOW   28u

const AlertRules alert_rules_defaults = {
    .quiet_days = 7,
    .recent_days = 3,
    .minimum_sessions = 1,
    .silence_days = 3,
    .interval_hours = 24,
};

guint
alerts_history(const AlertRules *rules)
{
    return MAX(2 * rules->quiet_days + rules->recent_days,
               REGULAR_WINDOW + rules->silence_days + rules->quiet_days);
}

typedef struct {
    const Evidence *evidence;
    gint32 today;
    const GPtrArray *states;
    GHashTable *by_key; /* the same by kind and subject */
    const AlertRules *rules;
    gint64 now;
    GPtrArray *changes;
} Weighing;

static char *
make_key(const char *kind, const char *subject)
{
    return g_strdup_printf("%s %s", kind, subject);
}

static const StoreAlert *
find_state(const Weighing *weighing, const char *kind, const char *subject)
{
    g_autofree char *key = make_key(kind, subject);
    return g_hash_table_lookup(weighing->by_key, key);
}

/* Its news may not be replaced, or it is too soon for others. */
static gboolean
must_wait(const Weighing *weighing, const StoreAlert *state)
{
    return state->news != NULL ||
           (state->told != 0 && weighing->now - state->told <
                                    (gint64)weighing->rules->interval_hours * SECONDS_PER_HOUR);
}

/* The row that STATE (NULL: none yet) becomes; NEWS is taken over. */
static void
change(Weighing *weighing, const StoreAlert *state, const char *kind, const char *subject,
       gboolean ongoing, gint32 last_day, char *news)
{
    StoreAlert *row;
    if (state != NULL) {
        row = store_alert_copy(state);
    } else {
        row = g_new0(StoreAlert, 1);
        row->domain = g_strdup(weighing->evidence->domain);
        row->kind = g_strdup(kind);
        row->subject = g_strdup(subject);
    }
    row->ongoing = ongoing;
    row->last_day = last_day;
    if (news != NULL) {
        g_free(row->news);
        row->news = news;
    }
    g_ptr_array_add(weighing->changes, row);
}

/* ---- failures ---------------------------------------------------------------------------- */

static gint64
sessions_of(const AlertGroup *group)
{
    AlertFigures figures;
    alert_group_figures(group, &figures);
    alert_figures_clear(&figures);
    return figures.sessions;
}

static gboolean
is_failing(const Weighing *weighing, const AlertGroup *group)
{
    return group->last_day >= weighing->today - (gint32)weighing->rules->recent_days;
}

/* A group that is not known as failing. */
static void
weigh_unknown(Weighing *weighing, const AlertGroup *group, const StoreAlert *state)
{
    const char *domain = weighing->evidence->domain;
    gboolean again = state != NULL && group->last_day > state->last_day;
    if (!is_failing(weighing, group) || (state != NULL && (must_wait(weighing, state) || !again)) ||
        sessions_of(group) < (gint64)weighing->rules->minimum_sessions)
        return;
    gboolean recent = group->first_day >= weighing->today - (gint32)weighing->rules->quiet_days;
    char *news = again || recent
                     ? alert_news_group(NEWS_FAILING, domain, group, again, weighing->now)
                     : NULL;
    change(weighing, state, ALERT_KIND_FAILURE, group->subject, TRUE, group->last_day, news);
}

/* A group that is known as failing. */
static void
weigh_known(Weighing *weighing, const AlertGroup *group, const StoreAlert *state)
{
    const char *domain = weighing->evidence->domain;
    gint32 last_day = MAX(group->last_day, state->last_day);
    if (!must_wait(weighing, state) &&
        alert_group_recovered(group, weighing->evidence, weighing->today,
                              weighing->rules->quiet_days))
        change(weighing, state, NULL, NULL, FALSE, last_day,
               alert_news_group(NEWS_RECOVERED, domain, group, FALSE, weighing->now));
    else if (last_day > state->last_day)
        change(weighing, state, NULL, NULL, TRUE, last_day, NULL);
}

/* A group known as failing of which the evidence holds nothing any more. */
static void
weigh_vanished(Weighing *weighing, const StoreAlert *state)
{
    g_autoptr(GHashTable) days = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < weighing->evidence->totals->len; i++) {
        const EvidenceTotal *row = &g_array_index(weighing->evidence->totals, EvidenceTotal, i);
        if (row->day > state->last_day && row->day < weighing->today)
            g_hash_table_add(days, GINT_TO_POINTER(row->day));
    }
    if (g_hash_table_size(days) >= weighing->rules->quiet_days && !must_wait(weighing, state))
        change(weighing, state, NULL, NULL, FALSE, state->last_day,
               alert_news_recovered(state->domain, state->subject, state->last_day, weighing->now));
}

static void
weigh_failures(Weighing *weighing)
{
    g_autoptr(GPtrArray) groups = alert_groups(weighing->evidence, weighing->rules->quiet_days);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < groups->len; i++) {
        const AlertGroup *group = g_ptr_array_index(groups, i);
        const StoreAlert *state = find_state(weighing, ALERT_KIND_FAILURE, group->subject);
        g_hash_table_add(seen, group->subject);
        if (state != NULL && state->ongoing)
            weigh_known(weighing, group, state);
        else
            weigh_unknown(weighing, group, state);
    }
    for (guint i = 0; i < weighing->states->len; i++) {
        const StoreAlert *state = g_ptr_array_index(weighing->states, i);
        if (state->ongoing && strcmp(state->kind, ALERT_KIND_FAILURE) == 0 &&
            !g_hash_table_contains(seen, state->subject))
            weigh_vanished(weighing, state);
    }
}

/* ---- silence ----------------------------------------------------------------------------- */

static void
weigh_sender(Weighing *weighing, const AlertSender *sender)
{
    const StoreAlert *state = find_state(weighing, ALERT_KIND_SILENCE, sender->name);
    gint32 silent_since = weighing->today - (gint32)weighing->rules->silence_days;
    gboolean silent = sender->last_day < silent_since;
    gboolean known = state != NULL && state->ongoing;
    if (silent == known || (state != NULL && must_wait(weighing, state)))
        return;
    const char *domain = weighing->evidence->domain;
    if (known)
        change(
            weighing, state, NULL, NULL, FALSE, sender->last_day,
            alert_news_sender(NEWS_RETURNED, domain, sender->name, state->last_day, weighing->now));
    else if (alert_sender_is_regular(sender) &&
             sender->last_day >= silent_since - (gint32)weighing->rules->quiet_days)
        change(
            weighing, state, ALERT_KIND_SILENCE, sender->name, TRUE, sender->last_day,
            alert_news_sender(NEWS_SILENT, domain, sender->name, sender->last_day, weighing->now));
}

/* ---- all --------------------------------------------------------------------------------- */

static GPtrArray *
new_rows(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)(void (*)(void))store_alert_free);
}

/* Rows that say no more than that something was told long ago. */
static GPtrArray *
find_needless(const Weighing *weighing)
{
    GPtrArray *needless = new_rows();
    gint32 oldest = weighing->today - (gint32)alerts_history(weighing->rules);
    for (guint i = 0; i < weighing->states->len; i++) {
        const StoreAlert *state = g_ptr_array_index(weighing->states, i);
        if (!state->ongoing && state->last_day < oldest && !must_wait(weighing, state))
            g_ptr_array_add(needless, store_alert_copy(state));
    }
    return needless;
}

GPtrArray *
alerts_weigh(const Evidence *evidence, gint32 today, const GPtrArray *states,
             const AlertRules *rules, gboolean silence, gint64 now, GPtrArray **ret_drop)
{
    g_autoptr(GHashTable) by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < states->len; i++) {
        StoreAlert *state = g_ptr_array_index(states, i);
        g_hash_table_insert(by_key, make_key(state->kind, state->subject), state);
    }
    Weighing weighing = {evidence, today, states, by_key, rules, now, new_rows()};
    weigh_failures(&weighing);
    if (silence) {
        g_autoptr(GArray) senders = alert_senders(evidence);
        for (guint i = 0; i < senders->len; i++)
            weigh_sender(&weighing, &g_array_index(senders, AlertSender, i));
    }
    *ret_drop = find_needless(&weighing);
    return weighing.changes;
}
