#include "report/compare.h"

#include <string.h>

#include "report/bound.h"

#define REGULAR_DAYS 3 /* fewer days with reports make no sender a regular one */

const char *
change_name(Change change)
{
    static const char *const names[] = {"new",    "worse",    "unchanged",
                                        "better", "not-seen", "resolved"};
    return names[change];
}

/* What is counted falls into the first period with less than its share of the sessions. */
static gboolean
is_too_few(gint64 first, gint64 second, gint64 first_all, gint64 second_all)
{
    double share = (double)first_all / ((double)first_all + (double)second_all);
    return bound_upper_95(first, sessions_plus(first, second)) < share;
}

Change
compare_rates(gint64 before_failed, gint64 before_all, gint64 failed, gint64 all)
{
    before_all = MAX(before_all, before_failed); /* details may overlap */
    all = MAX(all, failed);
    if (before_all == 0 || all == 0)
        return CHANGE_SAME;
    /* The test is exact for the rarer outcome. */
    gint64 before = before_failed, now = failed;
    gboolean of_successes =
        (double)before_failed + (double)failed > ((double)before_all + (double)all) / 2;
    if (of_successes) {
        before = before_all - before_failed;
        now = all - failed;
    }
    if (before == 0 && now == 0)
        return CHANGE_SAME;
    if (is_too_few(before, now, before_all, all))
        return of_successes ? CHANGE_BETTER : CHANGE_WORSE;
    if (is_too_few(now, before, all, before_all))
        return of_successes ? CHANGE_WORSE : CHANGE_BETTER;
    return CHANGE_SAME;
}

/* ---- failures ------------------------------------------------------------------------------ */

static guint
failure_hash(gconstpointer data)
{
    const CompareFailure *failure = data;
    guint hash = g_str_hash(failure->sender);
    hash = hash * 33 + (failure->mx == NULL ? 0 : g_str_hash(failure->mx));
    hash = hash * 33 + g_str_hash(failure->policy_type);
    return hash * 33 + g_str_hash(failure->result_type);
}

static gboolean
failure_equal(gconstpointer a, gconstpointer b)
{
    const CompareFailure *left = a, *right = b;
    return strcmp(left->sender, right->sender) == 0 && g_strcmp0(left->mx, right->mx) == 0 &&
           strcmp(left->policy_type, right->policy_type) == 0 &&
           strcmp(left->result_type, right->result_type) == 0;
}

/* A group while both periods are read. */
typedef struct {
    CompareFailure failure; /* first, so that it is the key */
    Effect before_effect;
    gint32 before_last_day;
} Group;

static Group *
group_for(GHashTable *groups, const SummaryFailure *row)
{
    CompareFailure key = {.sender = row->sender,
                          .mx = row->mx,
                          .policy_type = row->policy_type,
                          .result_type = row->result_type};
    Group *group = g_hash_table_lookup(groups, &key);
    if (group == NULL) {
        group = g_new0(Group, 1);
        group->failure = key;
        group->failure.first_day = row->first_day;
        group->failure.last_day = G_MININT32;
        group->before_last_day = G_MININT32;
        g_hash_table_add(groups, group);
    }
    return group;
}

static void
add_failures(GHashTable *groups, const SummaryDomain *domain, gboolean is_now)
{
    for (guint i = 0; domain != NULL && i < domain->failures->len; i++) {
        const SummaryFailure *row = &g_array_index(domain->failures, SummaryFailure, i);
        if (row->sessions == 0)
            continue;
        Group *group = group_for(groups, row);
        CompareFailure *failure = &group->failure;
        gint64 *sum = is_now ? &failure->sessions : &failure->before_sessions;
        *sum = sessions_plus(*sum, row->sessions);
        failure->first_day = MIN(failure->first_day, row->first_day);
        if (!is_now && row->last_day >= group->before_last_day) {
            group->before_effect = row->effect;
            group->before_last_day = row->last_day;
        }
        if (row->last_day >= failure->last_day) {
            failure->mode = row->mode;
            failure->effect = row->effect;
            failure->last_day = row->last_day;
        }
    }
}

/* Sessions of SENDER under POLICY_TYPE. */
static gint64
all_sessions(const SummaryDomain *domain, const CompareFailure *failure)
{
    for (guint i = 0; domain != NULL && i < domain->senders->len; i++) {
        const SummarySender *each = &g_array_index(domain->senders, SummarySender, i);
        if (strcmp(each->sender, failure->sender) == 0 &&
            strcmp(each->policy_type, failure->policy_type) == 0)
            return sessions_plus(each->successful, each->failed);
    }
    return 0;
}

static Change
judge(const Group *group)
{
    const CompareFailure *failure = &group->failure;
    Change rates = compare_rates(failure->before_sessions, failure->before_all_sessions,
                                 failure->sessions, failure->all_sessions);
    if (failure->before_sessions == 0)
        return CHANGE_NEW;
    if (failure->sessions == 0)
        return rates == CHANGE_BETTER ? CHANGE_RESOLVED : CHANGE_UNSEEN;
    if (failure->effect == EFFECT_BLOCKED && group->before_effect != EFFECT_BLOCKED)
        return CHANGE_WORSE;
    return rates;
}

static int
by_change(gconstpointer a, gconstpointer b)
{
    const CompareFailure *left = a, *right = b;
    if (left->change != right->change)
        return left->change < right->change ? -1 : 1;
    gint64 left_sessions = MAX(left->sessions, left->before_sessions);
    gint64 right_sessions = MAX(right->sessions, right->before_sessions);
    if (left_sessions != right_sessions)
        return left_sessions > right_sessions ? -1 : 1;
    int order = strcmp(left->sender, right->sender);
    if (order == 0)
        order = g_strcmp0(left->mx, right->mx);
    if (order == 0)
        order = strcmp(left->policy_type, right->policy_type);
    return order != 0 ? order : strcmp(left->result_type, right->result_type);
}

static void
compare_failures(CompareDomain *domain, const SummaryDomain *now, const SummaryDomain *before)
{
    g_autoptr(GHashTable) groups = g_hash_table_new_full(failure_hash, failure_equal, g_free, NULL);
    add_failures(groups, before, FALSE);
    add_failures(groups, now, TRUE);
    GHashTableIter iterator;
    gpointer key;
    g_hash_table_iter_init(&iterator, groups);
    while (g_hash_table_iter_next(&iterator, &key, NULL)) {
        Group *group = key;
        group->failure.all_sessions = all_sessions(now, &group->failure);
        group->failure.before_all_sessions = all_sessions(before, &group->failure);
        group->failure.change = judge(group);
        domain->count[group->failure.change]++;
        g_array_append_val(domain->failures, group->failure);
    }
    g_array_sort(domain->failures, by_change);
}

/* ---- totals -------------------------------------------------------------------------------- */

static CompareTotal *
total_for(GArray *totals, const char *policy_type)
{
    for (guint i = 0; i < totals->len; i++) {
        CompareTotal *each = &g_array_index(totals, CompareTotal, i);
        if (strcmp(each->policy_type, policy_type) == 0)
            return each;
    }
    CompareTotal fresh = {.policy_type = policy_type};
    g_array_append_val(totals, fresh);
    return &g_array_index(totals, CompareTotal, totals->len - 1);
}

static void
compare_totals(CompareDomain *domain, const SummaryDomain *now, const SummaryDomain *before)
{
    for (guint i = 0; now != NULL && i < now->totals->len; i++) {
        const SummaryTotal *row = &g_array_index(now->totals, SummaryTotal, i);
        CompareTotal *total = total_for(domain->totals, row->policy_type);
        total->reports = row->reports;
        total->successful = row->successful;
        total->failed = row->failed;
    }
    for (guint i = 0; before != NULL && i < before->totals->len; i++) {
        const SummaryTotal *row = &g_array_index(before->totals, SummaryTotal, i);
        CompareTotal *total = total_for(domain->totals, row->policy_type);
        total->before_reports = row->reports;
        total->before_successful = row->successful;
        total->before_failed = row->failed;
    }
    for (guint i = 0; i < domain->totals->len; i++) {
        CompareTotal *total = &g_array_index(domain->totals, CompareTotal, i);
        total->change = compare_rates(
            total->before_failed, sessions_plus(total->before_successful, total->before_failed),
            total->failed, sessions_plus(total->successful, total->failed));
    }
}

/* ---- senders ------------------------------------------------------------------------------- */

/* name -> CompareSender over all policy types; empty for NULL. */
static GHashTable *
senders_of(const SummaryDomain *domain)
{
    GHashTable *senders = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    for (guint i = 0; domain != NULL && i < domain->senders->len; i++) {
        const SummarySender *row = &g_array_index(domain->senders, SummarySender, i);
        CompareSender *sender = g_hash_table_lookup(senders, row->sender);
        if (sender == NULL) {
            sender = g_new0(CompareSender, 1);
            sender->sender = row->sender;
            sender->newest_day = row->newest_day;
            g_hash_table_insert(senders, (gpointer)(guintptr)row->sender, sender);
        }
        sender->days = MAX(sender->days, row->days - row->loop_days);
        sender->newest_day = MAX(sender->newest_day, row->newest_day);
    }
    return senders;
}

static int
by_sender(gconstpointer a, gconstpointer b)
{
    return strcmp(((const CompareSender *)a)->sender, ((const CompareSender *)b)->sender);
}

/* Appends to LIST those of SENDERS that OTHERS lacks and that have at least DAYS days. */
static void
missing(GHashTable *senders, GHashTable *others, gint64 days, GArray *list)
{
    GHashTableIter iterator;
    gpointer value;
    g_hash_table_iter_init(&iterator, senders);
    while (g_hash_table_iter_next(&iterator, NULL, &value)) {
        const CompareSender *sender = value;
        if (sender->days >= days && !g_hash_table_contains(others, sender->sender))
            g_array_append_val(list, *sender);
    }
    g_array_sort(list, by_sender);
}

static void
compare_senders(CompareDomain *domain, const SummaryDomain *now, const SummaryDomain *before,
                gint64 period)
{
    g_autoptr(GHashTable) here = senders_of(now), earlier = senders_of(before);
    missing(earlier, here, MAX(period / 2 + 1, REGULAR_DAYS), domain->silent);
    if (g_hash_table_size(earlier) > 0)
        missing(here, earlier, 1, domain->appeared);
}

/* ---- both periods -------------------------------------------------------------------------- */

static void
add_domain(Comparison *comparison, const char *name, const SummaryDomain *now,
           const SummaryDomain *before)
{
    CompareDomain domain = {
        .domain = name,
        .totals = g_array_new(FALSE, TRUE, sizeof(CompareTotal)),
        .failures = g_array_new(FALSE, TRUE, sizeof(CompareFailure)),
        .silent = g_array_new(FALSE, TRUE, sizeof(CompareSender)),
        .appeared = g_array_new(FALSE, TRUE, sizeof(CompareSender)),
    };
    compare_totals(&domain, now, before);
    compare_failures(&domain, now, before);
    compare_senders(&domain, now, before, (gint64)comparison->until - comparison->since + 1);
    g_array_append_val(comparison->domains, domain);
}

Comparison *
compare_make(const Summary *now, const Summary *before)
{
    Comparison *comparison = g_new0(Comparison, 1);
    comparison->since = before->since;
    comparison->until = before->until;
    comparison->domains = g_array_new(FALSE, TRUE, sizeof(CompareDomain));
    guint i = 0, j = 0; /* both lists are sorted by name */
    while (i < now->domains->len || j < before->domains->len) {
        const SummaryDomain *left =
            i < now->domains->len ? &g_array_index(now->domains, SummaryDomain, i) : NULL;
        const SummaryDomain *right =
            j < before->domains->len ? &g_array_index(before->domains, SummaryDomain, j) : NULL;
        int order = left == NULL ? 1 : right == NULL ? -1 : strcmp(left->domain, right->domain);
        const SummaryDomain *either = order <= 0 ? left : right;
        g_assert(either != NULL); /* one list at least is not at its end */
        add_domain(comparison, either->domain, order <= 0 ? left : NULL, order >= 0 ? right : NULL);
        i += order <= 0 ? 1 : 0;
        j += order >= 0 ? 1 : 0;
    }
    return comparison;
}

void
compare_free(Comparison *comparison)
{
    if (comparison == NULL)
        return;
    for (guint i = 0; i < comparison->domains->len; i++) {
        CompareDomain *domain = &g_array_index(comparison->domains, CompareDomain, i);
        g_array_unref(domain->totals);
        g_array_unref(domain->failures);
        g_array_unref(domain->silent);
        g_array_unref(domain->appeared);
    }
    g_array_unref(comparison->domains);
    g_free(comparison);
}

const CompareDomain *
compare_domain(const Comparison *comparison, const char *domain)
{
    for (guint i = 0; i < comparison->domains->len; i++) {
        const CompareDomain *each = &g_array_index(comparison->domains, CompareDomain, i);
        if (strcmp(each->domain, domain) == 0)
            return each;
    }
    return NULL;
}
