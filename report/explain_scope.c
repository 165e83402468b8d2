/* explain_scope.c: who and what is concerned, and what that points to. */
#include <string.h>

#include "report/explain-internal.h"
#include "schema/finding.h"

#define NAME_BYTES 200

/* ---- counting ------------------------------------------------------------------------------ */

void
explain_share(Problem *problem, GArray *shares, const char *name, gint64 sessions)
{
    for (guint i = 0; i < shares->len; i++) {
        ProblemShare *share = &g_array_index(shares, ProblemShare, i);
        if (g_strcmp0(share->name, name) == 0) {
            share->sessions = sessions_plus(share->sessions, sessions);
            return;
        }
    }
    ProblemShare fresh = {name == NULL ? NULL : g_string_chunk_insert_const(problem->strings, name),
                          sessions};
    g_array_append_val(shares, fresh);
}

static int
by_sessions(gconstpointer left, gconstpointer right)
{
    const ProblemShare *a = left, *b = right;
    if (a->sessions != b->sessions)
        return a->sessions > b->sessions ? -1 : 1;
    return g_strcmp0(a->name, b->name);
}

void
explain_sort_shares(GArray *shares)
{
    g_array_sort(shares, by_sessions);
}

/* The sums by each name of a column. */
static void
count_shares(const Cluster *cluster, Problem *problem, GArray *shares,
             const char *(*column)(const EvidenceFailure *), gboolean with_none)
{
    g_autoptr(GHashTable) sums = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    for (guint i = 0; i < cluster->rows->len; i++) {
        const EvidenceFailure *row = g_ptr_array_index(cluster->rows, i);
        const char *name = column(row);
        if (name == NULL && !with_none)
            continue;
        gint64 *sum = g_hash_table_lookup(sums, name);
        if (sum == NULL) {
            sum = g_new0(gint64, 1);
            g_hash_table_insert(sums, (gpointer)name, sum);
        }
        *sum = sessions_plus(*sum, row->sessions);
    }
    GHashTableIter iterator;
    gpointer name, sum;
    g_hash_table_iter_init(&iterator, sums);
    while (g_hash_table_iter_next(&iterator, &name, &sum)) {
        ProblemShare share = {name == NULL ? NULL
                                           : g_string_chunk_insert_const(problem->strings, name),
                              *(gint64 *)sum};
        g_array_append_val(shares, share);
    }
    explain_sort_shares(shares);
}

static const char *
sender_of(const EvidenceFailure *row)
{
    return row->sender;
}

static const char *
mx_of(const EvidenceFailure *row)
{
    return row->mx;
}

static const char *
reason_of(const EvidenceFailure *row)
{
    return row->reason;
}

void
explain_count(const Cluster *cluster, Problem *problem)
{
    g_autoptr(GHashTable) days = g_hash_table_new(NULL, NULL);
    problem->first_day = G_MAXINT32;
    problem->last_day = G_MININT32;
    for (guint i = 0; i < cluster->rows->len; i++) {
        const EvidenceFailure *row = g_ptr_array_index(cluster->rows, i);
        problem->sessions = sessions_plus(problem->sessions, row->sessions);
        problem->first_day = MIN(problem->first_day, row->day);
        problem->last_day = MAX(problem->last_day, row->day);
        g_hash_table_add(days, GINT_TO_POINTER(row->day));
    }
    problem->days = g_hash_table_size(days);
    count_shares(cluster, problem, problem->senders, sender_of, TRUE);
    for (guint i = 0; i < problem->senders->len; i++)
        g_hash_table_add(problem->sender_names,
                         (gpointer)g_array_index(problem->senders, ProblemShare, i).name);
    count_shares(cluster, problem, problem->mxs, mx_of, TRUE);
    count_shares(cluster, problem, problem->reasons, reason_of, FALSE);
}

gboolean
explain_concerns(const Problem *problem, const char *sender)
{
    return g_hash_table_contains(problem->sender_names, sender);
}

/* ---- around the problem -------------------------------------------------------------------- */

static gboolean
is_within(const Problem *problem, gint32 day)
{
    return day >= problem->first_day && day <= problem->last_day;
}

static void
count_senders(const Explain *explain, const Problem *problem, Setting *setting)
{
    g_autoptr(GHashTable) senders = g_hash_table_new(NULL, NULL);
    const GArray *totals = explain->evidence->totals;
    for (guint i = 0; i < totals->len; i++) {
        const EvidenceTotal *row = &g_array_index(totals, EvidenceTotal, i);
        gint64 sessions = sessions_plus(row->successful, row->failed);
        if (!is_within(problem, row->day) || sessions == 0 ||
            strcmp(row->type_word, problem->policy_type) != 0)
            continue;
        g_hash_table_add(senders, (gpointer)row->sender);
        if (explain_concerns(problem, row->sender))
            setting->own = sessions_plus(setting->own, sessions);
        else
            setting->others = sessions_plus(setting->others, sessions);
    }
    setting->senders = MAX(g_hash_table_size(senders), problem->senders->len);
}

static void
count_mx(Explain *explain, const Problem *problem, Setting *setting)
{
    g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < problem->mxs->len; i++) {
        const char *name = g_array_index(problem->mxs, ProblemShare, i).name;
        if (name == NULL)
            setting->nameless = TRUE;
        else
            g_hash_table_add(known, (gpointer)name);
    }
    setting->named_mx = g_hash_table_size(known);
    const GArray *failures = explain->evidence->failures;
    for (guint i = 0; i < failures->len; i++) {
        const EvidenceFailure *row = &g_array_index(failures, EvidenceFailure, i);
        if (row->mx != NULL && is_within(problem, row->day))
            g_hash_table_add(known, (gpointer)row->mx);
    }
    const GArray *totals = explain->evidence->totals;
    for (guint i = 0; i < totals->len; i++) {
        const EvidenceTotal *row = &g_array_index(totals, EvidenceTotal, i);
        const StsPolicy *policy = row->type == POLICY_TYPE_STS && is_within(problem, row->day)
                                      ? explain_policy(explain, row->policy)
                                      : NULL;
        for (char **mx = policy == NULL ? NULL : policy->mx; mx != NULL && *mx != NULL; mx++) {
            if (!g_str_has_prefix(*mx, "*."))
                g_hash_table_add(known, *mx);
        }
    }
    setting->known_mx = g_hash_table_size(known);
}

char *
explain_mx_printable(const Problem *problem)
{
    const char *mx = NULL;
    guint named = 0;
    for (guint i = 0; i < problem->mxs->len; i++) {
        const char *name = g_array_index(problem->mxs, ProblemShare, i).name;
        named += name != NULL ? 1 : 0;
        mx = name != NULL ? name : mx;
    }
    return named == 1 ? text_printable(mx, -1, NAME_BYTES) : g_strdup("the MX");
}

/* ---- the sentence -------------------------------------------------------------------------- */

static char *
printable(const char *name)
{
    return text_printable(name, -1, NAME_BYTES);
}

static void
tell_senders(const Problem *problem, const Setting *setting, GString *out)
{
    guint n = problem->senders->len;
    if (n == 1) {
        g_autofree char *name = printable(g_array_index(problem->senders, ProblemShare, 0).name);
        if (setting->senders == 1)
            g_string_append_printf(out, "%s, the only sender", name);
        else
            g_string_append_printf(out, "Only %s, one of %u senders", name, setting->senders);
    } else if (n == setting->senders && n == 2) {
        g_string_append(out, "Both senders");
    } else if (n == setting->senders) {
        g_string_append_printf(out, "All %u senders", n);
    } else {
        g_string_append_printf(out, "%u of %u senders", n, setting->senders);
    }
}

static void
tell_mx(const Problem *problem, const Setting *setting, GString *out)
{
    if (setting->named_mx == 0) {
        g_string_append(out, ", without naming an MX");
        return;
    }
    if (setting->named_mx == 1) {
        guint i = g_array_index(problem->mxs, ProblemShare, 0).name == NULL ? 1 : 0;
        g_autofree char *name = printable(g_array_index(problem->mxs, ProblemShare, i).name);
        g_string_append_printf(out, ", at %s", name);
        if (setting->known_mx > 1)
            g_string_append_printf(out, ", one of %u MX hosts", setting->known_mx);
    } else if (setting->named_mx == setting->known_mx && setting->named_mx == 2) {
        g_string_append(out, ", at both MX hosts");
    } else if (setting->named_mx == setting->known_mx) {
        g_string_append_printf(out, ", at all %u MX hosts", setting->named_mx);
    } else {
        g_string_append_printf(out, ", at %u of %u MX hosts", setting->named_mx, setting->known_mx);
    }
    if (setting->nameless)
        g_string_append(out, " (some failures name none)");
}

static void
tell_networks(const Problem *problem, GString *out)
{
    if (problem->n_networks == 1) {
        g_autofree char *name = printable(g_array_index(problem->networks, ProblemShare, 0).name);
        g_string_append_printf(out, ", from one network (%s)", name);
    } else if (problem->n_networks > 1) {
        g_string_append_printf(out, ", from %u networks", problem->n_networks);
    }
}

static void
tell_rate(const Problem *problem, const Setting *setting, GString *out)
{
    if (setting->own == 0)
        g_string_append_printf(out, ". %" G_GINT64_FORMAT " failed sessions", problem->sessions);
    else
        g_string_append_printf(out,
                               ". %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " sessions of %s %s",
                               problem->sessions, MAX(setting->own, problem->sessions),
                               problem->senders->len == 1 ? "this sender" : "these senders",
                               problem->days == 1 ? "on that day" : "in these days");
    if (setting->others > 0)
        g_string_append_printf(out,
                               "; %" G_GINT64_FORMAT " sessions of other senders were free of it",
                               setting->others);
    g_string_append_c(out, '.');
}

void
explain_scope(Explain *explain, Problem *problem)
{
    Setting setting = {0};
    count_senders(explain, problem, &setting);
    count_mx(explain, problem, &setting);
    GString *out = g_string_new(NULL);
    tell_senders(problem, &setting, out);
    tell_mx(problem, &setting, out);
    tell_networks(problem, out);
    tell_rate(problem, &setting, out);
    problem->scope = g_string_free(out, FALSE);

    explain_likely(problem, &setting);
}
