#include "report/alert_group.h"

#include <math.h>
#include <string.h>

#include "report/summary.h"

/* A sender is regular from so many days on, as for the gate `silence`. */
#define REGULAR_DAYS 5u
/* With so little chance a failure that still goes on would not have shown. */
#define CHANCE       0.05

/* ---- groups ------------------------------------------------------------------------------ */

void
alert_group_free(AlertGroup *group)
{
    if (group == NULL)
        return;
    g_free(group->subject);
    g_ptr_array_unref(group->rows);
    g_free(group);
}

static int
by_day(gconstpointer a, gconstpointer b)
{
    const EvidenceFailure *left = *(const EvidenceFailure *const *)a;
    const EvidenceFailure *right = *(const EvidenceFailure *const *)b;
    return (left->day > right->day) - (left->day < right->day);
}

static void
find_run(AlertGroup *group, guint quiet_days)
{
    g_ptr_array_sort(group->rows, by_day);
    const EvidenceFailure *row = g_ptr_array_index(group->rows, group->rows->len - 1);
    group->first_day = group->last_day = row->day;
    for (guint i = group->rows->len - 1; i > 0; i--) {
        row = g_ptr_array_index(group->rows, i - 1);
        if (group->first_day - row->day > (gint32)quiet_days)
            break;
        group->first_day = row->day;
    }
}

GPtrArray *
alert_groups(const Evidence *evidence, guint quiet_days)
{
    GPtrArray *groups =
        g_ptr_array_new_with_free_func((GDestroyNotify)(void (*)(void))alert_group_free);
    g_autoptr(GHashTable) by_subject = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < evidence->failures->len; i++) {
        const EvidenceFailure *row = &g_array_index(evidence->failures, EvidenceFailure, i);
        g_autofree char *subject =
            g_strdup_printf("%s %s", row->mx != NULL ? row->mx : "-", row->result_word);
        AlertGroup *group = g_hash_table_lookup(by_subject, subject);
        if (row->sessions == 0)
            continue;
        if (group == NULL) {
            group = g_new0(AlertGroup, 1);
            group->mx = row->mx;
            group->result_word = row->result_word;
            group->subject = g_steal_pointer(&subject);
            group->rows = g_ptr_array_new();
            g_ptr_array_add(groups, group);
            g_hash_table_insert(by_subject, group->subject, group);
        }
        g_ptr_array_add(group->rows, (gpointer)row);
    }
    for (guint i = 0; i < groups->len; i++)
        find_run(g_ptr_array_index(groups, i), quiet_days);
    return groups;
}

/* ---- figures ----------------------------------------------------------------------------- */

/* The order in which effects are told: what holds mail back first. */
static int
gravity(Effect effect)
{
    switch (effect) {
    case EFFECT_BLOCKED:
        return 5;
    case EFFECT_WOULD_BLOCK:
        return 4;
    case EFFECT_POLICY_UNREADABLE:
        return 3;
    case EFFECT_DANE:
        return 2;
    default:
        return 1;
    }
}

typedef struct {
    PolicyType type;
    Effect effect;
    gint64 sessions;
} TypeSum;

static TypeSum *
sum_of(GArray *sums, const EvidenceFailure *row)
{
    for (guint i = 0; i < sums->len; i++) {
        TypeSum *sum = &g_array_index(sums, TypeSum, i);
        if (sum->type == row->type)
            return sum;
    }
    TypeSum fresh = {row->type, row->effect, 0};
    g_array_append_val(sums, fresh);
    return &g_array_index(sums, TypeSum, sums->len - 1);
}

static const TypeSum *
worst_sum(const GArray *sums)
{
    const TypeSum *worst = &g_array_index(sums, TypeSum, 0);
    for (guint i = 1; i < sums->len; i++) {
        const TypeSum *sum = &g_array_index(sums, TypeSum, i);
        int more = gravity(sum->effect) - gravity(worst->effect);
        if (more > 0 || (more == 0 && sum->sessions > worst->sessions))
            worst = sum;
    }
    return worst;
}

typedef struct {
    const char *name;
    gint64 sessions;
} SenderSum;

static int
most_sessions_first(gconstpointer a, gconstpointer b)
{
    const SenderSum *left = a, *right = b;
    int order = (left->sessions < right->sessions) - (left->sessions > right->sessions);
    return order != 0 ? order : strcmp(left->name, right->name);
}

/* Names of the senders of GROUP under TYPE. */
static GPtrArray *
senders_of(const AlertGroup *group, PolicyType type)
{
    GPtrArray *names = g_ptr_array_new();
    g_autoptr(GArray) sums = g_array_new(FALSE, FALSE, sizeof(SenderSum));
    g_autoptr(GHashTable) places = g_hash_table_new(NULL, NULL); /* name to index + 1 */
    for (guint i = 0; i < group->rows->len; i++) {
        const EvidenceFailure *row = g_ptr_array_index(group->rows, i);
        if (row->day < group->first_day || row->type != type)
            continue;
        guint place = GPOINTER_TO_UINT(g_hash_table_lookup(places, row->sender));
        if (place == 0) {
            SenderSum fresh = {row->sender, 0};
            g_array_append_val(sums, fresh);
            place = sums->len;
            g_hash_table_insert(places, (gpointer)row->sender, GUINT_TO_POINTER(place));
        }
        SenderSum *sum = &g_array_index(sums, SenderSum, place - 1);
        sum->sessions = sessions_plus(sum->sessions, row->sessions);
    }
    g_array_sort(sums, most_sessions_first);
    for (guint i = 0; i < sums->len; i++)
        g_ptr_array_add(names, (gpointer)g_array_index(sums, SenderSum, i).name);
    return names;
}

void
alert_group_figures(const AlertGroup *group, AlertFigures *ret_figures)
{
    g_autoptr(GArray) sums = g_array_new(FALSE, FALSE, sizeof(TypeSum));
    AlertFigures figures = {.trust = TRUST_UNAUTHENTICATED};
    for (guint i = 0; i < group->rows->len; i++) {
        const EvidenceFailure *row = g_ptr_array_index(group->rows, i);
        if (row->day < group->first_day)
            continue;
        TypeSum *sum = sum_of(sums, row);
        sum->sessions = sessions_plus(sum->sessions, row->sessions);
        if (gravity(row->effect) > gravity(sum->effect))
            sum->effect = row->effect;
        if (trust_rank(row->trust) > trust_rank(figures.trust))
            figures.trust = row->trust;
    }
    const TypeSum *worst = worst_sum(sums);
    PolicyEntry entry = {.type = worst->type, .type_word = "other"};
    figures.policy_type = policy_entry_type_name(&entry);
    figures.effect = worst->effect;
    figures.sessions = worst->sessions;
    figures.senders = senders_of(group, worst->type);
    *ret_figures = figures;
}

void
alert_figures_clear(AlertFigures *figures)
{
    g_clear_pointer(&figures->senders, g_ptr_array_unref);
}

/* ---- recovery ---------------------------------------------------------------------------- */

/* One sender of a group under one policy type. */
typedef struct {
    gint64 failed;        /* of the group, in its run of days */
    gint64 all, all_free; /* sessions during the run, and on closed days after it */
} Exposure;

static Exposure *
exposure_of(GHashTable *senders, const char *sender, PolicyType type, gboolean make)
{
    GHashTable *types = g_hash_table_lookup(senders, sender);
    if (types == NULL && make) {
        types = g_hash_table_new_full(NULL, NULL, NULL, g_free);
        g_hash_table_insert(senders, (gpointer)sender, types);
    }
    Exposure *exposure =
        types != NULL ? g_hash_table_lookup(types, GUINT_TO_POINTER((guint)type)) : NULL;
    if (exposure == NULL && make) {
        exposure = g_new0(Exposure, 1);
        g_hash_table_insert(types, GUINT_TO_POINTER((guint)type), exposure);
    }
    return exposure;
}

/* The logarithm of the chance that the group goes on unseen. */
static double
chance_unseen(GHashTable *senders)
{
    double chance = 0;
    GHashTableIter iterator, inner;
    gpointer types, value;
    g_hash_table_iter_init(&iterator, senders);
    while (g_hash_table_iter_next(&iterator, NULL, &types)) {
        g_hash_table_iter_init(&inner, types);
        while (g_hash_table_iter_next(&inner, NULL, &value)) {
            const Exposure *each = value;
            double rate = (double)each->failed / (double)MAX(MAX(each->all, each->failed), 1);
            chance += (double)each->all_free * log1p(-MIN(rate, 0.999));
        }
    }
    return chance;
}

gboolean
alert_group_recovered(const AlertGroup *group, const Evidence *evidence, gint32 today,
                      guint quiet_days)
{
    g_autoptr(GHashTable) senders =
        g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_hash_table_unref);
    g_autoptr(GHashTable) free_days = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < group->rows->len; i++) {
        const EvidenceFailure *row = g_ptr_array_index(group->rows, i);
        if (row->day < group->first_day)
            continue;
        Exposure *exposure = exposure_of(senders, row->sender, row->type, TRUE);
        exposure->failed = sessions_plus(exposure->failed, row->sessions);
    }
    for (guint i = 0; i < evidence->totals->len; i++) {
        const EvidenceTotal *row = &g_array_index(evidence->totals, EvidenceTotal, i);
        Exposure *exposure = exposure_of(senders, row->sender, row->type, FALSE);
        if (exposure == NULL || row->day < group->first_day || row->day >= today)
            continue;
        gint64 sessions = sessions_plus(row->successful, row->failed);
        if (row->day <= group->last_day) {
            exposure->all = sessions_plus(exposure->all, sessions);
        } else {
            exposure->all_free = sessions_plus(exposure->all_free, sessions);
            g_hash_table_add(free_days, GINT_TO_POINTER(row->day));
        }
    }
    guint days = g_hash_table_size(free_days);
    return days >= quiet_days || (days > 0 && chance_unseen(senders) < log(CHANCE));
}

/* ---- senders ----------------------------------------------------------------------------- */

GArray *
alert_senders(const Evidence *evidence)
{
    GArray *senders = g_array_new(FALSE, FALSE, sizeof(AlertSender));
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL); /* days of the sender now */
    for (guint i = 0; i < evidence->totals->len; i++) {
        const EvidenceTotal *row = &g_array_index(evidence->totals, EvidenceTotal, i);
        AlertSender *sender =
            senders->len > 0 ? &g_array_index(senders, AlertSender, senders->len - 1) : NULL;
        if (sender == NULL || sender->name != row->sender) { /* rows come sorted by sender */
            AlertSender fresh = {row->sender, row->day, row->day, 0};
            g_array_append_val(senders, fresh);
            sender = &g_array_index(senders, AlertSender, senders->len - 1);
            g_hash_table_remove_all(seen);
        }
        sender->first_day = MIN(sender->first_day, row->day);
        sender->last_day = MAX(sender->last_day, row->day);
        if (g_hash_table_add(seen, GINT_TO_POINTER(row->day)))
            sender->days++;
    }
    return senders;
}

gboolean
alert_sender_is_regular(const AlertSender *sender)
{
    guint span = (guint)(sender->last_day - sender->first_day) + 1;
    return sender->days >= REGULAR_DAYS && sender->days * 2 > span;
}
