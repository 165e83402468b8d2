/* sqlite.c: the driver for SQLite; with sqlite_statement.c and sqlite_file.c the only one that
 * knows its types. */
#include <errno.h>
#include <sqlite3.h>

#include "store/place.h"
#include "store/sqlite-internal.h"
#include "store/sqlite_pages.h"

/* "TLSG": PRAGMA application_id, so that file(1) and we can tell the file from another's. */
#define APPLICATION_ID 0x544C5347
/* A measured choice. */
#define PAGE_BYTES     16384

/* Set on each connection. synchronous=FULL is the promise that an acknowledged report is on disk;
 * what is deleted is overwritten where that costs no writing of its own. Foreign keys are there for
 * who reads the schema and for the tests, which look whether all hold: looked up row by row they
 * took a fifth of what storing takes, for ids that were read or given in the same transaction. The
 * last two refuse what a manipulated file could do.
 */
static const char settings[] =
    "PRAGMA page_size = " G_STRINGIFY(PAGE_BYTES) ";"
                                                  "PRAGMA synchronous = FULL;"
                                                  "PRAGMA secure_delete = FAST;"
                                                  "PRAGMA foreign_keys = OFF;"
                                                  "PRAGMA wal_autocheckpoint = 1000;"
                                                  "PRAGMA journal_size_limit = 67108864;"
                                                  "PRAGMA trusted_schema = OFF;"
                                                  "PRAGMA cell_size_check = ON;";

/* ---- errors ---------------------------------------------------------------------------- */

static gboolean
is_no_room(int number)
{
    return number == ENOSPC || number == EDQUOT || number == EFBIG;
}

/* Whether the last failure of the database file or of its log was for want of room. SQLite has a
 * code of its own for ENOSPC alone, and forgets errno where a commit fails. */
static gboolean
no_room(sqlite3 *handle)
{
    static const int pointers[] = {SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER};
    if (is_no_room(sqlite3_system_errno(handle)))
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(pointers); i++) {
        sqlite3_file *file = NULL;
        int number = 0;
        if (sqlite3_file_control(handle, "main", pointers[i], &file) == SQLITE_OK && file != NULL &&
            file->pMethods != NULL &&
            file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &number) == SQLITE_OK &&
            is_no_room(number))
            return TRUE;
    }
    return FALSE;
}

static StoreErrorCode
error_code(sqlite3 *handle, int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return STORE_ERROR_BUSY;
    case SQLITE_FULL:
        return STORE_ERROR_FULL;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return handle != NULL && no_room(handle) ? STORE_ERROR_FULL : STORE_ERROR_IO;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
        return STORE_ERROR_IO;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return STORE_ERROR_CORRUPT;
    case SQLITE_CONSTRAINT: /* we look before we insert: then what we looked at was not true */
        return code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID ||
                       code == SQLITE_CONSTRAINT_UNIQUE
                   ? STORE_ERROR_CORRUPT
                   : STORE_ERROR_INTERNAL;
    default:
        return STORE_ERROR_INTERNAL;
    }
}

/* Tells the error that HANDLE has just had; SQL (may be NULL) stands in messages about defects. */
gboolean
sqlite_fail(DriverConnection *connection, int code, const char *sql, GError **error)
{
    sqlite3 *handle = connection->handle;
    StoreErrorCode kind = error_code(handle, code);
    const char *text = handle != NULL ? sqlite3_errmsg(handle) : sqlite3_errstr(code);

    if (kind == STORE_ERROR_BUSY)
        g_set_error(error, STORE_ERROR, kind, "%s: another process holds the lock (waited %d ms)",
                    connection->place, connection->lock_wait_ms);
    else if (kind == STORE_ERROR_FULL)
        g_set_error(error, STORE_ERROR, kind, "%s: no room: disk or quota is full",
                    connection->place);
    else if (kind == STORE_ERROR_INTERNAL && sql != NULL)
        g_set_error(error, STORE_ERROR, kind, "%s: %s (%d) in: %s", connection->place, text, code,
                    sql);
    else
        g_set_error(error, STORE_ERROR, kind, "%s: %s (%d)", connection->place, text, code);
    return FALSE;
}

/* ---- opening --------------------------------------------------------------------------- */

gboolean
sqlite_exec(DriverConnection *connection, const char *sql, GError **error)
{
    int code = sqlite3_exec(connection->handle, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || sqlite_fail(connection, code, sql, error);
}

/* The version, read in one view: else a store that another process creates at this moment could
 * look like a foreign database. */
static gboolean
sqlite_version(DriverConnection *connection, int *ret_version, GError **error)
{
    gboolean alone = sqlite3_get_autocommit(connection->handle) != 0;
    int application = 0, version = 0, objects = 0;

    if (alone && !sqlite_exec(connection, "BEGIN", error))
        return FALSE;
    gboolean ok =
        sqlite_read_int(connection, "PRAGMA application_id", &application, error) &&
        sqlite_read_int(connection, "PRAGMA user_version", &version, error) &&
        sqlite_read_int(connection, "SELECT COUNT(*) FROM sqlite_schema", &objects, error);
    if (alone)
        (void)sqlite3_exec(connection->handle, "ROLLBACK", NULL, NULL, NULL);
    if (!ok)
        return FALSE;
    gboolean empty = application == 0 && version == 0 && objects == 0;
    if (application != APPLICATION_ID && !empty) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_OURS,
                    "%s: is a database of another program", connection->place);
        return FALSE;
    }
    *ret_version = version;
    return TRUE;
}

static gboolean
sqlite_set_version(DriverConnection *connection, int version, GError **error)
{
    g_autofree char *sql = g_strdup_printf("PRAGMA application_id = %d; PRAGMA user_version = %d;",
                                           APPLICATION_ID, version);
    return sqlite_exec(connection, sql, error);
}

/* The change to WAL needs the file alone and does not ask the busy handler: two programs that
 * start at once would fail. So it is tried until the wait is over. */
static gboolean
enter_wal(DriverConnection *connection, GError **error)
{
    gint64 deadline = g_get_monotonic_time() + (gint64)connection->lock_wait_ms * 1000;
    for (;;) {
        sqlite3_stmt *statement = NULL;
        int code = sqlite3_prepare_v2(connection->handle, "PRAGMA journal_mode = WAL", -1,
                                      &statement, NULL);
        if (code == SQLITE_OK)
            code = sqlite3_step(statement);
        gboolean wal = code == SQLITE_ROW &&
                       g_strcmp0((const char *)sqlite3_column_text(statement, 0), "wal") == 0;
        int busy = (code & 0xff) == SQLITE_BUSY && g_get_monotonic_time() < deadline;
        if (!wal && !busy && code == SQLITE_ROW)
            g_set_error(error, STORE_ERROR, STORE_ERROR_IO,
                        "%s: no write-ahead log can be kept there (a network file system?)",
                        connection->place);
        else if (!wal && !busy)
            sqlite_fail(connection, code, "PRAGMA journal_mode", error);
        sqlite3_finalize(statement);
        if (!busy)
            return wal;
        g_usleep(5000);
    }
}

static void
sqlite_close(DriverConnection *connection)
{
    if (connection == NULL)
        return;
    int code = sqlite3_close(connection->handle);
    g_assert(code == SQLITE_OK); /* else a statement was not finalized */
    g_free(connection->place);
    g_free(connection);
}

/* What the caches of all connections may take together, as one block; 0: each page is taken alone.
 */
static gint64 shared_bytes;

static void
sqlite_share_caches(gint64 bytes)
{
    shared_bytes = bytes;
}

static void
sqlite_set_cache(DriverConnection *connection, gint64 bytes)
{
    g_autofree char *sql =
        g_strdup_printf("PRAGMA cache_size = -%" G_GINT64_FORMAT, MAX(bytes / 1024, 1));
    (void)sqlite_exec(connection, sql, NULL); /* without it the cache stays as it was */
}

static gboolean
configure(DriverConnection *connection, StoreMode mode, gboolean memory, GError **error)
{
    int version;
    sqlite3_extended_result_codes(connection->handle, 1);
    sqlite3_busy_timeout(connection->handle, connection->lock_wait_ms);
    sqlite_set_cache(connection, STORE_CACHE_BYTES);
    sqlite3_db_config(connection->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(connection->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(connection->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    if (mode == STORE_READ)
        return sqlite_exec(connection, settings, error) &&
               sqlite_exec(connection, "PRAGMA query_only = ON", error);
    if (sqlite3_db_readonly(connection->handle, "main") == 1) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_IO, "%s: can only be read", connection->place);
        return FALSE;
    }
    /* Whose it is comes before the first change to the file. */
    return sqlite_exec(connection, settings, error) &&
           sqlite_version(connection, &version, error) &&
           (version != 0 || sqlite_exec(connection, "PRAGMA auto_vacuum = INCREMENTAL", error)) &&
           (memory || enter_wal(connection, error));
}

/* Once, before SQLite is first used: it would count what it allocates, for which each allocation of
 * every thread takes one lock. Nobody asks for the counts. */
static gpointer
set_up(gpointer unused)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* without it all is as well, and slower */
    if (shared_bytes > 0)
        sqlite_pages_share((gsize)shared_bytes, PAGE_BYTES);
    return unused;
}

static DriverConnection *
sqlite_open(const char *place, StoreMode mode, int lock_wait_ms, GError **error)
{
    static GOnce once = G_ONCE_INIT;
    g_once(&once, set_up, NULL);
    gboolean memory = g_strcmp0(place, ":memory:") == 0;
    /* "./" keeps SQLite from reading "file:x" or ":x:" as anything but a name. */
    g_autofree char *path =
        memory || g_path_is_absolute(place) ? g_strdup(place) : g_build_filename(".", place, NULL);
    int flags = SQLITE_OPEN_NOMUTEX;
    if (memory)
        flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY;
    else
        flags |= mode == STORE_WRITE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    if (!memory && !place_check(path, mode, error))
        return NULL;

    DriverConnection *connection = g_new0(DriverConnection, 1);
    connection->place = g_strdup(place);
    connection->lock_wait_ms = lock_wait_ms;
    int code = sqlite3_open_v2(path, &connection->handle, flags, NULL);
    gboolean ok = code == SQLITE_OK
                      ? configure(connection, memory ? STORE_WRITE : mode, memory, error)
                      : sqlite_fail(connection, code, NULL, error);
    if (ok)
        return connection;
    sqlite_close(connection);
    return NULL;
}

/* ---- transactions ---------------------------------------------------------------------- */

static void
sqlite_rollback(DriverConnection *connection)
{
    /* Some errors (a full disk) have rolled back already. */
    if (sqlite3_get_autocommit(connection->handle) == 0)
        (void)sqlite3_exec(connection->handle, "ROLLBACK", NULL, NULL, NULL);
}

static gboolean
sqlite_begin(DriverConnection *connection, gboolean write, GError **error)
{
    return sqlite_exec(connection, write ? "BEGIN IMMEDIATE" : "BEGIN", error);
}

static gboolean
sqlite_commit(DriverConnection *connection, GError **error)
{
    if (sqlite_exec(connection, "COMMIT", error))
        return TRUE;
    sqlite_rollback(connection);
    return FALSE;
}

const Driver driver_sqlite = {
    .name = "sqlite",
    .open = sqlite_open,
    .close = sqlite_close,
    .version = sqlite_version,
    .set_version = sqlite_set_version,
    .size = sqlite_size,
    .unused = sqlite_unused,
    .release = sqlite_release,
    .compact = sqlite_compact,
    .copy = sqlite_copy,
    .set_cache = sqlite_set_cache,
    .share_caches = sqlite_share_caches,
    .exec = sqlite_exec,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .given_id = sqlite_given_id,
    .adopt_ids = sqlite_adopt_ids,
    .prepare = sqlite_prepare,
    .finalize = sqlite_finalize,
    .bind_int = sqlite_bind_int,
    .bind_text = sqlite_bind_text,
    .bind_blob = sqlite_bind_blob,
    .bind_zeros = sqlite_bind_zeros,
    .write_blob = sqlite_write_blob,
    .step = sqlite_step,
    .send = sqlite_send,
    .send_rows = sqlite_send_rows,
    .insert = sqlite_insert,
    .reset = sqlite_reset,
    .column_int = sqlite_column_int,
    .column_text = sqlite_column_text,
    .column_blob = sqlite_column_blob,
};
