#include "report/explain.h"

#include <string.h>

#include "report/explain-internal.h"
#include "schema/limits.h"

static const char *const place_names[] = {
    [PLACE_MX] = "mx",     [PLACE_ALL_MX] = "all-mx",   [PLACE_SENDER] = "sender",
    [PLACE_PATH] = "path", [PLACE_POLICY] = "policy",   [PLACE_POLICY_HOST] = "policy-host",
    [PLACE_DNS] = "dns",   [PLACE_UNCLEAR] = "unclear",
};

static const char *const course_names[] = {
    [COURSE_ONE_DAY] = "one-day",
    [COURSE_BURST] = "burst",
    [COURSE_CONTINUOUS] = "continuous",
    [COURSE_SCATTERED] = "scattered",
};

const char *
problem_place_name(ProblemPlace place)
{
    return place_names[place];
}

const char *
problem_course_name(ProblemCourse course)
{
    return course_names[course];
}

/* ---- policies ------------------------------------------------------------------------------ */

static StsPolicy *
read_policy(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    return sts_policy_parse((const char *const *)lines, NULL);
}

gboolean
explain_policy_lacks(const StsPolicy *policy, const char *mx, const char *result_word)
{
    return policy != NULL && mx != NULL && policy->mx != NULL && policy->mx[0] != NULL &&
           result_type_from_word(result_word) == RESULT_VALIDATION_FAILURE &&
           !sts_policy_names(policy, mx);
}

gboolean
explain_mx_not_in_policy(const EvidenceFailure *failure)
{
    if (failure->policy == NULL)
        return FALSE;
    g_autoptr(StsPolicy) policy = read_policy(failure->policy);
    return explain_policy_lacks(policy, failure->mx, failure->result_word);
}

gboolean
explain_lacks_mx(Explain *explain, const EvidenceFailure *failure)
{
    const StsPolicy *policy = explain_policy(explain, failure->policy);
    return explain_policy_lacks(policy, failure->mx, failure->result_word);
}

static void
policy_free(gpointer data)
{
    sts_policy_free(data);
}

Explain *
explain_new(const Evidence *evidence, gint32 since)
{
    Explain *explain = g_new0(Explain, 1);
    explain->evidence = evidence;
    explain->since = since;
    explain->until = evidence->today - 1;
    explain->policies = g_hash_table_new_full(NULL, NULL, NULL, policy_free);
    return explain;
}

void
explain_free(Explain *explain)
{
    if (explain == NULL)
        return;
    g_hash_table_unref(explain->policies);
    g_free(explain);
}

const StsPolicy *
explain_policy(Explain *explain, const char *text)
{
    if (text == NULL)
        return NULL;
    StsPolicy *policy = g_hash_table_lookup(explain->policies, text);
    if (policy == NULL) {
        policy = read_policy(text);
        g_hash_table_insert(explain->policies, (gpointer)text, policy);
    }
    return policy;
}

/* ---- problems ------------------------------------------------------------------------------ */

static void
problem_free(gpointer data)
{
    Problem *problem = data;
    g_array_unref(problem->mxs);
    g_array_unref(problem->senders);
    g_array_unref(problem->reasons);
    g_array_unref(problem->networks);
    g_array_unref(problem->addresses);
    g_free(problem->title);
    g_free(problem->cause);
    g_free(problem->scope);
    g_free(problem->course);
    g_free(problem->likely);
    g_free(problem->fix);
    g_ptr_array_unref(problem->commands);
    g_hash_table_unref(problem->sender_names);
    g_string_chunk_free(problem->strings);
    g_free(problem);
}

static GArray *
shares_new(void)
{
    return g_array_new(FALSE, TRUE, sizeof(ProblemShare));
}

static Problem *
problem_new(const Explain *explain, const Cluster *cluster)
{
    Problem *problem = g_new0(Problem, 1);
    problem->strings = g_string_chunk_new(512);
    problem->sender_names = g_hash_table_new(g_str_hash, g_str_equal);
    problem->mxs = shares_new();
    problem->senders = shares_new();
    problem->reasons = shares_new();
    problem->networks = shares_new();
    problem->addresses = shares_new();
    problem->commands = g_ptr_array_new_with_free_func(g_free);
    problem->domain = g_string_chunk_insert(problem->strings, explain->evidence->domain);
    problem->policy_type = g_string_chunk_insert(problem->strings, cluster->first->type_word);
    problem->result_type = g_string_chunk_insert(
        problem->strings, cluster->n_summed > 0 ? "" : cluster->first->result_word);
    problem->effect = cluster->n_summed > 0 ? EFFECT_UNKNOWN : cluster->first->effect;
    problem->more = cluster->n_summed;
    problem->not_in_policy = cluster->not_in_policy;
    explain_count(cluster, problem);
    return problem;
}

static const int effect_ranks[] = {
    [EFFECT_BLOCKED] = 0, [EFFECT_WOULD_BLOCK] = 1, [EFFECT_POLICY_UNREADABLE] = 2,
    [EFFECT_DANE] = 3,    [EFFECT_NO_POLICY] = 4,   [EFFECT_UNKNOWN] = 5,
};

static gint64
sessions_of(const Cluster *cluster)
{
    gint64 sessions = 0;
    for (guint i = 0; i < cluster->rows->len; i++)
        sessions = sessions_plus(
            sessions, ((const EvidenceFailure *)g_ptr_array_index(cluster->rows, i))->sessions);
    return sessions;
}

static int
by_effect_and_sessions(gconstpointer left, gconstpointer right)
{
    const Cluster *a = *(const Cluster *const *)left, *b = *(const Cluster *const *)right;
    if (a->first->effect != b->first->effect)
        return effect_ranks[a->first->effect] - effect_ranks[b->first->effect];
    gint64 more = sessions_of(a), less = sessions_of(b);
    return more == less ? 0 : more > less ? -1 : 1;
}

/* Result types are foreign words: one report may bring 65,536 of them. The last cluster then stands
 * for all that are too many, so that no session is left out. */
static void
sum_up_rest(GPtrArray *clusters)
{
    if (clusters->len <= LIMIT_EXPLAIN_PROBLEMS)
        return;
    g_ptr_array_sort(clusters, by_effect_and_sessions);
    Cluster *rest = g_ptr_array_index(clusters, LIMIT_EXPLAIN_PROBLEMS - 1);
    rest->n_summed = clusters->len - LIMIT_EXPLAIN_PROBLEMS + 1;
    rest->not_in_policy = FALSE;
    for (guint i = LIMIT_EXPLAIN_PROBLEMS; i < clusters->len; i++) {
        const Cluster *cluster = g_ptr_array_index(clusters, i);
        g_ptr_array_extend(rest->rows, cluster->rows, NULL, NULL);
    }
    g_ptr_array_set_size(clusters, LIMIT_EXPLAIN_PROBLEMS);
}

static int
by_weight(gconstpointer left, gconstpointer right)
{
    const Problem *a = *(const Problem *const *)left, *b = *(const Problem *const *)right;
    if (a->effect != b->effect)
        return effect_ranks[a->effect] - effect_ranks[b->effect];
    if (a->rare != b->rare)
        return a->rare ? 1 : -1;
    if (a->ended != b->ended)
        return a->ended ? 1 : -1;
    if (a->sessions != b->sessions)
        return a->sessions > b->sessions ? -1 : 1;
    if (a->last_day != b->last_day)
        return a->last_day > b->last_day ? -1 : 1;
    return strcmp(a->title, b->title);
}

/* NAME is QUERY, or has " (via ...)" behind it: as the store matches senders. */
gboolean
explain_is_sender(const char *name, const char *query)
{
    const char *rest = g_str_has_prefix(name, query) ? name + strlen(query) : NULL;
    return rest != NULL && (*rest == '\0' || g_str_has_prefix(rest, " (via "));
}

static gboolean
is_asked_for(const Cluster *cluster, const StoreQuery *query)
{
    for (guint i = 0; i < cluster->rows->len; i++) {
        const EvidenceFailure *row = g_ptr_array_index(cluster->rows, i);
        if ((query->policy_type < 0 || query->policy_type == (int)row->type) &&
            (query->sender == NULL || explain_is_sender(row->sender, query->sender)) &&
            (query->mx == NULL || g_strcmp0(row->mx, query->mx) == 0) &&
            (query->result_word == NULL || strcmp(row->result_word, query->result_word) == 0))
            return TRUE;
    }
    return FALSE;
}

static void
drop_unasked(GPtrArray *clusters, const StoreQuery *query)
{
    for (guint i = clusters->len; i > 0; i--) {
        if (!is_asked_for(g_ptr_array_index(clusters, i - 1), query))
            g_ptr_array_remove_index_fast(clusters, i - 1);
    }
}

GPtrArray *
explain_weigh(Explain *explain, Store *store, const ExplainOptions *options, GError **error)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(problem_free);
    g_autoptr(GPtrArray) clusters = explain_clusters(explain);
    drop_unasked(clusters, options->query);
    sum_up_rest(clusters);
    for (guint i = 0; i < clusters->len; i++)
        g_ptr_array_add(problems, problem_new(explain, g_ptr_array_index(clusters, i)));
    if (options->addresses && !explain_networks(store, problems, options, error))
        return NULL;
    for (guint i = 0; i < clusters->len; i++) {
        const Cluster *cluster = g_ptr_array_index(clusters, i);
        Problem *problem = g_ptr_array_index(problems, i);
        explain_course(explain, problem);
        explain_scope(explain, problem);
        explain_advice(explain, cluster, problem);
        explain_commands(problem);
    }
    g_ptr_array_sort(problems, by_weight);
    explain_related(problems);
    return g_steal_pointer(&problems);
}

guint
explain_history(const Summary *summary)
{
    return (guint)(summary->until - summary->since) + 1;
}

Evidence *
explain_evidence(Store *store, const Summary *summary, const SummaryDomain *domain, GError **error)
{
    return evidence_read(store, domain->domain, summary->until + 1, explain_history(summary),
                         error);
}

GPtrArray *
explain_problems(Store *store, const Evidence *evidence, const Summary *summary,
                 const SummaryDomain *domain, const ExplainOptions *options, GError **error)
{
    if (domain->failures->len == 0)
        return g_ptr_array_new_with_free_func(problem_free);
    g_autoptr(Explain) explain = explain_new(evidence, summary->since);
    return explain_weigh(explain, store, options, error);
}
