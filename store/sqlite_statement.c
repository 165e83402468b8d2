/* sqlite_statement.c: statements of the driver for SQLite: prepared once, bound, stepped, read. */
#include <string.h>

#include "store/sqlite-internal.h"

/* Rows that one statement inserts where there are many: starting and ending a statement costs a
 * quarter of what a row does. */
#define ROWS_AT_ONCE 16u

struct DriverStatement {
    DriverConnection *connection;
    sqlite3_stmt *handle;
    /* SQLite numbers "$2" by where it first stands in the text; this is SQLite's number for ours.
     */
    int index[DRIVER_PARAMETERS + 1];
    guint32 wanted, bound; /* bit n: parameter n */
    gboolean borrows;      /* what is bound points to memory of the caller */
    int fault;             /* first error of a bind, told by the step */
    sqlite3_stmt *wide;    /* the same for ROWS_AT_ONCE rows; NULL until it is wanted */
};
G_STATIC_ASSERT(DRIVER_PARAMETERS <= 32);

void
sqlite_finalize(DriverStatement *statement)
{
    if (statement == NULL)
        return;
    sqlite3_finalize(statement->handle);
    sqlite3_finalize(statement->wide);
    g_free(statement);
}

/* FALSE for a placeholder that is not "$" and a number within bounds. */
static gboolean
map_parameters(DriverStatement *statement)
{
    for (int i = 1; i <= sqlite3_bind_parameter_count(statement->handle); i++) {
        const char *name = sqlite3_bind_parameter_name(statement->handle, i);
        guint64 number;
        if (name == NULL || name[0] != '$' ||
            !g_ascii_string_to_unsigned(name + 1, 10, 1, DRIVER_PARAMETERS, &number, NULL))
            return FALSE;
        statement->index[number] = i;
        statement->wanted |= 1u << (number - 1);
    }
    return TRUE;
}

/* Whether nothing but white space and comments is left. */
static gboolean
is_blank(DriverConnection *connection, const char *sql)
{
    sqlite3_stmt *more = NULL;
    gboolean blank =
        sqlite3_prepare_v2(connection->handle, sql, -1, &more, NULL) == SQLITE_OK && more == NULL;
    sqlite3_finalize(more);
    return blank;
}

DriverStatement *
sqlite_prepare(DriverConnection *connection, const char *sql, GError **error)
{
    const char *rest = NULL;
    DriverStatement *statement = g_new0(DriverStatement, 1);
    statement->connection = connection;
    int code = sqlite3_prepare_v3(connection->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                  &statement->handle, &rest);
    if (code != SQLITE_OK)
        sqlite_fail(connection, code, sql, error);
    else if (statement->handle == NULL || !is_blank(connection, rest))
        g_set_error(error, STORE_ERROR, STORE_ERROR_INTERNAL, "not one statement: %s", sql);
    else if (!map_parameters(statement))
        g_set_error(error, STORE_ERROR, STORE_ERROR_INTERNAL, "placeholders are $1, $2 ...: %s",
                    sql);
    else
        return statement;
    sqlite_finalize(statement);
    return NULL;
}

/* SQLite's number for PARAMETER, or 0 with the fault noted. */
static int
place_of(DriverStatement *statement, int parameter)
{
    if (parameter < 1 || parameter > DRIVER_PARAMETERS || statement->index[parameter] == 0) {
        statement->fault = SQLITE_RANGE;
        return 0;
    }
    statement->bound |= 1u << (parameter - 1);
    return statement->index[parameter];
}

/* The same for a value that is borrowed until the reset. */
static int
place_to_borrow(DriverStatement *statement, int parameter)
{
    statement->borrows = TRUE;
    return place_of(statement, parameter);
}

static void
note(DriverStatement *statement, int code)
{
    if (code != SQLITE_OK && statement->fault == SQLITE_OK)
        statement->fault = code;
}

void
sqlite_bind_int(DriverStatement *statement, int parameter, gint64 value)
{
    int index = place_of(statement, parameter);
    if (index != 0)
        note(statement, sqlite3_bind_int64(statement->handle, index, value));
}

void
sqlite_bind_text(DriverStatement *statement, int parameter, const char *text)
{
    int index = place_to_borrow(statement, parameter);
    if (index != 0)
        note(statement, sqlite3_bind_text(statement->handle, index, text, -1, SQLITE_STATIC));
}

void
sqlite_bind_blob(DriverStatement *statement, int parameter, const void *data, gsize length)
{
    int index = place_to_borrow(statement, parameter);
    if (index == 0)
        return;
    /* An empty blob is not NULL, though its address may be. */
    if (data != NULL && length == 0)
        note(statement, sqlite3_bind_zeroblob(statement->handle, index, 0));
    else
        note(statement, sqlite3_bind_blob64(statement->handle, index, data, length, SQLITE_STATIC));
}

void
sqlite_bind_zeros(DriverStatement *statement, int parameter, gsize length)
{
    int index = place_of(statement, parameter);
    if (index != 0)
        note(statement, sqlite3_bind_zeroblob64(statement->handle, index, length));
}

gboolean
sqlite_step(DriverStatement *statement, gboolean *ret_row, GError **error)
{
    if (statement->fault != SQLITE_OK || statement->bound != statement->wanted) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INTERNAL, "parameters do not fit (%s): %s",
                    statement->fault != SQLITE_OK ? sqlite3_errstr(statement->fault) : "missing",
                    sqlite3_sql(statement->handle));
        return FALSE;
    }
    int code = sqlite3_step(statement->handle);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return sqlite_fail(statement->connection, code, sqlite3_sql(statement->handle), error);
    *ret_row = code == SQLITE_ROW;
    return TRUE;
}

gboolean
sqlite_send(DriverStatement *statement, GError **error)
{
    gboolean row = TRUE;
    while (row) {
        if (!sqlite_step(statement, &row, error))
            return FALSE;
    }
    return TRUE;
}

/* ---- many rows --------------------------------------------------------------------------- */

/* SQL, an INSERT of COLUMNS columns, for ROWS_AT_ONCE rows. */
static char *
widen(const char *sql, guint columns)
{
    static const char values[] = "VALUES (";
    const char *start = strstr(sql, values), *end = start != NULL ? strchr(start, ')') : NULL;
    g_assert(end != NULL);
    GString *wide = g_string_new_len(sql, start + strlen("VALUES ") - sql);
    for (guint row = 0; row < ROWS_AT_ONCE; row++) {
        g_string_append(wide, row > 0 ? ", (" : "(");
        for (guint column = 0; column < columns; column++)
            g_string_append(wide, column > 0 ? ", ?" : "?");
        g_string_append_c(wide, ')');
    }
    g_string_append(wide, end + 1);
    return g_string_free(wide, FALSE);
}

static gboolean
prepare_wide(DriverStatement *statement, guint columns, GError **error)
{
    if (statement->wide != NULL)
        return TRUE;
    g_autofree char *sql = widen(sqlite3_sql(statement->handle), columns);
    int code = sqlite3_prepare_v3(statement->connection->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                  &statement->wide, NULL);
    return code == SQLITE_OK || sqlite_fail(statement->connection, code, sql, error);
}

static gboolean
send_wide(DriverStatement *statement, const gint64 *values, guint columns, guint stride,
          GError **error)
{
    sqlite3_stmt *wide = statement->wide;
    int parameter = 0, code = SQLITE_OK;
    for (guint row = 0; row < ROWS_AT_ONCE; row++, values += stride) {
        for (guint column = 0; column < columns && code == SQLITE_OK; column++)
            code = sqlite3_bind_int64(wide, ++parameter, values[column]);
    }
    if (code == SQLITE_OK)
        code = sqlite3_step(wide);
    gboolean ok =
        code == SQLITE_DONE || sqlite_fail(statement->connection, code, sqlite3_sql(wide), error);
    sqlite3_reset(wide);
    return ok;
}

gboolean
sqlite_send_rows(DriverStatement *statement, const gint64 *values, guint columns, guint stride,
                 guint n, guint *ret_sent, GError **error)
{
    *ret_sent = n - n % ROWS_AT_ONCE;
    for (guint i = 0; i < *ret_sent; i += ROWS_AT_ONCE) {
        if (!prepare_wide(statement, columns, error) ||
            !send_wide(statement, values + (gsize)i * stride, columns, stride, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
sqlite_insert(DriverStatement *statement, gint64 *ret_id, GError **error)
{
    if (!sqlite_send(statement, error))
        return FALSE;
    *ret_id = sqlite3_last_insert_rowid(statement->connection->handle);
    return TRUE;
}

void
sqlite_reset(DriverStatement *statement)
{
    sqlite3_reset(statement->handle);
    if (statement->borrows)
        sqlite3_clear_bindings(statement->handle);
    statement->borrows = FALSE;
    statement->bound = 0;
    statement->fault = SQLITE_OK;
}

gint64
sqlite_column_int(DriverStatement *statement, int column)
{
    return sqlite3_column_int64(statement->handle, column);
}

const char *
sqlite_column_text(DriverStatement *statement, int column)
{
    return (const char *)sqlite3_column_text(statement->handle, column);
}

const void *
sqlite_column_blob(DriverStatement *statement, int column, gsize *ret_length)
{
    const void *data = sqlite3_column_blob(statement->handle, column);
    *ret_length = (gsize)sqlite3_column_bytes(statement->handle, column);
    return data;
}
