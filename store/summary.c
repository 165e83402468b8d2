/* summary.c: the roll-ups row by row, in the order of their texts. Part of store.h. */
#include <stdlib.h>
#include <string.h>

#include "store/id_texts.h"
#include "store/store-internal.h"

void
store_query_init(StoreQuery *query)
{
    *query = (StoreQuery){
        .since_day = G_MININT32,
        .until_day = G_MAXINT32,
        .policy_type = -1,
    };
}

/* ---- rows as numbers --------------------------------------------------------------------- */

/* Names of a row, as slots of the IdTexts, and once these are loaded as ranks. */
enum { DOMAIN_NAME, SENDER, TYPE, TRUST, MX, RESULT, REASON, N_NAMES };

typedef struct {
    guint32 names[N_NAMES]; /* a total has the first four */
    guint32 policy;
    gint32 day;
    gint64 sums[4]; /* reports, successful, failed, detailed; of a failure: sessions */
} RollupRow;

typedef struct {
    const StoreQuery *query;
    gboolean failures;
    IdTexts *names, *policies;
    GArray *rows; /* of RollupRow */
} Reading;

static void
reading_clear(Reading *reading)
{
    g_clear_pointer(&reading->names, id_texts_free);
    g_clear_pointer(&reading->policies, id_texts_free);
    g_clear_pointer(&reading->rows, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reading, reading_clear)

/* The columns of a roll-up in their order: day, five ids, and the rest. */
static void
take_row(Reading *reading, Statement *from)
{
    RollupRow row = {
        .names =
            {
                [DOMAIN_NAME] = id_texts_slot(reading->names, statement_get_int(from, 1)),
                [SENDER] = id_texts_slot(reading->names, statement_get_int(from, 2)),
                [TYPE] = id_texts_slot(reading->names, statement_get_int(from, 3)),
                [TRUST] = id_texts_slot(reading->names, statement_get_int(from, 5)),
            },
        .policy = id_texts_slot(reading->policies, statement_get_int(from, 4)),
        .day = (gint32)statement_get_int(from, 0),
    };
    if (reading->failures) {
        for (int i = MX; i <= REASON; i++)
            row.names[i] = id_texts_slot(reading->names, statement_get_int(from, 6 + i - MX));
        row.sums[0] = statement_get_int(from, 9);
    } else {
        for (int i = 0; i < 4; i++)
            row.sums[i] = statement_get_int(from, 6 + i);
    }
    g_array_append_val(reading->rows, row);
}

/* The number of the query's domain; *ret_known FALSE where no row can have it. */
static gboolean
find_domain(Store *store, const char *domain, gint64 *ret_id, gboolean *ret_known, GError **error)
{
    g_autoptr(Statement) find = statement_get(store->statements, "name_find", error);
    return find != NULL &&
           statement_value(statement_text(find, 1, domain), ret_id, ret_known, error);
}

static gboolean
read_rows(Store *store, Reading *reading, GError **error)
{
    static const char *const statements[2][2] = {{"total_of_days", "total_of_domain"},
                                                 {"failure_of_days", "failure_of_domain"}};
    const StoreQuery *query = reading->query;
    gboolean one = query->domain != NULL, row = TRUE;
    gint64 domain = 0;
    if (one && !find_domain(store, query->domain, &domain, &row, error))
        return FALSE;
    if (!row)
        return TRUE;
    g_autoptr(Statement) each =
        statement_get(store->statements, statements[reading->failures][one], error);
    if (each == NULL)
        return FALSE;
    statement_int(each, 1, query->since_day);
    statement_int(each, 2, query->until_day);
    if (one)
        statement_int(each, 3, domain);
    for (;;) {
        if (!statement_step(each, &row, error))
            return FALSE;
        if (!row)
            return TRUE;
        take_row(reading, each);
    }
}

/* ---- what is wanted ---------------------------------------------------------------------- */

static const char *
name_of(const Reading *reading, const RollupRow *row, int name)
{
    return id_texts_text(reading->names, row->names[name]);
}

/* Exact, or the part before " (via ...". */
static gboolean
is_sender(const char *sender, const char *wanted)
{
    gsize length = strlen(wanted);
    return strncmp(sender, wanted, length) == 0 &&
           (sender[length] == '\0' || g_str_has_prefix(sender + length, " (via "));
}

static gboolean
is_wanted(const Reading *reading, const RollupRow *row)
{
    const StoreQuery *query = reading->query;
    if (query->sender != NULL && !is_sender(name_of(reading, row, SENDER), query->sender))
        return FALSE;
    if (query->policy_type >= 0 &&
        policy_type_from_word(name_of(reading, row, TYPE)) != (PolicyType)query->policy_type)
        return FALSE;
    if (!reading->failures)
        return TRUE;
    return (query->mx == NULL || strcmp(name_of(reading, row, MX), query->mx) == 0) &&
           (query->result_word == NULL ||
            strcmp(name_of(reading, row, RESULT), query->result_word) == 0);
}

static void
drop_unwanted(Reading *reading)
{
    const StoreQuery *query = reading->query;
    guint kept = 0;
    if (query->sender == NULL && query->policy_type < 0 && query->mx == NULL &&
        query->result_word == NULL)
        return;
    for (guint i = 0; i < reading->rows->len; i++) {
        const RollupRow *row = &g_array_index(reading->rows, RollupRow, i);
        if (is_wanted(reading, row))
            g_array_index(reading->rows, RollupRow, kept++) = *row;
    }
    g_array_set_size(reading->rows, kept);
}

/* ---- order ------------------------------------------------------------------------------- */

static StsMode
mode_of(const Reading *reading, const RollupRow *row)
{
    return sts_mode_from_name(id_texts_word(reading->policies, row->policy));
}

static int
compare(guint32 a, guint32 b)
{
    return (a > b) - (a < b);
}

static int
compare_modes(const Reading *reading, const RollupRow *a, const RollupRow *b)
{
    const char *one = id_texts_word(reading->policies, a->policy);
    const char *other = id_texts_word(reading->policies, b->policy);
    return a->policy == b->policy ? 0 : strcmp(one != NULL ? one : "", other != NULL ? other : "");
}

/* The order ends with the rest of the key, so that it is total and the same after a rebuild. */
static int
compare_ends(const RollupRow *a, const RollupRow *b, gboolean trust)
{
    int order = (a->day > b->day) - (a->day < b->day);
    if (order == 0 && trust)
        order = compare(a->names[TRUST], b->names[TRUST]);
    return order != 0 ? order : compare(a->policy, b->policy);
}

static int
by_texts(gconstpointer a, gconstpointer b, gpointer data)
{
    static const int total[] = {DOMAIN_NAME, SENDER, TYPE, TRUST};
    static const int failure[] = {DOMAIN_NAME, SENDER, MX, TYPE, RESULT, REASON};
    const Reading *reading = data;
    const int *keys = reading->failures ? failure : total;
    gsize n = reading->failures ? G_N_ELEMENTS(failure) : G_N_ELEMENTS(total);
    const RollupRow *one = a, *other = b;
    int order = 0;
    for (gsize i = 0; order == 0 && i < n; i++)
        order = compare(one->names[keys[i]], other->names[keys[i]]);
    if (order == 0 && reading->failures)
        order = compare_modes(reading, a, b);
    return order != 0 ? order : compare_ends(a, b, reading->failures);
}

static void
rank(Reading *reading)
{
    for (guint i = 0; i < reading->rows->len; i++) {
        RollupRow *row = &g_array_index(reading->rows, RollupRow, i);
        for (int name = 0; name < (reading->failures ? N_NAMES : MX); name++)
            row->names[name] = id_texts_rank(reading->names, row->names[name]);
        row->policy = id_texts_rank(reading->policies, row->policy);
    }
}

/* All rows that the query wants, in order. */
static gboolean
read_all(Store *store, Reading *reading, GError **error)
{
    reading->names = id_texts_new("name_one", "name_range");
    reading->policies = id_texts_new("policy_one", "policy_range");
    reading->rows = g_array_new(FALSE, FALSE, sizeof(RollupRow));
    if (!read_rows(store, reading, error) ||
        !id_texts_load(reading->names, store->statements, error) ||
        !id_texts_load(reading->policies, store->statements, error))
        return FALSE;
    rank(reading);
    drop_unwanted(reading);
    g_array_sort_with_data(reading->rows, by_texts, reading);
    return TRUE;
}

/* In one view: a name must not go between its row and its text. */
static gboolean
read_in_view(Store *store, Reading *reading, GError **error)
{
    if (store->transaction == TRANSACTION_WRITE)
        return store_write_sums(store, error) && read_all(store, reading, error);
    if (!store_begin_read(store, error))
        return FALSE;
    gboolean ok = read_all(store, reading, error);
    store_end_read(store);
    return ok;
}

/* ---- telling ----------------------------------------------------------------------------- */

/* NULL where the sender gave none. */
static const char *
optional_name(const Reading *reading, const RollupRow *row, int name)
{
    gboolean none = id_texts_id(reading->names, row->names[name]) == INTERN_NONE;
    return none ? NULL : name_of(reading, row, name);
}

static const char *
policy_of(const Reading *reading, const RollupRow *row)
{
    gboolean none = id_texts_id(reading->policies, row->policy) == INTERN_NONE;
    return none ? NULL : id_texts_text(reading->policies, row->policy);
}

/* Words of another program's making read as the lowest trust. */
static Trust
trust_of(const Reading *reading, const RollupRow *row)
{
    Trust trust = TRUST_UNAUTHENTICATED;
    (void)trust_from_name(name_of(reading, row, TRUST), &trust);
    return trust;
}

gboolean
store_each_total(Store *store, const StoreQuery *query, StoreTotalFunc func, gpointer data,
                 GError **error)
{
    g_auto(Reading) reading = {.query = query};
    if (!read_in_view(store, &reading, error))
        return FALSE;
    for (guint i = 0; i < reading.rows->len; i++) {
        const RollupRow *row = &g_array_index(reading.rows, RollupRow, i);
        StoreTotal total = {
            .day = row->day,
            .domain = name_of(&reading, row, DOMAIN_NAME),
            .sender = name_of(&reading, row, SENDER),
            .policy_type = name_of(&reading, row, TYPE),
            .policy_text = policy_of(&reading, row),
            .mode = mode_of(&reading, row),
            .trust = trust_of(&reading, row),
            .reports = row->sums[0],
            .successful = row->sums[1],
            .failed = row->sums[2],
            .detailed = row->sums[3],
        };
        if (!func(data, &total))
            break;
    }
    return TRUE;
}

gboolean
store_each_failure(Store *store, const StoreQuery *query, StoreFailureFunc func, gpointer data,
                   GError **error)
{
    g_auto(Reading) reading = {.query = query, .failures = TRUE};
    if (!read_in_view(store, &reading, error))
        return FALSE;
    for (guint i = 0; i < reading.rows->len; i++) {
        const RollupRow *row = &g_array_index(reading.rows, RollupRow, i);
        StoreFailure failure = {
            .day = row->day,
            .domain = name_of(&reading, row, DOMAIN_NAME),
            .sender = name_of(&reading, row, SENDER),
            .policy_type = name_of(&reading, row, TYPE),
            .policy_text = policy_of(&reading, row),
            .mode = mode_of(&reading, row),
            .trust = trust_of(&reading, row),
            .mx = optional_name(&reading, row, MX),
            .result_word = name_of(&reading, row, RESULT),
            .reason = optional_name(&reading, row, REASON),
            .sessions = row->sums[0],
        };
        if (!func(data, &failure))
            break;
    }
    return TRUE;
}

gboolean
store_period(Store *store, gboolean *ret_any, gint32 *ret_first, gint32 *ret_last, GError **error)
{
    gboolean row;
    g_autoptr(Statement) period = statement_get(store->statements, "period", error);
    if (period == NULL || !store_write_sums(store, error) || !statement_step(period, &row, error))
        return FALSE;
    *ret_any = row && statement_get_int(period, 2) > 0;
    if (*ret_any) {
        *ret_first = (gint32)statement_get_int(period, 0);
        *ret_last = (gint32)statement_get_int(period, 1);
    }
    return TRUE;
}
