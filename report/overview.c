#include "report/overview.h"

#include <string.h>

#include "report/summary.h"

#define NEW_DAYS   7
#define ENDED_DAYS 3

/* ---- which domains ------------------------------------------------------------------------- */

static gboolean
collect_domain(gpointer data, const char *domain)
{
    g_ptr_array_add(data, g_strdup(domain));
    return TRUE;
}

static int
by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
add_without_reports(GPtrArray *domains, GHashTable *accept)
{
    g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
    GHashTableIter iterator;
    gpointer domain;
    for (guint i = 0; i < domains->len; i++)
        g_hash_table_add(known, g_ptr_array_index(domains, i));
    g_hash_table_iter_init(&iterator, accept);
    while (g_hash_table_iter_next(&iterator, &domain, NULL)) {
        if (!g_hash_table_contains(known, domain))
            g_ptr_array_add(domains, g_strdup(domain));
    }
}

GPtrArray *
overview_domains(Store *store, GHashTable *accept, const char *const *visible, GError **error)
{
    g_autoptr(GPtrArray) domains = g_ptr_array_new_with_free_func(g_free);
    if (visible != NULL) { /* shown whether there are reports or not */
        for (const char *const *domain = visible; *domain != NULL; domain++)
            g_ptr_array_add(domains, g_strdup(*domain));
    } else if (!store_each_domain(store, collect_domain, domains, error)) {
        return NULL;
    } else if (accept != NULL) {
        add_without_reports(domains, accept);
    }
    g_ptr_array_sort(domains, by_text);
    return g_steal_pointer(&domains);
}

/* ---- what fails ---------------------------------------------------------------------------- */

/* How grave an effect is; less is worse. */
static int
rank_of(Effect effect)
{
    static const int ranks[] = {
        [EFFECT_BLOCKED] = 0, [EFFECT_WOULD_BLOCK] = 1, [EFFECT_POLICY_UNREADABLE] = 2,
        [EFFECT_DANE] = 3,    [EFFECT_UNKNOWN] = 4,     [EFFECT_NO_POLICY] = 5,
    };
    return ranks[effect];
}

static int
by_gravity(gconstpointer a, gconstpointer b)
{
    const OverviewFailure *x = a, *y = b;
    if (x->ended != y->ended)
        return x->ended ? 1 : -1;
    if (rank_of(x->effect) != rank_of(y->effect))
        return rank_of(x->effect) - rank_of(y->effect);
    if (x->sessions != y->sessions)
        return x->sessions < y->sessions ? 1 : -1;
    int order = strcmp(x->result_type, y->result_type);
    return order != 0 ? order : g_strcmp0(x->mx, y->mx);
}

static void
failure_clear(gpointer data)
{
    OverviewFailure *failure = data;
    g_free(failure->mx);
    g_free(failure->result_type);
}

static OverviewFailure *
failure_for(GArray *failures, GHashTable *places, const EvidenceFailure *row)
{
    char *key = g_strdup_printf("%d %d %s %s", (int)row->type, (int)row->effect, row->result_word,
                                row->mx != NULL ? row->mx : "");
    gpointer place = g_hash_table_lookup(places, key);
    if (place != NULL) {
        g_free(key);
        return &g_array_index(failures, OverviewFailure, GPOINTER_TO_UINT(place) - 1);
    }
    OverviewFailure fresh = {
        .mx = g_strdup(row->mx),
        .result_type = g_strdup(row->result_word),
        .type = row->type,
        .effect = row->effect,
        .first_day = row->day,
        .last_day = row->day,
    };
    g_array_append_val(failures, fresh);
    g_hash_table_insert(places, key, GUINT_TO_POINTER(failures->len));
    return &g_array_index(failures, OverviewFailure, failures->len - 1);
}

/* The last of the days that the domain has reports of, less ENDED_DAYS of them. */
static gint32
quiet_since(const Evidence *evidence, gint32 since)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    gint32 day = evidence->today;
    for (guint i = 0; i < evidence->totals->len; i++)
        g_hash_table_add(seen,
                         GINT_TO_POINTER(g_array_index(evidence->totals, EvidenceTotal, i).day));
    for (guint left = ENDED_DAYS; left > 0 && day > since;) {
        day--;
        left -= g_hash_table_contains(seen, GINT_TO_POINTER(day)) ? 1 : 0;
    }
    return day;
}

static void
gather_failures(const Evidence *evidence, OverviewDomain *domain)
{
    g_autoptr(GHashTable) places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) senders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GArray) all = g_array_new(FALSE, TRUE, sizeof(OverviewFailure));
    for (guint i = 0; i < evidence->failures->len; i++) {
        const EvidenceFailure *row = &g_array_index(evidence->failures, EvidenceFailure, i);
        OverviewFailure *failure = failure_for(all, places, row);
        failure->first_day = MIN(failure->first_day, row->day);
        failure->last_day = MAX(failure->last_day, row->day);
        if (row->day < domain->since)
            continue;
        failure->sessions = sessions_plus(failure->sessions, row->sessions);
        if (g_hash_table_add(senders,
                             g_strdup_printf("%s %s %d %d %p", row->result_word,
                                             row->mx != NULL ? row->mx : "", (int)row->type,
                                             (int)row->effect, (gconstpointer)row->sender)))
            failure->senders++;
    }
    gint32 quiet = quiet_since(evidence, domain->since);
    for (guint i = 0; i < all->len; i++) {
        OverviewFailure *failure = &g_array_index(all, OverviewFailure, i);
        failure->is_new = failure->first_day >= evidence->today - NEW_DAYS;
        failure->ended = failure->last_day < quiet;
        if (failure->last_day >= domain->since)
            g_array_append_val(domain->failures, *failure);
        else
            failure_clear(failure);
    }
    g_array_sort(domain->failures, by_gravity);
}

gboolean
overview_is_new(const Evidence *evidence, const Problem *problem)
{
    PolicyType type = policy_type_from_word(problem->policy_type);
    for (guint i = 0; i < evidence->failures->len; i++) {
        const EvidenceFailure *row = &g_array_index(evidence->failures, EvidenceFailure, i);
        if (row->day >= evidence->today - NEW_DAYS || row->type != type ||
            strcmp(row->result_word, problem->result_type) != 0)
            continue;
        for (guint j = 0; j < problem->mxs->len; j++) {
            if (g_strcmp0(row->mx, g_array_index(problem->mxs, ProblemShare, j).name) == 0)
                return FALSE;
        }
    }
    return problem->last_day >= evidence->today - NEW_DAYS;
}

/* ---- one domain ---------------------------------------------------------------------------- */

/* The gate that stands in the way most: the first of the worst. */
static const Gate *
deciding_gate(const Readiness *readiness)
{
    const Gate *worst = NULL;
    for (guint i = 0; i < readiness->gates->len; i++) {
        const Gate *gate = g_ptr_array_index(readiness->gates, i);
        if (gate->state != GATE_PASS && (worst == NULL || gate->state > worst->state))
            worst = gate;
    }
    return worst;
}

static OverviewDomain *
weigh(const Evidence *evidence, const ReadinessRules *rules)
{
    g_autoptr(Readiness) readiness = readiness_weigh(evidence, rules);
    const Gate *gate = deciding_gate(readiness);
    OverviewDomain *domain = g_new0(OverviewDomain, 1);
    g_atomic_ref_count_init(&domain->references);
    domain->domain = g_strdup(evidence->domain);
    domain->stage = stage_of(evidence, rules, readiness, &domain->stage_days);
    domain->verdict = readiness->verdict;
    domain->since = readiness->since;
    domain->until = readiness->until;
    domain->sessions = readiness->sessions;
    domain->blocking = readiness->blocking;
    domain->why = gate != NULL ? g_strdup(gate->why) : NULL;
    domain->newest_day = G_MININT32;
    for (guint i = 0; i < evidence->totals->len; i++)
        domain->newest_day =
            MAX(domain->newest_day, g_array_index(evidence->totals, EvidenceTotal, i).day);
    domain->failures = g_array_new(FALSE, TRUE, sizeof(OverviewFailure));
    g_array_set_clear_func(domain->failures, failure_clear);
    gather_failures(evidence, domain);
    return domain;
}

static guint
history_of(const ReadinessRules *rules)
{
    return READINESS_HISTORY_DAYS + rules->days;
}

OverviewDomain *
overview_domain_ref(OverviewDomain *domain)
{
    g_atomic_ref_count_inc(&domain->references);
    return domain;
}

void
overview_domain_free(OverviewDomain *domain)
{
    if (domain == NULL || !g_atomic_ref_count_dec(&domain->references))
        return;
    g_free(domain->domain);
    g_free(domain->why);
    g_array_unref(domain->failures);
    g_free(domain);
}

/* ---- several ------------------------------------------------------------------------------- */

typedef struct {
    const ReadinessRules *rules;
    GHashTable *places; /* name -> its place in domains */
    GPtrArray *domains; /* of OverviewDomain; NULL where nothing was told of it yet */
} Several;

static gboolean
take_evidence(gpointer data, const Evidence *evidence, G_GNUC_UNUSED GError **error)
{
    Several *several = data;
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(several->places, evidence->domain));
    g_ptr_array_index(several->domains, place) = weigh(evidence, several->rules);
    return TRUE;
}

GPtrArray *
overview_several(Store *store, const GPtrArray *names, gboolean are_most, gint32 today,
                 const ReadinessRules *rules, GError **error)
{
    g_autoptr(GPtrArray) domains =
        g_ptr_array_new_with_free_func((GDestroyNotify)(void (*)(void))overview_domain_free);
    g_autoptr(GHashTable) places = g_hash_table_new(g_str_hash, g_str_equal);
    Several several = {rules, places, domains};
    g_ptr_array_set_size(domains, (gint)names->len);
    for (guint i = 0; i < names->len; i++)
        g_hash_table_insert(places, g_ptr_array_index(names, i), GUINT_TO_POINTER(i));
    if (!evidence_several(store, names, are_most ? names->len : G_MAXUINT, today, history_of(rules),
                          take_evidence, &several, error))
        return NULL;
    return g_steal_pointer(&domains);
}
