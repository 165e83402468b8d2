#include "store/rollup_rows.h"

#include <string.h>

#include "store/id_texts.h"
#include "store/sender.h"
#include "store/store-internal.h"

/* Names of a row, as slots of the IdTexts, and once these are loaded as ranks. */
enum { DOMAIN_NAME, SENDER, TYPE, TRUST, MX, RESULT, REASON, N_NAMES };

/* What rows of both kinds begin with. */
typedef struct {
    guint32 names[N_NAMES]; /* a total has the first four */
    guint32 policy;
    gint32 day;
} RowKey;

typedef struct {
    RowKey key;
    gint64 reports, successful, failed, detailed;
} TotalRow;

typedef struct {
    RowKey key;
    gint64 sessions;
} FailureRow;

struct RollupRows {
    Store *store;
    const StoreQuery *query;
    IdTexts *names, *policies;
    GArray *rows[N_ROLLUPS]; /* of TotalRow, of FailureRow: there are far more of these */
    GHashTable *senders;     /* set of the ids that are wanted; NULL: all, or to be sorted out */
};

RollupRows *
rollup_rows_new(Store *store, const StoreQuery *query)
{
    RollupRows *rows = g_new0(RollupRows, 1);
    rows->store = store;
    rows->query = query;
    rows->names = id_texts_new("name_one", "name_range");
    rows->policies = id_texts_new("policy_one", "policy_range");
    rows->rows[ROLLUP_TOTALS] = g_array_new(FALSE, FALSE, sizeof(TotalRow));
    rows->rows[ROLLUP_FAILURES] = g_array_new(FALSE, FALSE, sizeof(FailureRow));
    return rows;
}

void
rollup_rows_free(RollupRows *rows)
{
    if (rows == NULL)
        return;
    id_texts_free(rows->names);
    id_texts_free(rows->policies);
    g_clear_pointer(&rows->senders, g_hash_table_unref);
    for (int rollup = 0; rollup < N_ROLLUPS; rollup++)
        g_array_unref(rows->rows[rollup]);
    g_free(rows);
}

static RowKey *
key_at(const RollupRows *rows, Rollup rollup, guint i)
{
    GArray *of = rows->rows[rollup];
    return (RowKey *)(gpointer)(of->data + (gsize)i * g_array_get_element_size(of));
}

/* ---- reading ----------------------------------------------------------------------------- */

/* The columns of a roll-up in their order: day, five ids, and the rest. */
static void
take_row(RollupRows *rows, Rollup rollup, Statement *from)
{
    IdTexts *names = rows->names;
    RowKey key = {
        .names =
            {
                [DOMAIN_NAME] = id_texts_slot(names, statement_get_int(from, 1)),
                [SENDER] = id_texts_slot(names, statement_get_int(from, 2)),
                [TYPE] = id_texts_slot(names, statement_get_int(from, 3)),
                [TRUST] = id_texts_slot(names, statement_get_int(from, 5)),
            },
        .policy = id_texts_slot(rows->policies, statement_get_int(from, 4)),
        .day = (gint32)statement_get_int(from, 0),
    };
    if (rollup == ROLLUP_FAILURES) {
        for (int i = MX; i <= REASON; i++)
            key.names[i] = id_texts_slot(names, statement_get_int(from, 6 + i - MX));
        const FailureRow row = {key, statement_get_int(from, 9)};
        g_array_append_val(rows->rows[rollup], row);
    } else {
        const TotalRow row = {key, statement_get_int(from, 6), statement_get_int(from, 7),
                              statement_get_int(from, 8), statement_get_int(from, 9)};
        g_array_append_val(rows->rows[rollup], row);
    }
}

gboolean
rollup_find_domain(Store *store, const char *domain, DomainRange *ret_range, gboolean *ret_known,
                   GError **error)
{
    gint64 id = 0;
    g_autoptr(Statement) find = statement_get(store->statements, "name_find", error);
    if (find == NULL || !statement_value(statement_text(find, 1, domain), &id, ret_known, error))
        return FALSE;
    *ret_range = (DomainRange){id, id};
    return TRUE;
}

static gboolean
read_rollup(RollupRows *rows, Rollup rollup, const DomainRange *range, GError **error)
{
    enum { ALL, ONE, SOME, N_SCOPES };
    static const char *const statements[N_ROLLUPS][N_SCOPES] = {
        [ROLLUP_TOTALS] = {"total_of_days", "total_of_domain", "total_of_domains"},
        [ROLLUP_FAILURES] = {"failure_of_days", "failure_of_domain", "failure_of_domains"},
    };
    gboolean row;
    int scope = range == NULL ? ALL : range->first == range->last ? ONE : SOME;
    g_autoptr(Statement) each =
        statement_get(rows->store->statements, statements[rollup][scope], error);
    if (each == NULL)
        return FALSE;
    statement_int(each, 1, rows->query->since_day);
    statement_int(each, 2, rows->query->until_day);
    if (scope != ALL)
        statement_int(each, 3, range->first);
    if (scope == SOME)
        statement_int(each, 4, range->last);
    for (;;) {
        if (!statement_step(each, &row, error))
            return FALSE;
        if (!row)
            return TRUE;
        gint64 sender = statement_get_int(each, 2);
        if (rows->senders == NULL || g_hash_table_contains(rows->senders, &sender))
            take_row(rows, rollup, each);
    }
}

/* ---- what is wanted ---------------------------------------------------------------------- */

static const char *
name_of(const RollupRows *rows, const RowKey *key, int name)
{
    return id_texts_text(rows->names, key->names[name]);
}

/* The senders that the query wants, of those with rows in its days, once for all reads. Without
 * them the rows of all senders and domains would be held before those of one are picked out. */
static gboolean
find_senders(RollupRows *rows, GError **error)
{
    gboolean row;
    guint32 n = 0;
    g_autoptr(IdTexts) texts = id_texts_new("name_one", "name_range");
    g_autoptr(Statement) each = statement_get(rows->store->statements, "sender_of_days", error);
    if (each == NULL)
        return FALSE;
    statement_int(each, 1, rows->query->since_day);
    statement_int(each, 2, rows->query->until_day);
    for (;; n++) {
        if (!statement_step(each, &row, error))
            return FALSE;
        if (!row)
            break;
        (void)id_texts_slot(texts, statement_get_int(each, 0));
    }
    if (!id_texts_load(texts, rows->store->statements, error))
        return FALSE;
    rows->senders = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    for (guint32 rank = 0; rank < n; rank++) {
        gint64 id = id_texts_id(texts, rank);
        if (sender_is(id_texts_text(texts, rank), rows->query->sender))
            g_hash_table_add(rows->senders, g_memdup2(&id, sizeof id));
    }
    return TRUE;
}

static gboolean
is_wanted(const RollupRows *rows, Rollup rollup, const RowKey *key)
{
    const StoreQuery *query = rows->query;
    if (query->sender != NULL && !sender_is(name_of(rows, key, SENDER), query->sender))
        return FALSE;
    if (query->policy_type >= 0 &&
        policy_type_from_word(name_of(rows, key, TYPE)) != (PolicyType)query->policy_type)
        return FALSE;
    if (rollup == ROLLUP_TOTALS)
        return TRUE;
    return (query->mx == NULL || strcmp(name_of(rows, key, MX), query->mx) == 0) &&
           (query->result_word == NULL ||
            strcmp(name_of(rows, key, RESULT), query->result_word) == 0);
}

static void
drop_unwanted(RollupRows *rows, Rollup rollup)
{
    const StoreQuery *query = rows->query;
    guint kept = 0, size = g_array_get_element_size(rows->rows[rollup]);
    if (query->sender == NULL && query->policy_type < 0 && query->mx == NULL &&
        query->result_word == NULL)
        return;
    for (guint i = 0; i < rows->rows[rollup]->len; i++) {
        const RowKey *row = key_at(rows, rollup, i);
        if (is_wanted(rows, rollup, row))
            memmove(key_at(rows, rollup, kept++), row, size);
    }
    g_array_set_size(rows->rows[rollup], kept);
}

/* ---- order ------------------------------------------------------------------------------- */

static int
compare(guint32 a, guint32 b)
{
    return (a > b) - (a < b);
}

static int
compare_modes(const RollupRows *rows, const RowKey *a, const RowKey *b)
{
    const char *one = id_texts_word(rows->policies, a->policy);
    const char *other = id_texts_word(rows->policies, b->policy);
    return a->policy == b->policy ? 0 : strcmp(one != NULL ? one : "", other != NULL ? other : "");
}

/* The order of both ends with the rest of the key, so that it is total and the same after a
 * rebuild. */
static int
by_total(gconstpointer a, gconstpointer b)
{
    static const int keys[] = {DOMAIN_NAME, SENDER, TYPE, TRUST};
    const RowKey *one = a, *other = b;
    int order = 0;
    for (gsize i = 0; order == 0 && i < G_N_ELEMENTS(keys); i++)
        order = compare(one->names[keys[i]], other->names[keys[i]]);
    if (order == 0)
        order = (one->day > other->day) - (one->day < other->day);
    return order != 0 ? order : compare(one->policy, other->policy);
}

static int
by_failure(gconstpointer a, gconstpointer b, gpointer data)
{
    static const int keys[] = {DOMAIN_NAME, SENDER, MX, TYPE, RESULT, REASON};
    const RowKey *one = a, *other = b;
    int order = 0;
    for (gsize i = 0; order == 0 && i < G_N_ELEMENTS(keys); i++)
        order = compare(one->names[keys[i]], other->names[keys[i]]);
    if (order == 0)
        order = compare_modes(data, one, other);
    if (order == 0)
        order = (one->day > other->day) - (one->day < other->day);
    if (order == 0)
        order = compare(one->names[TRUST], other->names[TRUST]);
    return order != 0 ? order : compare(one->policy, other->policy);
}

static void
rank(RollupRows *rows, Rollup rollup)
{
    for (guint i = 0; i < rows->rows[rollup]->len; i++) {
        RowKey *key = key_at(rows, rollup, i);
        for (int name = 0; name < (rollup == ROLLUP_FAILURES ? N_NAMES : MX); name++)
            key->names[name] = id_texts_rank(rows->names, key->names[name]);
        key->policy = id_texts_rank(rows->policies, key->policy);
    }
}

static gboolean
read_all(RollupRows *rows, gboolean totals, gboolean failures, const DomainRange *range,
         GError **error)
{
    const gboolean wanted[N_ROLLUPS] = {totals, failures};
    for (int rollup = 0; rollup < N_ROLLUPS; rollup++) {
        if (wanted[rollup] && !read_rollup(rows, (Rollup)rollup, range, error))
            return FALSE;
    }
    if (!id_texts_load(rows->names, rows->store->statements, error) ||
        !id_texts_load(rows->policies, rows->store->statements, error))
        return FALSE;
    for (int rollup = 0; rollup < N_ROLLUPS; rollup++) {
        rank(rows, (Rollup)rollup);
        drop_unwanted(rows, (Rollup)rollup);
    }
    g_array_sort(rows->rows[ROLLUP_TOTALS], by_total);
    g_array_sort_with_data(rows->rows[ROLLUP_FAILURES], by_failure, rows);
    return TRUE;
}

static gboolean
read_range(RollupRows *rows, gboolean totals, gboolean failures, const DomainRange *range,
           GError **error)
{
    DomainRange one;
    gboolean known = TRUE;
    if (range == NULL && rows->query->domain != NULL) {
        if (!rollup_find_domain(rows->store, rows->query->domain, &one, &known, error))
            return FALSE;
        range = &one;
    }
    if (rows->query->domain == NULL && rows->query->sender != NULL && rows->senders == NULL &&
        !find_senders(rows, error))
        return FALSE;
    return !known || read_all(rows, totals, failures, range, error);
}

gboolean
rollup_rows_read(RollupRows *rows, gboolean totals, gboolean failures, const DomainRange *range,
                 GError **error)
{
    id_texts_restart(rows->names);
    id_texts_restart(rows->policies);
    for (int rollup = 0; rollup < N_ROLLUPS; rollup++)
        g_array_set_size(rows->rows[rollup], 0);
    /* In one view: a name must not go between its row and its text. */
    if (rows->store->transaction == TRANSACTION_WRITE)
        return store_write_sums(rows->store, error) &&
               read_range(rows, totals, failures, range, error);
    if (!store_begin_read(rows->store, error))
        return FALSE;
    gboolean ok = read_range(rows, totals, failures, range, error);
    store_end_read(rows->store);
    return ok;
}

/* ---- telling ----------------------------------------------------------------------------- */

guint
rollup_rows_count(const RollupRows *rows, Rollup rollup)
{
    return rows->rows[rollup]->len;
}

guint32
rollup_rows_domain(const RollupRows *rows, Rollup rollup, guint i)
{
    return key_at(rows, rollup, i)->names[DOMAIN_NAME];
}

/* NULL where the sender gave none. */
static const char *
optional_name(const RollupRows *rows, const RowKey *key, int name)
{
    gboolean none = id_texts_id(rows->names, key->names[name]) == INTERN_NONE;
    return none ? NULL : name_of(rows, key, name);
}

static const char *
policy_of(const RollupRows *rows, const RowKey *key)
{
    gboolean none = id_texts_id(rows->policies, key->policy) == INTERN_NONE;
    return none ? NULL : id_texts_text(rows->policies, key->policy);
}

static StsMode
mode_of(const RollupRows *rows, const RowKey *key)
{
    return sts_mode_from_name(id_texts_word(rows->policies, key->policy));
}

/* Words of another program's making read as the lowest trust. */
static Trust
trust_of(const RollupRows *rows, const RowKey *key)
{
    Trust trust = TRUST_UNAUTHENTICATED;
    (void)trust_from_name(name_of(rows, key, TRUST), &trust);
    return trust;
}

void
rollup_rows_total(const RollupRows *rows, guint i, StoreTotal *ret_total)
{
    const TotalRow *row = &g_array_index(rows->rows[ROLLUP_TOTALS], TotalRow, i);
    const RowKey *key = &row->key;
    *ret_total = (StoreTotal){
        .day = key->day,
        .domain = name_of(rows, key, DOMAIN_NAME),
        .sender = name_of(rows, key, SENDER),
        .policy_type = name_of(rows, key, TYPE),
        .policy_text = policy_of(rows, key),
        .mode = mode_of(rows, key),
        .trust = trust_of(rows, key),
        .reports = row->reports,
        .successful = row->successful,
        .failed = row->failed,
        .detailed = row->detailed,
    };
}

void
rollup_rows_failure(const RollupRows *rows, guint i, StoreFailure *ret_failure)
{
    const FailureRow *row = &g_array_index(rows->rows[ROLLUP_FAILURES], FailureRow, i);
    const RowKey *key = &row->key;
    *ret_failure = (StoreFailure){
        .day = key->day,
        .domain = name_of(rows, key, DOMAIN_NAME),
        .sender = name_of(rows, key, SENDER),
        .policy_type = name_of(rows, key, TYPE),
        .policy_text = policy_of(rows, key),
        .mode = mode_of(rows, key),
        .trust = trust_of(rows, key),
        .mx = optional_name(rows, key, MX),
        .result_word = name_of(rows, key, RESULT),
        .reason = optional_name(rows, key, REASON),
        .sessions = row->sessions,
    };
}
