#include "store/deviation_ends.h"

#include "store/counts_for.h"
#include "store/findings_json.h"

typedef struct {
    const DailyRow *row;  /* what leaves */
    char *domain, *codes; /* texts of its key */
} Leaving;

static gboolean
fail(GError **error)
{
    g_set_error(error, STORE_ERROR, STORE_ERROR_CORRUPT,
                "the roll-ups do not hold the deviations of a stored report: rebuild the store");
    return FALSE;
}

/* Newly allocated. */
static gboolean
text_of(StatementCache *statements, gint64 id, char **ret_text, GError **error)
{
    gboolean row;
    g_autoptr(Statement) name = statement_get(statements, "name_one", error);
    if (name == NULL || !statement_step(statement_int(name, 1, id), &row, error))
        return FALSE;
    if (!row)
        return fail(error);
    *ret_text = g_strdup(statement_get_text(name, 1));
    return TRUE;
}

/* Whether a report that counts for COUNTS_FOR and has FINDINGS is in the same row. */
static gboolean
belongs(const Leaving *leaving, const char *counts_for, const char *findings)
{
    g_autofree char *codes = findings_json_codes(findings);
    g_autofree char *text = counts_for_domains(counts_for);
    g_auto(GStrv) domains = g_strsplit(text, ",", -1);
    if (g_strcmp0(codes, leaving->codes) != 0)
        return FALSE;
    if (leaving->row->columns[DAILY_DOMAIN] == DAILY_ALL_DOMAINS)
        return g_strv_length(domains) != 1;
    return g_strv_contains((const char *const *)domains, leaving->domain);
}

/* The first from FIRST to LAST, in the order of the statement NAME. */
static gboolean
find_end(StatementCache *statements, const Leaving *leaving, const char *name, gint64 first,
         gint64 last, gint64 *ret_id, GError **error)
{
    gboolean row;
    g_autoptr(Statement) each = statement_get(statements, name, error);
    if (each == NULL)
        return FALSE;
    statement_int(each, 1, first);
    statement_int(each, 2, last);
    statement_int(each, 3, leaving->row->columns[DAILY_DAY]);
    statement_int(each, 4, leaving->row->columns[DAILY_SENDER]);
    do {
        if (!statement_step(each, &row, error))
            return FALSE;
        if (!row) /* as where a prune has begun with the day: the number stays */
            return TRUE;
    } while (!belongs(leaving, statement_get_text(each, 1), statement_get_text(each, 2)));
    *ret_id = statement_get_int(each, 0);
    return TRUE;
}

static gboolean
read_ends(StatementCache *statements, const DailyRow *row, gint64 *ret_newest, gint64 *ret_oldest,
          GError **error)
{
    gboolean found;
    g_autoptr(Statement) ends = statement_get(statements, "deviation_ends", error);
    if (ends == NULL)
        return FALSE;
    for (int i = 0; i < (int)daily_sums_keys(DAILY_DEVIATION); i++)
        statement_int(ends, i + 1, row->columns[i]);
    if (!statement_step(ends, &found, error))
        return FALSE;
    if (!found)
        return fail(error);
    *ret_newest = statement_get_int(ends, 0);
    *ret_oldest = statement_get_int(ends, 1);
    return TRUE;
}

static gboolean
find_ends(StatementCache *statements, const Leaving *leaving, gint64 *newest, gint64 *oldest,
          GError **error)
{
    gint64 id = leaving->row->columns[DAILY_DEVIATION_NEWEST];
    if (*newest == id &&
        !find_end(statements, leaving, "deviation_before", *oldest, id - 1, newest, error))
        return FALSE;
    return *oldest != id ||
           find_end(statements, leaving, "deviation_after", id + 1, *newest, oldest, error);
}

gboolean
deviation_ends_without(StatementCache *statements, DailyRow *row, GError **error)
{
    gint64 newest, oldest;
    Leaving leaving = {.row = row};
    if (!read_ends(statements, row, &newest, &oldest, error))
        return FALSE;
    gint64 id = row->columns[DAILY_DEVIATION_NEWEST];
    gboolean ok = TRUE;
    if (newest == id || oldest == id)
        ok = text_of(statements, row->columns[DAILY_DOMAIN], &leaving.domain, error) &&
             text_of(statements, row->columns[DAILY_DEVIATION_CODES], &leaving.codes, error) &&
             find_ends(statements, &leaving, &newest, &oldest, error);
    g_free(leaving.domain);
    g_free(leaving.codes);
    row->columns[DAILY_DEVIATION_NEWEST] = newest;
    row->columns[DAILY_DEVIATION_OLDEST] = oldest;
    return ok;
}
