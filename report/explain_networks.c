/* explain_networks.c: the networks that failing sessions came from, out of the raw reports.
 *
 * Addresses are in no roll-up (DESIGN 7): the reports of the days and senders concerned are decoded
 * again, newest first, and not more than the limits allow.
 */
#include <gio/gio.h>
#include <string.h>

#include "report/explain-internal.h"
#include "report/networks.h"
#include "schema/effect.h"
#include "schema/limits.h"

/* What is known of a problem while its reports are read. */
typedef struct {
    Problem *problem;
    Networks *networks;
    GHashTable *addresses; /* receiving-ip -> gint64 */
    guint reports;         /* decoded for it */
    gboolean limited;
} Reading;

typedef struct {
    GArray *readings; /* of Reading */
    GArray *ids;      /* of gint64: reports to be decoded */
    guint left;       /* reports that may still be chosen */
} Reader;

static void
reading_clear(gpointer data)
{
    Reading *reading = data;
    networks_free(reading->networks);
    g_hash_table_unref(reading->addresses);
}

/* ---- which reports ------------------------------------------------------------------------- */

static gboolean
may_hold(const Reading *reading, gint32 day, const char *sender)
{
    return day >= reading->problem->first_day && day <= reading->problem->last_day &&
           explain_concerns(reading->problem, sender);
}

/* Newest first; no more are looked at when each problem has as many as it may have. */
static gboolean
choose(gpointer data, const StoreReportRow *row)
{
    Reader *reader = data;
    gboolean wanted = FALSE, all_limited = TRUE;
    for (guint i = 0; i < reader->readings->len; i++) {
        Reading *reading = &g_array_index(reader->readings, Reading, i);
        all_limited = all_limited && reading->limited;
        if (reading->limited || !may_hold(reading, row->day, row->sender))
            continue;
        if (reader->left == 0 || reading->reports == LIMIT_EXPLAIN_REPORTS) {
            reading->limited = TRUE;
        } else {
            reading->reports++;
            wanted = TRUE;
        }
    }
    if (wanted) {
        reader->left--;
        g_array_append_val(reader->ids, row->id);
    }
    return !all_limited;
}

/* ---- what they hold ------------------------------------------------------------------------ */

static gboolean
has_share(const GArray *shares, const char *name)
{
    for (guint i = 0; i < shares->len; i++) {
        if (g_strcmp0(g_array_index(shares, ProblemShare, i).name, name) == 0)
            return TRUE;
    }
    return FALSE;
}

/* A failure as its report tells it, with what tells its problem from others of its result type. */
typedef struct {
    const FailureDetail *detail;
    const char *policy_type;
    Effect effect;
    gboolean not_in_policy;
} Failure;

static gboolean
is_part(const Problem *problem, const Failure *failure)
{
    gboolean alike =
        problem->not_in_policy == failure->not_in_policy && problem->effect == failure->effect;
    return (alike || problem->more > 0) &&
           strcmp(problem->policy_type, failure->policy_type) == 0 &&
           strcmp(problem->result_type, failure->detail->result_word) == 0 &&
           has_share(problem->mxs, failure->detail->mx_hostname);
}

static void
add_address(Reading *reading, const char *address, gint64 sessions)
{
    if (address == NULL)
        return;
    gint64 *sum = g_hash_table_lookup(reading->addresses, address);
    if (sum == NULL && g_hash_table_size(reading->addresses) >= LIMIT_EXPLAIN_NETWORKS)
        return;
    if (sum == NULL) {
        sum = g_new0(gint64, 1);
        g_hash_table_insert(reading->addresses, g_strdup(address), sum);
    }
    *sum = sessions_plus(*sum, sessions);
}

static void
take_failure(Reader *reader, const StoreReportRow *row, const Failure *failure)
{
    const FailureDetail *detail = failure->detail;
    for (guint i = 0; i < reader->readings->len; i++) {
        Reading *reading = &g_array_index(reader->readings, Reading, i);
        if (!may_hold(reading, row->day, row->sender) || !is_part(reading->problem, failure))
            continue;
        if (detail->sending_mta_ip != NULL)
            networks_add(reading->networks, detail->sending_mta_ip, detail->failed_sessions);
        add_address(reading, detail->receiving_ip, detail->failed_sessions);
    }
}

static void
take_entry(Reader *reader, const StoreReportRow *row, const PolicyEntry *entry)
{
    g_autoptr(StsPolicy) policy = entry->type == POLICY_TYPE_STS
                                      ? sts_policy_parse(entry->policy_string, entry->mx_host)
                                      : NULL;
    StsMode mode = policy != NULL ? policy->mode : STS_MODE_UNKNOWN;
    for (gsize i = 0; i < entry->n_failures; i++) {
        const FailureDetail *detail = &entry->failures[i];
        const Failure failure = {
            .detail = detail,
            .policy_type = policy_entry_type_name(entry),
            .effect = effect_of(entry->type, mode, detail->result_type),
            .not_in_policy = explain_policy_lacks(policy, detail->mx_hostname, detail->result_word),
        };
        take_failure(reader, row, &failure);
    }
}

typedef struct {
    Store *store;
    Reader *reader;
    const char *domain;
} Decoding;

static gboolean
take_report(gpointer data, const StoreReportRow *row)
{
    Decoding *decoding = data;
    g_autoptr(Report) report = store_decode(decoding->store, row->raw, row->hint_domain);
    for (gsize i = 0; report != NULL && i < report->n_policies; i++) {
        const PolicyEntry *entry = &report->policies[i];
        if (g_strv_contains(entry->counts_for, decoding->domain))
            take_entry(decoding->reader, row, entry);
    }
    return TRUE;
}

/* ---- result -------------------------------------------------------------------------------- */

static void
add_network(gpointer data, const char *name, gint64 sessions)
{
    Problem *problem = data;
    problem->n_networks++;
    ProblemShare share = {g_string_chunk_insert(problem->strings, name), sessions};
    g_array_append_val(problem->networks, share);
}

static void
finish(Reading *reading, const NetworkNames *names)
{
    Problem *problem = reading->problem;
    GHashTableIter iterator;
    gpointer address, sessions;
    networks_each(reading->networks, names, add_network, problem);
    explain_sort_shares(problem->networks);
    if (problem->networks->len > LIMIT_EXPLAIN_NETWORKS)
        g_array_set_size(problem->networks, LIMIT_EXPLAIN_NETWORKS);
    g_hash_table_iter_init(&iterator, reading->addresses);
    while (g_hash_table_iter_next(&iterator, &address, &sessions))
        explain_share(problem, problem->addresses, address, *(gint64 *)sessions);
    explain_sort_shares(problem->addresses);
    problem->networks_partial = reading->limited;
}

gboolean
explain_networks(Store *store, GPtrArray *problems, const ExplainOptions *options, GError **error)
{
    g_autoptr(GArray) readings = g_array_new(FALSE, TRUE, sizeof(Reading));
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    Reader reader = {readings, ids, LIMIT_EXPLAIN_REPORTS_ALL};
    StoreQuery query;
    store_query_init(&query);
    query.since_day = G_MAXINT32;
    query.until_day = G_MININT32;
    query.failing = TRUE;
    g_array_set_clear_func(readings, reading_clear);
    for (guint i = 0; i < problems->len; i++) {
        Problem *problem = g_ptr_array_index(problems, i);
        Reading reading = {problem, networks_new(),
                           g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free), 0,
                           FALSE};
        g_array_append_val(readings, reading);
        query.since_day = MIN(query.since_day, problem->first_day);
        query.until_day = MAX(query.until_day, problem->last_day);
        query.domain = problem->domain;
    }
    if (problems->len == 0 || !store_can_decode(store))
        return TRUE;
    if (!store_each_report(store, &query, 0, choose, &reader, error))
        return FALSE;
    Decoding decoding = {store, &reader, query.domain};
    for (guint i = 0; i < ids->len; i++) {
        if (!store_get_report(store, g_array_index(ids, gint64, i), take_report, &decoding, error))
            return FALSE;
    }
    g_autoptr(NetworkNames) names = network_names_open(options->as_database, error);
    if (options->as_database != NULL && names == NULL)
        return FALSE;
    for (guint i = 0; i < readings->len; i++)
        finish(&g_array_index(readings, Reading, i), names);
    return TRUE;
}
