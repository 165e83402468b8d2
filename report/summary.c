#include "report/summary.h"

#include <string.h>

#include "report/loops.h"
#include "schema/effect.h"

/* What is being gathered: one domain after the other. */
typedef struct {
    Summary *summary;
    SummaryDomain *domain; /* the present one, NULL before its first row */
    SummarySender *sender; /* the present group of totals, NULL before the first */
    GArray *days;          /* of LoopDay: its days */
    StoreFailure
        failure; /* the row before; rows come in runs, and equal pointers are equal texts */
} Gather;

gint64
sessions_plus(gint64 a, gint64 b)
{
    gint64 sum;
    if (__builtin_add_overflow(a, b, &sum))
        return a < 0 ? G_MININT64 : G_MAXINT64;
    return sum;
}

static SummaryDomain *
insert_domain(Summary *summary, guint at, const char *name)
{
    SummaryDomain fresh = {
        .domain = g_string_chunk_insert_const(summary->strings, name),
        .totals = g_array_new(FALSE, TRUE, sizeof(SummaryTotal)),
        .senders = g_array_new(FALSE, TRUE, sizeof(SummarySender)),
        .failures = g_array_new(FALSE, TRUE, sizeof(SummaryFailure)),
    };
    g_array_insert_val(summary->domains, at, fresh);
    return &g_array_index(summary->domains, SummaryDomain, at);
}

/* The domain of a row. */
static SummaryDomain *
domain_of(Gather *gather, const char *name)
{
    if (gather->domain == NULL)
        gather->domain = insert_domain(gather->summary, gather->summary->domains->len, name);
    return gather->domain;
}

static void
add_to_totals(Summary *summary, SummaryDomain *domain, const StoreTotal *row)
{
    SummaryTotal *total = NULL;
    for (guint i = 0; i < domain->totals->len && total == NULL; i++) {
        SummaryTotal *each = &g_array_index(domain->totals, SummaryTotal, i);
        if (strcmp(each->policy_type, row->policy_type) == 0)
            total = each;
    }
    if (total == NULL) {
        SummaryTotal fresh = {.policy_type =
                                  g_string_chunk_insert_const(summary->strings, row->policy_type)};
        g_array_append_val(domain->totals, fresh);
        total = &g_array_index(domain->totals, SummaryTotal, domain->totals->len - 1);
    }
    total->reports = sessions_plus(total->reports, row->reports);
    total->successful = sessions_plus(total->successful, row->successful);
    total->failed = sessions_plus(total->failed, row->failed);
    total->unattributed = sessions_plus(total->unattributed, row->failed - row->detailed);
    total->reports_by_trust[row->trust] += row->reports;
}

/* The group of totals that has been read is complete. */
static void
end_sender(Gather *gather)
{
    if (gather->sender != NULL)
        loops_count(gather->days, &gather->sender->days, &gather->sender->loop_days);
    g_array_set_size(gather->days, 0);
    gather->sender = NULL;
}

/* Rows are sorted by domain, sender and policy type, so a group is the present one or a new one. */
static SummarySender *
sender_for(Gather *gather, SummaryDomain *domain, const StoreTotal *row)
{
    SummarySender *last = domain->senders->len == 0 ? NULL
                                                    : &g_array_index(domain->senders, SummarySender,
                                                                     domain->senders->len - 1);
    if (last != NULL && strcmp(last->sender, row->sender) == 0 &&
        strcmp(last->policy_type, row->policy_type) == 0)
        return last;
    end_sender(gather);
    SummarySender fresh = {
        .sender = g_string_chunk_insert_const(gather->summary->strings, row->sender),
        .policy_type = g_string_chunk_insert_const(gather->summary->strings, row->policy_type),
        .newest_day = row->day,
    };
    g_array_append_val(domain->senders, fresh);
    gather->sender = &g_array_index(domain->senders, SummarySender, domain->senders->len - 1);
    return gather->sender;
}

static gboolean
gather_total(gpointer data, const StoreTotal *row)
{
    Gather *gather = data;
    Summary *summary = gather->summary;
    SummaryDomain *domain = domain_of(gather, row->domain);
    add_to_totals(summary, domain, row);

    SummarySender *sender = sender_for(gather, domain, row);
    sender->reports = sessions_plus(sender->reports, row->reports);
    sender->successful = sessions_plus(sender->successful, row->successful);
    sender->failed = sessions_plus(sender->failed, row->failed);
    sender->newest_day = MAX(sender->newest_day, row->day);
    LoopDay day = {row->day, row->successful, row->failed, row->trust != TRUST_UNAUTHENTICATED,
                   FALSE};
    g_array_append_val(gather->days, day);
    return TRUE;
}

static gboolean
same_group(const SummaryFailure *group, const StoreFailure *row, const char *mode)
{
    return strcmp(group->sender, row->sender) == 0 && g_strcmp0(group->mx, row->mx) == 0 &&
           strcmp(group->policy_type, row->policy_type) == 0 &&
           strcmp(group->result_type, row->result_word) == 0 &&
           g_strcmp0(group->reason, row->reason) == 0 && g_strcmp0(group->mode, mode) == 0;
}

/* In the group of the row before, told without a look at the texts. */
static gboolean
goes_on(const StoreFailure *last, const StoreFailure *row)
{
    return last->domain == row->domain && last->sender == row->sender && last->mx == row->mx &&
           last->policy_type == row->policy_type && last->result_word == row->result_word &&
           last->reason == row->reason && last->mode == row->mode;
}

static const char *
keep(Summary *summary, const char *text)
{
    return text == NULL ? NULL : g_string_chunk_insert_const(summary->strings, text);
}

static gboolean
gather_failure(gpointer data, const StoreFailure *row)
{
    Gather *gather = data;
    Summary *summary = gather->summary;
    SummaryDomain *domain = domain_of(gather, row->domain);
    const char *mode = sts_mode_name(row->mode);
    SummaryFailure *group =
        domain->failures->len == 0
            ? NULL
            : &g_array_index(domain->failures, SummaryFailure, domain->failures->len - 1);
    if (group == NULL || (!goes_on(&gather->failure, row) && !same_group(group, row, mode))) {
        SummaryFailure fresh = {
            .sender = keep(summary, row->sender),
            .mx = keep(summary, row->mx),
            .policy_type = keep(summary, row->policy_type),
            .mode = mode,
            .result_type = keep(summary, row->result_word),
            .reason = keep(summary, row->reason),
            .effect = effect_of(policy_type_from_word(row->policy_type), row->mode,
                                result_type_from_word(row->result_word)),
            .first_day = row->day,
            .last_day = row->day,
        };
        g_array_append_val(domain->failures, fresh);
        group = &g_array_index(domain->failures, SummaryFailure, domain->failures->len - 1);
    }
    group->sessions = sessions_plus(group->sessions, row->sessions);
    group->first_day = MIN(group->first_day, row->day);
    group->last_day = MAX(group->last_day, row->day);
    gather->failure = *row;
    return TRUE;
}

static int
compare_counts(gint64 a, gint64 b)
{
    return a == b ? 0 : a > b ? -1 : 1; /* larger first */
}

static int
by_policy_type(gconstpointer a, gconstpointer b)
{
    const SummaryTotal *left = a, *right = b;
    PolicyType left_type = policy_type_from_word(left->policy_type);
    PolicyType right_type = policy_type_from_word(right->policy_type);
    if (left_type != right_type)
        return left_type < right_type ? -1 : 1;
    return strcmp(left->policy_type, right->policy_type);
}

static int
by_failed_sessions(gconstpointer a, gconstpointer b)
{
    const SummarySender *left = a, *right = b;
    int order = compare_counts(left->failed, right->failed);
    if (order == 0)
        order = compare_counts(left->successful, right->successful);
    if (order == 0)
        order = strcmp(left->sender, right->sender);
    return order != 0 ? order : strcmp(left->policy_type, right->policy_type);
}

static int
by_sessions(gconstpointer a, gconstpointer b)
{
    const SummaryFailure *left = a, *right = b;
    int order = compare_counts(left->sessions, right->sessions);
    if (order == 0)
        order = strcmp(left->sender, right->sender);
    if (order == 0)
        order = g_strcmp0(left->mx, right->mx);
    if (order == 0)
        order = strcmp(left->policy_type, right->policy_type);
    if (order == 0)
        order = strcmp(left->result_type, right->result_type);
    if (order == 0)
        order = g_strcmp0(left->reason, right->reason);
    return order != 0 ? order : g_strcmp0(left->mode, right->mode);
}

static gboolean
gather_end(gpointer data, G_GNUC_UNUSED const char *domain)
{
    Gather *gather = data;
    end_sender(gather);
    gather->domain = NULL;
    gather->failure = (StoreFailure){0}; /* pointers of another domain may be of another block */
    return TRUE;
}

static void
domain_clear(SummaryDomain *domain)
{
    g_array_unref(domain->totals);
    g_array_unref(domain->senders);
    g_array_unref(domain->failures);
}

static gboolean
has_failures(const SummaryDomain *domain)
{
    gboolean any = domain->failures->len > 0;
    for (guint i = 0; i < domain->totals->len && !any; i++)
        any = g_array_index(domain->totals, SummaryTotal, i).failed > 0;
    return any;
}

/* Leaves only those domains of which KEEP says so, in one go. */
static void
filter_domains(Summary *summary,
               gboolean (*keep_it)(const SummaryDomain *domain, gconstpointer data),
               gconstpointer data)
{
    guint kept = 0;
    for (guint i = 0; i < summary->domains->len; i++) {
        SummaryDomain *domain = &g_array_index(summary->domains, SummaryDomain, i);
        if (keep_it(domain, data))
            g_array_index(summary->domains, SummaryDomain, kept++) = *domain;
        else
            domain_clear(domain);
    }
    g_array_set_size(summary->domains, kept);
}

static gboolean
keep_failing(const SummaryDomain *domain, G_GNUC_UNUSED gconstpointer data)
{
    if (!has_failures(domain))
        return FALSE;
    for (guint i = domain->senders->len; i > 0; i--) {
        if (g_array_index(domain->senders, SummarySender, i - 1).failed == 0)
            g_array_remove_index(domain->senders, i - 1);
    }
    return TRUE;
}

void
summary_only_failures(Summary *summary)
{
    filter_domains(summary, keep_failing, NULL);
}

static gboolean
keep_named(const SummaryDomain *domain, gconstpointer names)
{
    return g_strv_contains(names, domain->domain);
}

void
summary_keep(Summary *summary, const char *const *domains)
{
    filter_domains(summary, keep_named, domains);
}

static int
by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(((const SummaryDomain *)a)->domain, ((const SummaryDomain *)b)->domain);
}

void
summary_add_domain(Summary *summary, const char *domain)
{
    SummaryDomain wanted = {.domain = domain};
    guint low = 0, high = summary->domains->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        int order = by_name(&g_array_index(summary->domains, SummaryDomain, middle), &wanted);
        if (order == 0)
            return;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    (void)insert_domain(summary, low, domain);
}

/* Puts everything in its final order. */
static void
finish(Summary *summary)
{
    g_array_sort(summary->domains, by_name);
    for (guint i = 0; i < summary->domains->len; i++) {
        SummaryDomain *domain = &g_array_index(summary->domains, SummaryDomain, i);
        g_array_sort(domain->totals, by_policy_type);
        g_array_sort(domain->senders, by_failed_sessions);
        g_array_sort(domain->failures, by_sessions);
    }
}

static gboolean
read_period(Store *store, Summary *summary, const StoreQuery *query, GError **error)
{
    if (!store_period(store, &summary->stored, &summary->stored_since, &summary->stored_until,
                      error))
        return FALSE;
    gboolean stored = summary->stored;
    gboolean since_given = query->since_day != G_MININT32;
    gboolean until_given = query->until_day != G_MAXINT32;
    summary->any = stored || since_given || until_given;
    summary->since = since_given ? query->since_day
                     : stored    ? summary->stored_since
                                 : query->until_day;
    summary->until = until_given ? query->until_day
                     : stored    ? summary->stored_until
                                 : query->since_day;
    summary->until = MAX(summary->since, summary->until);
    return TRUE;
}

static gboolean
read_rows(Store *store, const SummaryRequest *request, Gather *gather, GError **error)
{
    static const StoreWalk all = {gather_total, gather_failure, gather_end};
    static const StoreWalk totals = {gather_total, NULL, gather_end};
    return store_walk_domains(store, &request->query, request->only_totals ? &totals : &all, gather,
                              error);
}

Summary *
summary_make(Store *store, const SummaryRequest *request, GError **error)
{
    g_autoptr(Summary) summary = g_new0(Summary, 1);
    summary->domains = g_array_new(FALSE, TRUE, sizeof(SummaryDomain));
    summary->strings = g_string_chunk_new(4096);
    summary->filtered = request->query.mx != NULL || request->query.result_word != NULL;
    g_autoptr(GArray) days = g_array_new(FALSE, FALSE, sizeof(LoopDay));
    Gather gather = {.summary = summary, .days = days};

    if (!store_begin_read(store, error))
        return NULL;
    StoreCounts counts;
    gboolean ok = read_period(store, summary, &request->query, error) &&
                  read_rows(store, request, &gather, error) && store_counts(store, &counts, error);
    store_end_read(store);
    if (!ok)
        return NULL;
    summary->quarantined = counts.quarantined;
    finish(summary);
    if (request->only_failures)
        summary_only_failures(summary);
    return g_steal_pointer(&summary);
}

void
summary_free(Summary *summary)
{
    if (summary == NULL)
        return;
    for (guint i = 0; i < summary->domains->len; i++)
        domain_clear(&g_array_index(summary->domains, SummaryDomain, i));
    g_array_unref(summary->domains);
    g_string_chunk_free(summary->strings);
    g_free(summary);
}
