/* quality.c: how many reports there are, their copies and their deviations, from the roll-ups. Part
 * of store.h. */
#include "store/id_groups.h"
#include "store/id_texts.h"
#include "store/rollup_rows.h"
#include "store/sender.h"
#include "store/store-internal.h"

enum { DOMAIN_ID, SENDER, TRUST, N_KEYS };
enum { DEVIATION_SENDER, CODES };

typedef struct {
    gint64 key[N_KEYS]; /* domain, sender, trust; sender, codes */
    gint64 reports, duplicates, uncounted;
    gint64 newest, oldest;
    gint32 newest_day;
} Group;

typedef struct {
    Store *store;
    const StoreQuery *query;
    DomainRange range; /* where the query has a domain */
    gboolean by_domain;
    IdGroups *groups;
    IdTexts *names;
} Reading;

typedef void (*TakeRow)(Reading *reading, Statement *row);

/* ---- rows --------------------------------------------------------------------------------- */

/* The rows of the statement OF_DAYS, or OF_DOMAIN, that the query asks for. */
static gboolean
read_rows(Reading *reading, const char *of_days, const char *of_domain, TakeRow take,
          GError **error)
{
    gboolean row, one = reading->query->domain != NULL;
    g_autoptr(Statement) each =
        statement_get(reading->store->statements, one ? of_domain : of_days, error);
    if (each == NULL)
        return FALSE;
    statement_int(each, 1, reading->query->since_day);
    statement_int(each, 2, reading->query->until_day);
    if (one)
        statement_int(each, 3, reading->range.first);
    for (;;) {
        if (!statement_step(each, &row, error))
            return FALSE;
        if (!row)
            return TRUE;
        take(reading, each);
    }
}

static Group *
group_at(Reading *reading, gint64 domain, gint64 sender, gint64 trust)
{
    const gint64 key[N_KEYS] = {reading->by_domain ? domain : DAILY_ALL_DOMAINS, sender, trust};
    return id_groups_at(reading->groups, key);
}

static void
take_total(Reading *reading, Statement *row)
{
    Group *group = group_at(reading, statement_get_int(row, 1), statement_get_int(row, 2),
                            statement_get_int(row, 5));
    group->reports += statement_get_int(row, 6);
}

/* What stands under all domains is by how much the sum over the domains is wrong. */
static void
take_copy(Reading *reading, Statement *row)
{
    gint64 domain = statement_get_int(row, 0);
    if (reading->by_domain && domain == DAILY_ALL_DOMAINS)
        return;
    Group *group = group_at(reading, domain, statement_get_int(row, 1), statement_get_int(row, 2));
    group->reports += statement_get_int(row, 6) - statement_get_int(row, 5);
    if (!reading->by_domain)
        return;
    group->duplicates += statement_get_int(row, 3);
    group->uncounted += statement_get_int(row, 4);
}

static void
take_deviation(Reading *reading, Statement *row)
{
    gint64 newest = statement_get_int(row, 5), oldest = statement_get_int(row, 6);
    const gint64 key[N_KEYS] = {statement_get_int(row, 1), statement_get_int(row, 2)};
    Group *group = id_groups_at(reading->groups, key);
    group->reports += statement_get_int(row, 3) - statement_get_int(row, 4);
    if (newest > group->newest) {
        group->newest = newest;
        group->newest_day = (gint32)statement_get_int(row, 0);
    }
    group->oldest = group->oldest == 0 ? oldest : MIN(group->oldest, oldest);
}

/* Reads the names behind the first N ids of each key; these are then ranks of names. */
static gboolean
name_keys(Reading *reading, guint n, GError **error)
{
    for (guint i = 0; i < id_groups_count(reading->groups); i++) {
        Group *group = id_groups_get(reading->groups, i);
        for (guint k = 0; k < n; k++)
            group->key[k] = id_texts_slot(reading->names, group->key[k]);
    }
    if (!id_texts_load(reading->names, reading->store->statements, error))
        return FALSE;
    for (guint i = 0; i < id_groups_count(reading->groups); i++) {
        Group *group = id_groups_get(reading->groups, i);
        for (guint k = 0; k < n; k++)
            group->key[k] = id_texts_rank(reading->names, (guint32)group->key[k]);
    }
    return TRUE;
}

static gboolean
read_tallies(Reading *reading, GError **error)
{
    return read_rows(reading, "total_of_days", "total_of_domain", take_total, error) &&
           read_rows(reading, "copy_of_days", "copy_of_domain", take_copy, error) &&
           name_keys(reading, TRUST + 1, error);
}

static gboolean
read_deviations(Reading *reading, GError **error)
{
    return read_rows(reading, "deviation_of_days", "deviation_of_domain", take_deviation, error) &&
           name_keys(reading, CODES + 1, error);
}

/* ---- a reading ---------------------------------------------------------------------------- */

static void
reading_clear(Reading *reading)
{
    id_groups_free(reading->groups);
    id_texts_free(reading->names);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reading, reading_clear)

static gboolean
read_known(Reading *reading, gboolean (*read)(Reading *reading, GError **error), GError **error)
{
    gboolean known = TRUE;
    if (reading->query->domain != NULL &&
        !rollup_find_domain(reading->store, reading->query->domain, &reading->range, &known, error))
        return FALSE;
    return !known || read(reading, error);
}

/* In one view: a name must not go between its row and its text. */
static gboolean
read_in_view(Reading *reading, gboolean (*read)(Reading *reading, GError **error), GError **error)
{
    reading->groups = id_groups_new(N_KEYS, sizeof(Group));
    reading->names = id_texts_new("name_one", "name_range");
    if (reading->store->transaction == TRANSACTION_WRITE)
        return store_write_sums(reading->store, error) && read_known(reading, read, error);
    if (!store_begin_read(reading->store, error))
        return FALSE;
    gboolean ok = read_known(reading, read, error);
    store_end_read(reading->store);
    return ok;
}

static const char *
text_of(const Reading *reading, gint64 rank)
{
    return id_texts_text(reading->names, (guint32)rank);
}

static gboolean
is_wanted(const Reading *reading, gint64 sender)
{
    return reading->query->sender == NULL ||
           sender_is(text_of(reading, sender), reading->query->sender);
}

gboolean
store_each_tally(Store *store, const StoreQuery *query, gboolean by_domain, StoreTallyFunc func,
                 gpointer data, GError **error)
{
    g_auto(Reading) reading = {.store = store, .query = query, .by_domain = by_domain};
    if (!read_in_view(&reading, read_tallies, error))
        return FALSE;
    for (guint i = 0; i < id_groups_count(reading.groups); i++) {
        const Group *group = id_groups_get(reading.groups, i);
        if (!is_wanted(&reading, group->key[SENDER]))
            continue;
        const char *domain = text_of(&reading, group->key[DOMAIN_ID]);
        StoreTally tally = {
            .domain = *domain == '\0' ? NULL : domain,
            .sender = text_of(&reading, group->key[SENDER]),
            .trust = TRUST_UNAUTHENTICATED,
            .reports = MAX(group->reports, 0), /* a day that is just being pruned */
            .duplicates = group->duplicates,
            .uncounted = group->uncounted,
        };
        (void)trust_from_name(text_of(&reading, group->key[TRUST]), &tally.trust);
        if (!func(data, &tally))
            break;
    }
    return TRUE;
}

gboolean
store_each_deviation(Store *store, const StoreQuery *query, StoreDeviationFunc func, gpointer data,
                     GError **error)
{
    g_auto(Reading) reading = {.store = store, .query = query};
    if (!read_in_view(&reading, read_deviations, error))
        return FALSE;
    for (guint i = 0; i < id_groups_count(reading.groups); i++) {
        const Group *group = id_groups_get(reading.groups, i);
        const StoreDeviation deviation = {
            .sender = text_of(&reading, group->key[DEVIATION_SENDER]),
            .codes = text_of(&reading, group->key[CODES]),
            .reports = group->reports,
            .newest = group->newest,
            .oldest = group->oldest,
            .newest_day = group->newest_day,
        };
        if (group->reports > 0 && is_wanted(&reading, group->key[DEVIATION_SENDER]) &&
            !func(data, &deviation))
            break;
    }
    return TRUE;
}

gboolean
store_get_findings(Store *store, gint64 id, gint32 day, char **ret_findings, GError **error)
{
    gboolean row;
    g_autoptr(Statement) find = statement_get(store->statements, "findings_of", error);
    if (find == NULL)
        return FALSE;
    statement_int(find, 1, id);
    statement_int(find, 2, day);
    if (!statement_step(find, &row, error))
        return FALSE;
    *ret_findings = row ? g_strdup(statement_get_text(find, 0)) : NULL;
    return TRUE;
}
