#include "store/fill.h"

#include "store/counts_for.h"
#include "store/daily_sums.h"
#include "store/findings_json.h"
#include "store/id_groups.h"
#include "store/intern.h"

/* Its tables are filled here. */
#define VERSION_OF_COPIES 6

enum { DOMAIN_ID, SENDER, TRUST, N_KEYS };

/* What is known of one domain, sender and word of trust on the day at hand. */
typedef struct {
    gint64 key[N_KEYS];
    gint64 duplicates, uncounted;
    gint64 surplus; /* reports by the totals less those that were found */
    gint64 homeless;
} Group;

typedef struct {
    StatementCache *statements;
    Intern *intern;
    DailySums *sums;
    IdGroups *groups;
    gint32 day;
} Fill;

static Group *
group_at(Fill *fill, gint64 domain, gint64 sender, gint64 trust)
{
    const gint64 key[N_KEYS] = {domain, sender, trust};
    return id_groups_at(fill->groups, key);
}

/* ---- a day --------------------------------------------------------------------------------- */

static gboolean
read_totals(Fill *fill, GError **error)
{
    gboolean row;
    g_autoptr(Statement) each = statement_get(fill->statements, "fill_totals", error);
    if (each == NULL)
        return FALSE;
    statement_int(each, 1, fill->day);
    for (;;) {
        if (!statement_step(each, &row, error))
            return FALSE;
        if (!row)
            return TRUE;
        Group *group = group_at(fill, statement_get_int(each, 0), statement_get_int(each, 1),
                                statement_get_int(each, 2));
        group->surplus += statement_get_int(each, 3);
    }
}

static gboolean
add_deviation(Fill *fill, DailyRow *row, gint64 domain, gint64 reports, gint64 surplus,
              GError **error)
{
    row->columns[DAILY_DOMAIN] = domain;
    row->columns[DAILY_DEVIATION_REPORTS] = reports;
    row->columns[DAILY_DEVIATION_SURPLUS] = surplus;
    return daily_sums_add(fill->sums, DAILY_DEVIATION, row, error);
}

/* The row of a report of fill_reports, about the domains IDS. */
static gboolean
add_deviations(Fill *fill, Statement *report, const GArray *ids, GError **error)
{
    gint64 id = statement_get_int(report, 0);
    DailyRow row = {{[DAILY_DAY] = fill->day,
                     [DAILY_SENDER] = statement_get_int(report, 1),
                     [DAILY_DEVIATION_NEWEST] = id,
                     [DAILY_DEVIATION_OLDEST] = id}};
    g_autofree char *codes = findings_json_codes(statement_get_text(report, 6));
    if (codes == NULL)
        return TRUE;
    if (!intern_name(fill->intern, codes, &row.columns[DAILY_DEVIATION_CODES], error))
        return FALSE;
    for (guint i = 0; i < ids->len; i++) {
        if (!add_deviation(fill, &row, g_array_index(ids, gint64, i), 1, 0, error))
            return FALSE;
    }
    return ids->len == 1 || add_deviation(fill, &row, DAILY_ALL_DOMAINS, ids->len == 0,
                                          ids->len > 0 ? ids->len - 1 : 0, error);
}

static gboolean
add_report(Fill *fill, Statement *report, GArray *ids, GError **error)
{
    gint64 trust, sender = statement_get_int(report, 1);
    gboolean counted = statement_get_int(report, 4) != 0;
    g_autofree char *text = counts_for_domains(statement_get_text(report, 3));
    g_auto(GStrv) domains = g_strsplit(text, ",", -1);
    g_array_set_size(ids, 0);
    if (!intern_name(fill->intern, statement_get_text(report, 2), &trust, error))
        return FALSE;
    for (guint i = 0; domains[i] != NULL; i++) {
        gint64 id;
        if (!intern_name(fill->intern, domains[i], &id, error))
            return FALSE;
        g_array_append_val(ids, id);
        Group *group = group_at(fill, id, sender, trust);
        group->duplicates += statement_get_int(report, 5) - 1;
        group->uncounted += !counted;
        group->surplus -= counted;
    }
    if (!counted)
        return TRUE;
    if (ids->len != 1) {
        Group *all = group_at(fill, DAILY_ALL_DOMAINS, sender, trust);
        all->homeless += ids->len == 0;
        all->surplus += ids->len > 0 ? ids->len - 1 : 0;
    }
    return add_deviations(fill, report, ids, error);
}

/* Of which as much as HELD is there. */
static gboolean
read_reports(Fill *fill, StoreHeld held, GError **error)
{
    gboolean row;
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(Statement) each = statement_get(fill->statements, "fill_reports", error);
    if (each == NULL)
        return FALSE;
    statement_int(each, 1, held);
    statement_int(each, 2, fill->day);
    for (;;) {
        if (!statement_step(each, &row, error))
            return FALSE;
        if (!row)
            return TRUE;
        if (!add_report(fill, each, ids, error))
            return FALSE;
    }
}

static gboolean
write_groups(Fill *fill, GError **error)
{
    for (guint i = 0; i < id_groups_count(fill->groups); i++) {
        const Group *group = id_groups_get(fill->groups, i);
        DailyRow row = {{[DAILY_DAY] = fill->day,
                         [DAILY_DOMAIN] = group->key[DOMAIN_ID],
                         [DAILY_SENDER] = group->key[SENDER],
                         [DAILY_COPY_TRUST] = group->key[TRUST],
                         [DAILY_COPY_DUPLICATES] = group->duplicates,
                         [DAILY_COPY_UNCOUNTED] = group->uncounted,
                         [DAILY_COPY_SURPLUS] = MAX(group->surplus, 0),
                         [DAILY_COPY_HOMELESS] = group->homeless}};
        gboolean ordinary = group->duplicates == 0 && group->uncounted == 0 &&
                            group->surplus <= 0 && group->homeless == 0;
        if (!ordinary && !daily_sums_add(fill->sums, DAILY_COPY, &row, error))
            return FALSE;
    }
    id_groups_clear(fill->groups);
    return TRUE;
}

/* ---- all days ------------------------------------------------------------------------------ */

/* Of reports of which as much as HELD is there. */
static gboolean
read_days(Fill *fill, StoreHeld held, GHashTable *days, GError **error)
{
    gboolean row;
    g_autoptr(Statement) each = statement_get(fill->statements, "fill_days", error);
    if (each == NULL || !statement_step(statement_int(each, 1, held), &row, error))
        return FALSE;
    while (row) {
        g_hash_table_add(days, GINT_TO_POINTER((gint32)statement_get_int(each, 0)));
        if (!statement_step(each, &row, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
fill_day(Fill *fill, gint32 day, GError **error)
{
    fill->day = day;
    if (!read_totals(fill, error))
        return FALSE;
    for (StoreHeld held = STORE_HELD_NOTHING; held <= STORE_HELD_WHOLE; held++) {
        if (!read_reports(fill, held, error))
            return FALSE;
    }
    return write_groups(fill, error);
}

static gboolean
fill_days(Fill *fill, GError **error)
{
    GHashTableIter iter;
    gpointer day;
    g_autoptr(GHashTable) days = g_hash_table_new(NULL, NULL);
    for (StoreHeld held = STORE_HELD_NOTHING; held <= STORE_HELD_WHOLE; held++) {
        if (!read_days(fill, held, days, error))
            return FALSE;
    }
    g_hash_table_iter_init(&iter, days);
    while (g_hash_table_iter_next(&iter, &day, NULL)) {
        if (!fill_day(fill, GPOINTER_TO_INT(day), error))
            return FALSE;
    }
    return daily_sums_write(fill->sums, error);
}

gboolean
fill_new_tables(const Driver *driver, DriverConnection *connection, int from, GError **error)
{
    if (from >= VERSION_OF_COPIES)
        return TRUE;
    Fill fill = {.statements = statement_cache_new(driver, connection)};
    fill.intern = intern_new(fill.statements);
    fill.sums = daily_sums_new(fill.statements);
    fill.groups = id_groups_new(N_KEYS, sizeof(Group));
    gboolean ok = fill_days(&fill, error);
    id_groups_free(fill.groups);
    daily_sums_free(fill.sums);
    intern_free(fill.intern);
    statement_cache_free(fill.statements);
    return ok;
}
