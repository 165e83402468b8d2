#include "report/evidence.h"

#include "schema/effect.h"

/* Up to so many domains are read one by one, and where they are less than one of so many. */
#define FEW_DOMAINS  8
#define MOST_DOMAINS 4

/* Rows that follow one another have most texts in common, and by the same pointers: what was kept
 * of the last row need not be looked up again. */
typedef enum { SENDER, TYPE, POLICY, MX, RESULT, REASON, N_TEXTS } Text;
typedef struct {
    Evidence *evidence; /* NULL between two domains */
    const char *last[N_TEXTS], *kept[N_TEXTS];
} Taking;

static const char *
keep(Taking *taking, Text which, const char *text)
{
    if (text == NULL || text == taking->last[which])
        return text == NULL ? NULL : taking->kept[which];
    taking->last[which] = text;
    taking->kept[which] = g_string_chunk_insert_const(taking->evidence->strings, text);
    return taking->kept[which];
}

static gboolean
take_total(gpointer data, const StoreTotal *row)
{
    Taking *taking = data;
    EvidenceTotal total = {
        .day = row->day,
        .sender = keep(taking, SENDER, row->sender),
        .type = policy_type_from_word(row->policy_type),
        .type_word = keep(taking, TYPE, row->policy_type),
        .policy = keep(taking, POLICY, row->policy_text),
        .mode = row->mode,
        .trust = row->trust,
        .reports = row->reports,
        .successful = row->successful,
        .failed = row->failed,
        .detailed = row->detailed,
    };
    g_array_append_val(taking->evidence->totals, total);
    return TRUE;
}

static gboolean
take_failure(gpointer data, const StoreFailure *row)
{
    Taking *taking = data;
    PolicyType type = policy_type_from_word(row->policy_type);
    EvidenceFailure failure = {
        .day = row->day,
        .sender = keep(taking, SENDER, row->sender),
        .type = type,
        .type_word = keep(taking, TYPE, row->policy_type),
        .policy = keep(taking, POLICY, row->policy_text),
        .mode = row->mode,
        .trust = row->trust,
        .mx = keep(taking, MX, row->mx),
        .result_word = keep(taking, RESULT, row->result_word),
        .reason = keep(taking, REASON, row->reason),
        .effect = effect_of(type, row->mode, result_type_from_word(row->result_word)),
        .sessions = row->sessions,
    };
    g_array_append_val(taking->evidence->failures, failure);
    return TRUE;
}

static Evidence *
evidence_new(const char *domain, gint32 today)
{
    Evidence *evidence = g_new0(Evidence, 1);
    evidence->domain = g_strdup(domain);
    evidence->today = today;
    evidence->totals = g_array_new(FALSE, FALSE, sizeof(EvidenceTotal));
    evidence->failures = g_array_new(FALSE, FALSE, sizeof(EvidenceFailure));
    return evidence;
}

static void
query_init(StoreQuery *query, const char *domain, gint32 today, guint history)
{
    store_query_init(query);
    query->domain = domain;
    query->since_day = today - (gint32)history;
    query->until_day = today - 1;
}

/* As new for rows that have nothing to do with those before. */
static void
taking_begin(Taking *taking, Evidence *evidence)
{
    *taking = (Taking){.evidence = evidence};
    if (evidence != NULL && evidence->strings == NULL)
        evidence->strings = g_string_chunk_new(1024);
}

static gboolean
read_one(Store *store, const StoreQuery *query, Evidence *evidence, GError **error)
{
    Taking taking;
    taking_begin(&taking, evidence);
    if (!store_each_total(store, query, take_total, &taking, error))
        return FALSE;
    taking_begin(&taking, evidence);
    return store_each_failure(store, query, take_failure, &taking, error);
}

Evidence *
evidence_read(Store *store, const char *domain, gint32 today, guint history, GError **error)
{
    StoreQuery query;
    g_autoptr(Evidence) evidence = evidence_new(domain, today);
    query_init(&query, domain, today, history);
    if (!store_begin_read(store, error))
        return NULL;
    gboolean ok = read_one(store, &query, evidence, error);
    store_end_read(store);
    return ok ? g_steal_pointer(&evidence) : NULL;
}

/* ---- of all domains ---------------------------------------------------------------------- */

typedef struct {
    Taking taking;
    gboolean passes; /* over a domain that is not wanted */
    gint32 today;
    GHashTable *wanted; /* set of names, of which each is taken out when it is told; NULL: all */
    EvidenceFunc func;
    gpointer data;
    GError *error; /* of FUNC */
} Walk;

/* NULL where DOMAIN is not wanted. */
static Taking *
taking_of(Walk *walk, const char *domain)
{
    if (walk->taking.evidence == NULL && !walk->passes) {
        walk->passes = walk->wanted != NULL && !g_hash_table_remove(walk->wanted, domain);
        if (!walk->passes)
            taking_begin(&walk->taking, evidence_new(domain, walk->today));
    }
    return walk->passes ? NULL : &walk->taking;
}

static gboolean
walk_total(gpointer data, const StoreTotal *row)
{
    Taking *taking = taking_of(data, row->domain);
    return taking == NULL || take_total(taking, row);
}

static gboolean
walk_failure(gpointer data, const StoreFailure *row)
{
    Taking *taking = taking_of(data, row->domain);
    return taking == NULL || take_failure(taking, row);
}

static gboolean
walk_end(gpointer data, const char *domain)
{
    Walk *walk = data;
    Taking *taking = taking_of(walk, domain);
    walk->passes = FALSE;
    if (taking == NULL)
        return TRUE;
    g_autoptr(Evidence) evidence = g_steal_pointer(&taking->evidence);
    return walk->func(walk->data, evidence, &walk->error);
}

static gboolean
walk_store(Store *store, gint32 today, guint history, GHashTable *wanted, EvidenceFunc func,
           gpointer data, GError **error)
{
    static const StoreWalk functions = {walk_total, walk_failure, walk_end};
    Walk walk = {.today = today, .wanted = wanted, .func = func, .data = data};
    StoreQuery query;
    query_init(&query, NULL, today, history);
    gboolean ok = store_walk_domains(store, &query, &functions, &walk, error);
    evidence_free(walk.taking.evidence);
    if (walk.error != NULL)
        g_propagate_error(error, walk.error);
    return ok && walk.error == NULL;
}

gboolean
evidence_each(Store *store, gint32 today, guint history, EvidenceFunc func, gpointer data,
              GError **error)
{
    return walk_store(store, today, history, NULL, func, data, error);
}

static gboolean
read_each(Store *store, const GPtrArray *names, gint32 today, guint history, EvidenceFunc func,
          gpointer data, GError **error)
{
    for (guint i = 0; i < names->len; i++) {
        g_autoptr(Evidence) evidence =
            evidence_read(store, g_ptr_array_index(names, i), today, history, error);
        if (evidence == NULL || !func(data, evidence, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
evidence_several(Store *store, const GPtrArray *names, guint of, gint32 today, guint history,
                 EvidenceFunc func, gpointer data, GError **error)
{
    if (names->len <= FEW_DOMAINS || names->len < of / MOST_DOMAINS)
        return read_each(store, names, today, history, func, data, error);
    g_autoptr(GHashTable) left = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < names->len; i++)
        g_hash_table_add(left, g_ptr_array_index(names, i));
    if (!walk_store(store, today, history, left, func, data, error))
        return FALSE;
    for (guint i = 0; i < names->len; i++) { /* those without a report in these days */
        g_autoptr(Evidence) evidence = NULL;
        if (!g_hash_table_contains(left, g_ptr_array_index(names, i)))
            continue;
        evidence = evidence_new(g_ptr_array_index(names, i), today);
        if (!func(data, evidence, error))
            return FALSE;
    }
    return TRUE;
}

/* ---- parts ------------------------------------------------------------------------------- */

/* The rows ranked RANK or higher from before TODAY. */
static Evidence *
part_of(const Evidence *evidence, int rank, gint32 today)
{
    Evidence *part = evidence_new(evidence->domain, today);
    for (guint i = 0; i < evidence->totals->len; i++) {
        EvidenceTotal *each = &g_array_index(evidence->totals, EvidenceTotal, i);
        if (trust_rank(each->trust) >= rank && each->day < today)
            g_array_append_val(part->totals, *each);
    }
    for (guint i = 0; i < evidence->failures->len; i++) {
        EvidenceFailure *each = &g_array_index(evidence->failures, EvidenceFailure, i);
        if (trust_rank(each->trust) >= rank && each->day < today)
            g_array_append_val(part->failures, *each);
    }
    return part;
}

Evidence *
evidence_trusted(const Evidence *evidence)
{
    return part_of(evidence, trust_rank(TRUST_VERIFIED), evidence->today);
}

Evidence *
evidence_as_of(const Evidence *evidence, gint32 today)
{
    return part_of(evidence, trust_rank(TRUST_UNAUTHENTICATED), today);
}

void
evidence_free(Evidence *evidence)
{
    if (evidence == NULL)
        return;
    g_free(evidence->domain);
    g_array_unref(evidence->totals);
    g_array_unref(evidence->failures);
    if (evidence->strings != NULL)
        g_string_chunk_free(evidence->strings);
    g_free(evidence);
}
