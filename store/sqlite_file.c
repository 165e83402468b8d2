/* sqlite_file.c: the file of an SQLite store as a whole: its size, what it remembers of ids, and
 * copies of it; and what is too large to go through a statement. */
#include "store/sqlite-internal.h"

/* Pages that one release gives back: a few milliseconds. */
#define RELEASED_PAGES          "128"
#define AUTO_VACUUM_INCREMENTAL 2

gboolean
sqlite_read_int(DriverConnection *connection, const char *sql, int *ret_value, GError **error)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(connection->handle, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    gboolean ok = code == SQLITE_ROW || sqlite_fail(connection, code, sql, error);
    if (ok)
        *ret_value = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return ok;
}

/* Without the write-ahead log, which comes and goes. */
gboolean
sqlite_size(DriverConnection *connection, gint64 *ret_bytes, GError **error)
{
    int pages = 0, page_size = 0;
    if (!sqlite_read_int(connection, "PRAGMA page_count", &pages, error) ||
        !sqlite_read_int(connection, "PRAGMA page_size", &page_size, error))
        return FALSE;
    *ret_bytes = (gint64)pages * page_size;
    return TRUE;
}

gboolean
sqlite_unused(DriverConnection *connection, gint64 *ret_bytes, GError **error)
{
    int pages = 0, page_size = 0;
    if (!sqlite_read_int(connection, "PRAGMA freelist_count", &pages, error) ||
        !sqlite_read_int(connection, "PRAGMA page_size", &page_size, error))
        return FALSE;
    *ret_bytes = (gint64)pages * page_size;
    return TRUE;
}

gboolean
sqlite_release(DriverConnection *connection, gboolean *ret_more, GError **error)
{
    int kind = 0, before = 0, after = 0;
    if (!sqlite_read_int(connection, "PRAGMA auto_vacuum", &kind, error) ||
        !sqlite_read_int(connection, "PRAGMA freelist_count", &before, error) ||
        !sqlite_exec(connection, "PRAGMA incremental_vacuum(" RELEASED_PAGES ")", error) ||
        !sqlite_read_int(connection, "PRAGMA freelist_count", &after, error))
        return FALSE;
    *ret_more = kind == AUTO_VACUUM_INCREMENTAL && after > 0 && after < before;
    /* The file itself gets shorter when the log is written into it. */
    return *ret_more || sqlite_exec(connection, "PRAGMA wal_checkpoint(PASSIVE)", error);
}

gboolean
sqlite_compact(DriverConnection *connection, GError **error)
{
    return sqlite_exec(connection, "PRAGMA auto_vacuum = INCREMENTAL; VACUUM", error) &&
           sqlite_exec(connection, "PRAGMA wal_checkpoint(TRUNCATE)", error);
}

/* Of tables with AUTOINCREMENT. */
gboolean
sqlite_given_id(DriverConnection *connection, const char *table, gint64 *ret_id, GError **error)
{
    static const char sql[] = "SELECT seq FROM sqlite_sequence WHERE name = ?1";
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(connection->handle, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    gboolean ok =
        code == SQLITE_ROW || code == SQLITE_DONE || sqlite_fail(connection, code, sql, error);
    if (ok)
        *ret_id = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return ok;
}

gboolean
sqlite_adopt_ids(DriverConnection *connection, const char *table, gint64 given, GError **error)
{
    g_autofree char *sql = g_strdup_printf(
        "UPDATE sqlite_sequence SET seq = %" G_GINT64_FORMAT " WHERE name = '%s' AND seq < "
        "%" G_GINT64_FORMAT ";"
        "INSERT INTO sqlite_sequence (name, seq) SELECT name, %" G_GINT64_FORMAT
        " FROM sqlite_schema WHERE name = '%s' AND sql LIKE '%%AUTOINCREMENT%%'"
        " AND NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = '%s')",
        given, table, given, given, table, table);
    return sqlite_exec(connection, sql, error);
}

/* One reading transaction: a writer is not kept waiting, and the copy is of one moment. It holds no
 * rest of anything that was deleted. */
gboolean
sqlite_copy(DriverConnection *connection, const char *path, GError **error)
{
    sqlite3_stmt *statement = NULL;
    /* "file:" would be read as a URI, and a name without a folder is not ours to make safe. */
    g_autofree char *place =
        g_path_is_absolute(path) ? g_strdup(path) : g_build_filename(".", path, NULL);
    int only_reading = 0;
    if (!sqlite_read_int(connection, "PRAGMA query_only", &only_reading, error) ||
        !sqlite_exec(connection, "PRAGMA query_only = OFF", error))
        return FALSE;
    /* That of the copy; on a connection that cannot write it then fails for this file. */
    (void)sqlite_exec(connection, "PRAGMA auto_vacuum = INCREMENTAL", NULL);
    int code = sqlite3_prepare_v2(connection->handle, "VACUUM INTO ?1", -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_text(statement, 1, place, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    gboolean ok = code == SQLITE_DONE || sqlite_fail(connection, code, "VACUUM INTO", error);
    sqlite3_finalize(statement);
    if (only_reading)
        (void)sqlite_exec(connection, "PRAGMA query_only = ON", NULL);
    return ok;
}

/* A blob that is bound is copied whole into its row before that is written page by page. */
gboolean
sqlite_write_blob(DriverConnection *connection, const char *table, const char *column, gint64 id,
                  const void *data, gsize length, GError **error)
{
    sqlite3_blob *blob = NULL;
    int code = sqlite3_blob_open(connection->handle, "main", table, column, id, 1, &blob);
    if (code == SQLITE_OK)
        code = sqlite3_blob_write(blob, data, (int)length, 0);
    gboolean ok = code == SQLITE_OK || sqlite_fail(connection, code, NULL, error);
    code = sqlite3_blob_close(blob);
    return ok && (code == SQLITE_OK || sqlite_fail(connection, code, NULL, error));
}
