/* transfer.c: a whole store into another one, of whatever database. Part of store.h. */
#include <string.h>

#include "schema/limits.h"
#include "store/store-internal.h"

/* Tables in an order in which no row comes before one that it refers to. The columns in their
 * order: i is a number, t a text or NULL, b a blob. A test holds this against the schema. */
static const struct {
    const char *read, *write; /* statements */
    const char *columns;
    const char *given; /* the table, where the database gives its ids */
} tables[] = {
    {"transfer_read_name", "transfer_write_name", "it", "name"},
    {"transfer_read_policy", "transfer_write_policy", "ibtt", "policy"},
    {"transfer_read_report", "transfer_write_report",
     "ibbitiiiitttttiiiitttt"
     "iiitbi",
     NULL},
    {"transfer_read_daily_total", "transfer_write_daily_total", "iiiiiiiiiii", NULL},
    {"transfer_read_daily_failure", "transfer_write_daily_failure", "iiiiiiiiiii", NULL},
    {"transfer_read_daily_copy", "transfer_write_daily_copy", "iiiiiiii", NULL},
    {"transfer_read_daily_deviation", "transfer_write_daily_deviation", "iiiiiiii", NULL},
    {"transfer_read_quarantine", "transfer_write_quarantine", "ibtttttttiiiiib", "quarantine"},
    {"transfer_read_mailbox", "transfer_write_mailbox", "tiit", NULL},
    {"transfer_read_check_run", "transfer_write_check_run", "ititttt", "check_run"},
    {"transfer_read_alert", "transfer_write_alert", "tttiiittiiit", NULL},
    {"transfer_read_changed", "transfer_write_changed", "tii", NULL},
};

static void
pass_column(Statement *row, Statement *into, char type, int column)
{
    gsize length;
    const void *data;
    switch (type) {
    case 'i':
        statement_int(into, column + 1, statement_get_int(row, column));
        break;
    case 't':
        statement_text(into, column + 1, statement_get_optional(row, column));
        break;
    default:
        data = statement_get_blob(row, column, &length);
        statement_blob(into, column + 1, data != NULL ? data : "", length);
        break;
    }
}

/* An id that was told to people does not come back for something else. */
static gboolean
pass_ids(Store *from, Store *to, const char *table, GError **error)
{
    gint64 given = 0;
    return table == NULL || (from->driver->given_id(from->connection, table, &given, error) &&
                             to->driver->adopt_ids(to->connection, table, given, error));
}

static gboolean
pass_rows(Store *from, Store *to, guint table, gint64 *ret_rows, GError **error)
{
    const char *columns = tables[table].columns;
    gint64 rows = 0;
    gboolean row;
    g_autoptr(Statement) read = statement_get(from->statements, tables[table].read, error);
    if (read == NULL)
        return FALSE;
    for (;;) {
        if (!statement_step(read, &row, error))
            return FALSE;
        if (!row)
            break;
        g_autoptr(Statement) write = statement_get(to->statements, tables[table].write, error);
        if (write == NULL)
            return FALSE;
        for (int i = 0; columns[i] != '\0'; i++)
            pass_column(read, write, columns[i], i);
        if (!statement_add(write, error))
            return FALSE;
        rows++;
    }
    *ret_rows = rows;
    return pass_ids(from, to, tables[table].given, error);
}

/* Whether no table of STORE has a row. */
static gboolean
check_empty(Store *store, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
        gboolean row;
        g_autoptr(Statement) read = statement_get(store->statements, tables[i].read, error);
        if (read == NULL || !statement_step(read, &row, error))
            return FALSE;
        if (row) {
            g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_EMPTY,
                        "the store that shall be filled is not empty");
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
pass_tables(Store *from, Store *to, StoreCounts *ret_counts, GError **error)
{
    gint64 rows;
    if (!check_empty(to, error))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
        if (!pass_rows(from, to, i, &rows, error))
            return FALSE;
    }
    /* As a whole: the commit writes those that differ. */
    Counters counters;
    if (!counters_load(&counters, from->statements, error))
        return FALSE;
    memcpy(to->counters.value, counters.value, sizeof counters.value);
    return store_counts(to, ret_counts, error);
}

/* Room for the days of FROM, those of the last years one by one; before the transaction. */
static gboolean
make_room(Store *from, Store *to, GError **error)
{
    gint32 first, last;
    gboolean any;
    gint64 today = g_get_real_time() / G_USEC_PER_SEC / 86400;
    if (to->driver->make_room == NULL)
        return TRUE;
    if (!store_period(from, &any, &first, &last, error))
        return FALSE;
    return !any || to->driver->make_room(to->connection, MAX(first, today - LIMIT_TRANSFER_DAYS),
                                         MIN(last, today + 31), error);
}

gboolean
store_transfer(Store *from, Store *to, StoreCounts *ret_counts, GError **error)
{
    StoreCounts counts;
    if (!store_begin_read(from, error))
        return FALSE;
    gboolean ok = make_room(from, to, error) && store_begin(to, error);
    if (ok && !pass_tables(from, to, &counts, error)) {
        store_rollback(to);
        ok = FALSE;
    }
    ok = ok && store_commit(to, error);
    store_end_read(from);
    if (ok)
        *ret_counts = counts;
    return ok;
}
