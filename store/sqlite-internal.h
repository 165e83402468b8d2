/* sqlite-internal.h: what the files of the driver for SQLite share; only they include it. */
#pragma once

#include <sqlite3.h>

#include "store/driver.h"

struct DriverConnection {
    sqlite3 *handle;
    char *place; /* for messages */
    int lock_wait_ms;
};

/* Tells the error CODE that the handle has just had; FALSE. SQL (may be NULL) stands in messages
 * about defects. */
gboolean sqlite_fail(DriverConnection *connection, int code, const char *sql, GError **error);

/* Parts of driver_sqlite, see driver.h. */
gboolean sqlite_exec(DriverConnection *connection, const char *sql, GError **error);
gboolean sqlite_size(DriverConnection *connection, gint64 *ret_bytes, GError **error);
gboolean sqlite_unused(DriverConnection *connection, gint64 *ret_bytes, GError **error);
gboolean sqlite_release(DriverConnection *connection, gboolean *ret_more, GError **error);
gboolean sqlite_compact(DriverConnection *connection, GError **error);
gboolean sqlite_given_id(DriverConnection *connection, const char *table, gint64 *ret_id,
                         GError **error);
gboolean sqlite_adopt_ids(DriverConnection *connection, const char *table, gint64 given,
                          GError **error);
gboolean sqlite_copy(DriverConnection *connection, const char *path, GError **error);
gboolean sqlite_write_blob(DriverConnection *connection, const char *table, const char *column,
                           gint64 id, const void *data, gsize length, GError **error);

/* The first column of the row that SQL gives. */
gboolean sqlite_read_int(DriverConnection *connection, const char *sql, int *ret_value,
                         GError **error);

/* sqlite_statement.c */
void sqlite_finalize(DriverStatement *statement);
DriverStatement *sqlite_prepare(DriverConnection *connection, const char *sql, GError **error);
void sqlite_bind_int(DriverStatement *statement, int parameter, gint64 value);
void sqlite_bind_text(DriverStatement *statement, int parameter, const char *text);
void sqlite_bind_blob(DriverStatement *statement, int parameter, const void *data, gsize length);
void sqlite_bind_zeros(DriverStatement *statement, int parameter, gsize length);
gboolean sqlite_step(DriverStatement *statement, gboolean *ret_row, GError **error);
gboolean sqlite_send(DriverStatement *statement, GError **error);
gboolean sqlite_send_rows(DriverStatement *statement, const gint64 *values, guint columns,
                          guint stride, guint n, guint *ret_sent, GError **error);
gboolean sqlite_insert(DriverStatement *statement, gint64 *ret_id, GError **error);
void sqlite_reset(DriverStatement *statement);
gint64 sqlite_column_int(DriverStatement *statement, int column);
const char *sqlite_column_text(DriverStatement *statement, int column);
const void *sqlite_column_blob(DriverStatement *statement, int column, gsize *ret_length);
