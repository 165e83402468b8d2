#include "report/evidence.h"

#include "schema/effect.h"

static const char *
keep(Evidence *evidence, const char *text)
{
    return text == NULL ? NULL : g_string_chunk_insert_const(evidence->strings, text);
}

static gboolean
take_total(gpointer data, const StoreTotal *row)
{
    Evidence *evidence = data;
    EvidenceTotal total = {
        .day = row->day,
        .sender = keep(evidence, row->sender),
        .type = policy_type_from_word(row->policy_type),
        .type_word = keep(evidence, row->policy_type),
        .policy = keep(evidence, row->policy_text),
        .mode = row->mode,
        .trust = row->trust,
        .reports = row->reports,
        .successful = row->successful,
        .failed = row->failed,
        .detailed = row->detailed,
    };
    g_array_append_val(evidence->totals, total);
    return TRUE;
}

static gboolean
take_failure(gpointer data, const StoreFailure *row)
{
    Evidence *evidence = data;
    PolicyType type = policy_type_from_word(row->policy_type);
    EvidenceFailure failure = {
        .day = row->day,
        .sender = keep(evidence, row->sender),
        .type = type,
        .type_word = keep(evidence, row->policy_type),
        .policy = keep(evidence, row->policy_text),
        .mode = row->mode,
        .trust = row->trust,
        .mx = keep(evidence, row->mx),
        .result_word = keep(evidence, row->result_word),
        .reason = keep(evidence, row->reason),
        .effect = effect_of(type, row->mode, result_type_from_word(row->result_word)),
        .sessions = row->sessions,
    };
    g_array_append_val(evidence->failures, failure);
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

/* The rows of DOMAIN (NULL: of all) in one consistent view. */
static gboolean
read_rows(Store *store, const char *domain, gint32 today, guint history, StoreTotalFunc total,
          StoreFailureFunc failure, gpointer data, GError **error)
{
    StoreQuery query;
    store_query_init(&query);
    query.domain = domain;
    query.since_day = today - (gint32)history;
    query.until_day = today - 1;
    if (!store_begin_read(store, error))
        return FALSE;
    gboolean ok = store_each_total(store, &query, total, data, error) &&
                  store_each_failure(store, &query, failure, data, error);
    store_end_read(store);
    return ok;
}

Evidence *
evidence_read(Store *store, const char *domain, gint32 today, guint history, GError **error)
{
    g_autoptr(Evidence) evidence = evidence_new(domain, today);
    evidence->strings = g_string_chunk_new(4096);
    if (!read_rows(store, domain, today, history, take_total, take_failure, evidence, error))
        return NULL;
    return g_steal_pointer(&evidence);
}

/* ---- of all domains ---------------------------------------------------------------------- */

typedef struct {
    GHashTable *domains;
    gint32 today;
} All;

static Evidence *
evidence_of(const All *all, const char *domain)
{
    Evidence *evidence = g_hash_table_lookup(all->domains, domain);
    if (evidence == NULL) {
        evidence = evidence_new(domain, all->today);
        evidence->strings = g_string_chunk_new(1024);
        g_hash_table_insert(all->domains, evidence->domain, evidence);
    }
    return evidence;
}

static gboolean
take_any_total(gpointer data, const StoreTotal *row)
{
    return take_total(evidence_of(data, row->domain), row);
}

static gboolean
take_any_failure(gpointer data, const StoreFailure *row)
{
    return take_failure(evidence_of(data, row->domain), row);
}

GHashTable *
evidence_read_all(Store *store, gint32 today, guint history, GError **error)
{
    g_autoptr(GHashTable) domains = g_hash_table_new_full(
        g_str_hash, g_str_equal, NULL, (GDestroyNotify)(void (*)(void))evidence_free);
    All all = {domains, today};
    if (!read_rows(store, NULL, today, history, take_any_total, take_any_failure, &all, error))
        return NULL;
    return g_steal_pointer(&domains);
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
