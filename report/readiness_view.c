/* readiness_view.c: the evidence, turned so that the gates can ask it. */
#include <string.h>

#include "report/loops.h"
#include "report/readiness-internal.h"
#include "report/summary.h"

static void
sender_free(gpointer data)
{
    SenderView *sender = data;
    g_array_unref(sender->sts_days);
    g_array_unref(sender->all_days);
    g_free(sender);
}

static SenderView *
sender_of(View *view, const char *name)
{
    SenderView *sender = g_hash_table_lookup(view->senders, name);
    if (sender != NULL)
        return sender;
    sender = g_new0(SenderView, 1);
    sender->name = name;
    sender->sts_days = g_array_new(FALSE, FALSE, sizeof(LoopDay));
    sender->all_days = g_array_new(FALSE, FALSE, sizeof(gint32));
    sender->newest_sts_day = sender->newest_none_day = sender->newest_policy_day = G_MININT32;
    g_hash_table_insert(view->senders, (gpointer)name, sender);
    g_ptr_array_add(view->order, sender);
    return sender;
}

static void
take_sts(View *view, SenderView *sender, const EvidenceTotal *row)
{
    sender->newest_sts_day = MAX(sender->newest_sts_day, row->day);
    if (row->policy != NULL && row->day >= sender->newest_policy_day) {
        sender->newest_policy_day = row->day;
        sender->newest_policy = row->policy;
    }
    /* The day before the window is there to tell a loop on its first day. */
    if (row->day >= view->since - 1) {
        LoopDay day = {row->day, row->successful, row->failed, row->trust != TRUST_UNAUTHENTICATED,
                       FALSE};
        g_array_append_val(sender->sts_days, day);
    }
    if (row->day < view->since)
        return;
    gint64 sessions = sessions_plus(row->successful, row->failed);
    view->any_sts = TRUE;
    view->sessions = sessions_plus(view->sessions, sessions);
    if (row->day >= view->recent) {
        view->recent_sessions = sessions_plus(view->recent_sessions, sessions);
        sender->recent_sessions = sessions_plus(sender->recent_sessions, sessions);
        if (row->failed > row->detailed)
            view->recent_unexplained =
                sessions_plus(view->recent_unexplained, row->failed - row->detailed);
    }
}

static void
take_totals(View *view)
{
    for (guint i = 0; i < view->evidence->totals->len; i++) {
        const EvidenceTotal *row = &g_array_index(view->evidence->totals, EvidenceTotal, i);
        SenderView *sender = sender_of(view, row->sender);
        g_array_append_val(sender->all_days, row->day);
        view->any_report = view->any_report || row->day >= view->since;
        if (row->type == POLICY_TYPE_STS)
            take_sts(view, sender, row);
        else if (row->type == POLICY_TYPE_NONE)
            sender->newest_none_day = MAX(sender->newest_none_day, row->day);
    }
}

/* One version of the policy. */
typedef struct {
    gint32 first_day, last_day;
    gboolean in_window;
} Version;

/* The version that appeared last is the newest; senders that cache go on with older ones. */
static void
find_policy(View *view)
{
    g_autoptr(GHashTable) versions = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    for (guint i = 0; i < view->evidence->totals->len; i++) {
        const EvidenceTotal *row = &g_array_index(view->evidence->totals, EvidenceTotal, i);
        if (row->type != POLICY_TYPE_STS || row->policy == NULL)
            continue;
        Version *version = g_hash_table_lookup(versions, row->policy);
        if (version == NULL) {
            version = g_new(Version, 1);
            *version = (Version){row->day, row->day, FALSE};
            g_hash_table_insert(versions, (gpointer)row->policy, version);
        }
        version->first_day = MIN(version->first_day, row->day);
        version->last_day = MAX(version->last_day, row->day);
        version->in_window = version->in_window || row->day >= view->since;
    }
    GHashTableIter iterator;
    gpointer policy, value;
    const Version *best = NULL;
    g_hash_table_iter_init(&iterator, versions);
    while (g_hash_table_iter_next(&iterator, &policy, &value)) {
        const Version *version = value;
        view->versions += version->in_window ? 1 : 0;
        gboolean newer =
            best == NULL || version->first_day > best->first_day ||
            (version->first_day == best->first_day &&
             (version->last_day > best->last_day ||
              (version->last_day == best->last_day && strcmp(policy, view->policy) < 0)));
        if (newer && version->in_window) {
            best = version;
            view->policy = policy;
        }
    }
    view->policy_day = best != NULL ? best->first_day : G_MININT32;
}

/* The mode under which most sessions of the newest day that tells one were. */
static void
find_mode(View *view)
{
    gint32 newest = G_MININT32;
    gint64 sessions[STS_MODE_ENFORCE + 1] = {0};
    for (guint i = 0; i < view->evidence->totals->len; i++) {
        const EvidenceTotal *row = &g_array_index(view->evidence->totals, EvidenceTotal, i);
        if (row->type != POLICY_TYPE_STS || row->mode == STS_MODE_UNKNOWN || row->day < view->since)
            continue;
        /* A sender that still holds an older version does not tell what is published. */
        if (view->policy != NULL && row->policy != NULL && row->policy != view->policy)
            continue;
        if (row->day > newest) {
            newest = row->day;
            memset(sessions, 0, sizeof sessions);
        }
        if (row->day == newest)
            sessions[row->mode] =
                sessions_plus(sessions[row->mode], 1 + sessions_plus(row->successful, row->failed));
    }
    for (int mode = STS_MODE_NONE; mode <= STS_MODE_ENFORCE; mode++) {
        if (sessions[mode] > sessions[view->mode])
            view->mode = (StsMode)mode;
    }
}

static void
take_failures(View *view)
{
    for (guint i = 0; i < view->evidence->failures->len; i++) {
        const EvidenceFailure *row = &g_array_index(view->evidence->failures, EvidenceFailure, i);
        if (!view_is_blocking(row) || row->day < view->since)
            continue;
        view->result->blocking = sessions_plus(view->result->blocking, row->sessions);
        if (row->day >= view->recent && !view_is_outdated(view, row)) {
            SenderView *sender = sender_of(view, row->sender);
            sender->recent_blocking = sessions_plus(sender->recent_blocking, row->sessions);
        }
    }
}

static int
by_name(gconstpointer a, gconstpointer b)
{
    const SenderView *const *left = a, *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

static int
by_day(gconstpointer a, gconstpointer b)
{
    const gint32 *left = a, *right = b;
    return *left < *right ? -1 : *left > *right;
}

View *
view_new(const Evidence *evidence, const ReadinessRules *rules, Readiness *result)
{
    View *view = g_new0(View, 1);
    view->evidence = evidence;
    view->rules = rules;
    view->until = evidence->today - 1;
    view->since = evidence->today - (gint32)rules->days;
    view->recent = evidence->today - (gint32)MIN(rules->blocking_days, rules->days);
    view->senders = g_hash_table_new_full(NULL, NULL, NULL, sender_free);
    view->order = g_ptr_array_new();
    view->result = result;
    take_totals(view);
    find_policy(view);
    find_mode(view);
    take_failures(view);
    g_ptr_array_sort(view->order, by_name);
    for (guint i = 0; i < view->order->len; i++) {
        SenderView *sender = g_ptr_array_index(view->order, i);
        loops_mark(sender->sts_days);
        g_array_sort(sender->all_days, by_day);
    }
    return view;
}

void
view_free(View *view)
{
    if (view == NULL)
        return;
    g_ptr_array_unref(view->order);
    g_hash_table_unref(view->senders);
    g_free(view);
}

gboolean
view_is_outdated(const View *view, const EvidenceFailure *failure)
{
    return failure->policy != NULL && view->policy != NULL && failure->policy != view->policy;
}

gboolean
view_is_blocking(const EvidenceFailure *failure)
{
    return failure->effect == EFFECT_WOULD_BLOCK || failure->effect == EFFECT_BLOCKED;
}
