#include "store/statement.h"

#include "store/sql_text.h"

struct Statement {
    const Driver *driver;
    DriverConnection *connection;
    DriverStatement *handle;
    gboolean cached;
    gboolean in_use;
};

struct StatementCache {
    const Driver *driver;
    DriverConnection *connection;
    GHashTable *statements; /* name (static text of the caller) -> Statement */
};

static void
statement_free(Statement *statement)
{
    statement->driver->finalize(statement->handle);
    g_free(statement);
}

StatementCache *
statement_cache_new(const Driver *driver, DriverConnection *connection)
{
    StatementCache *cache = g_new0(StatementCache, 1);
    cache->driver = driver;
    cache->connection = connection;
    cache->statements =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)statement_free);
    return cache;
}

void
statement_cache_free(StatementCache *cache)
{
    if (cache == NULL)
        return;
    g_hash_table_destroy(cache->statements);
    g_free(cache);
}

Statement *
statement_get(StatementCache *cache, const char *name, GError **error)
{
    Statement *statement = g_hash_table_lookup(cache->statements, name);
    if (statement != NULL && !statement->in_use) {
        statement->in_use = TRUE;
        return statement;
    }
    DriverStatement *handle = cache->driver->prepare(
        cache->connection, sql_text_statement(name, cache->driver->name), error);
    if (handle == NULL)
        return NULL;
    gboolean first = statement == NULL;
    statement = g_new0(Statement, 1);
    statement->driver = cache->driver;
    statement->connection = cache->connection;
    statement->handle = handle;
    statement->in_use = TRUE;
    statement->cached = first;
    if (first)
        g_hash_table_insert(cache->statements, (gpointer)name, statement);
    return statement;
}

void
statement_done(Statement *statement)
{
    if (statement == NULL)
        return;
    if (!statement->cached) {
        statement_free(statement);
        return;
    }
    statement->driver->reset(statement->handle);
    statement->in_use = FALSE;
}

Statement *
statement_int(Statement *statement, int parameter, gint64 value)
{
    statement->driver->bind_int(statement->handle, parameter, value);
    return statement;
}

Statement *
statement_text(Statement *statement, int parameter, const char *text)
{
    statement->driver->bind_text(statement->handle, parameter, text);
    return statement;
}

Statement *
statement_blob(Statement *statement, int parameter, const void *data, gsize length)
{
    statement->driver->bind_blob(statement->handle, parameter, data, length);
    return statement;
}

Statement *
statement_bytes(Statement *statement, int parameter, GBytes *bytes)
{
    gsize length;
    const void *data = g_bytes_get_data(bytes, &length);
    return statement_blob(statement, parameter, data != NULL ? data : "", length);
}

Statement *
statement_zeros(Statement *statement, int parameter, gsize length)
{
    statement->driver->bind_zeros(statement->handle, parameter, length);
    return statement;
}

gboolean
statement_can_ask(const StatementCache *statements)
{
    return statements->driver->ask != NULL;
}

gboolean
statement_ask(Statement *statement, GError **error)
{
    return statement->driver->ask(statement->handle, error);
}

gboolean
statement_answer(Statement *statement, GError **error)
{
    return statement->driver->answer(statement->handle, error);
}

gboolean
statement_step(Statement *statement, gboolean *ret_row, GError **error)
{
    return statement->driver->step(statement->handle, ret_row, error);
}

gboolean
statement_run(Statement *statement, GError **error)
{
    gboolean row = TRUE;
    while (row) {
        if (!statement_step(statement, &row, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
statement_send(Statement *statement, GError **error)
{
    return statement->driver->send(statement->handle, error);
}

gboolean
statement_add(Statement *statement, GError **error)
{
    const Driver *driver = statement->driver;
    return driver->add != NULL ? driver->add(statement->handle, error)
                               : driver->send(statement->handle, error);
}

gboolean
statement_send_rows(Statement *statement, const gint64 *values, guint columns, guint stride,
                    guint n, GError **error)
{
    const Driver *driver = statement->driver;
    guint sent = 0;
    if (driver->send_rows != NULL &&
        !driver->send_rows(statement->handle, values, columns, stride, n, &sent, error))
        return FALSE;
    values += (gsize)sent * stride;
    for (guint i = sent; i < n; i++, values += stride) {
        for (guint column = 0; column < columns; column++)
            driver->bind_int(statement->handle, (int)column + 1, values[column]);
        if (!statement_add(statement, error))
            return FALSE;
        driver->reset(statement->handle);
    }
    return driver->flush == NULL || driver->flush(statement->connection, error);
}

gboolean
statement_insert(Statement *statement, gint64 *ret_id, GError **error)
{
    return statement->driver->insert(statement->handle, ret_id, error);
}

gboolean
statement_value(Statement *statement, gint64 *ret_value, gboolean *ret_row, GError **error)
{
    gboolean row;
    gint64 value = 0;
    if (!statement_step(statement, &row, error))
        return FALSE;
    gboolean any = row;
    if (any)
        value = statement_get_int(statement, 0);
    /* To the very end: only then all of it is done. */
    if (row && !statement_run(statement, error))
        return FALSE;
    if (any)
        *ret_value = value;
    if (ret_row != NULL)
        *ret_row = any;
    return TRUE;
}

gint64
statement_get_int(Statement *statement, int column)
{
    return statement->driver->column_int(statement->handle, column);
}

const char *
statement_get_text(Statement *statement, int column)
{
    const char *text = statement_get_optional(statement, column);
    return text != NULL ? text : "";
}

const char *
statement_get_optional(Statement *statement, int column)
{
    return statement->driver->column_text(statement->handle, column);
}

const void *
statement_get_blob(Statement *statement, int column, gsize *ret_length)
{
    return statement->driver->column_blob(statement->handle, column, ret_length);
}

GBytes *
statement_get_bytes(Statement *statement, int column)
{
    gsize length;
    const void *data = statement_get_blob(statement, column, &length);
    return data != NULL ? g_bytes_new(data, length) : g_bytes_new_static("", 0);
}
