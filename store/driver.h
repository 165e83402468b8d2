/* driver.h: the narrow gap between the store and a database. Private to store/.
 *
 * A driver is one static Driver. It knows connections, statements and transactions, and nothing of
 * reports. SQL comes from store/sql/ with the placeholders $1, $2 ..., in words that all databases
 * take (PostgreSQL wants to know the type of a parameter where it first stands: CAST($3 AS TEXT) IS
 * NULL); parameters and columns are
 * asked for by those numbers (parameters from 1, columns from 0). Errors are STORE_ERROR; what is
 * a defect of ours (a wrong number, a statement that does not compile) is STORE_ERROR_INTERNAL.
 */
#pragma once

#include "store/store.h"

typedef struct DriverConnection DriverConnection;
typedef struct DriverStatement DriverStatement;

/* Parameters of one statement; no statement of ours comes near. */
#define DRIVER_PARAMETERS 32

typedef struct {
    const char *name; /* "sqlite": the scheme of its URI */

    /* SCRIPT (a migration as SQLite takes it) in the words of this database, newly allocated. NULL
     * where it takes the same. */
    char *(*translate)(const char *script);

    /* Opens PLACE (what stands after "sqlite:"; a whole "postgresql:" URI). In STORE_WRITE mode it
     * is created when absent. A database of another program is refused and left as it is. */
    DriverConnection *(*open)(const char *place, StoreMode mode, int lock_wait_ms, GError **error);
    void (*close)(DriverConnection *connection);

    /* The version of our schema in it, 0 when it holds nothing at all. */
    gboolean (*version)(DriverConnection *connection, int *ret_version, GError **error);
    /* Writes the version and marks the database as ours; inside a transaction. */
    gboolean (*set_version)(DriverConnection *connection, int version, GError **error);

    /* Octets that the database takes on disk. */
    gboolean (*size)(DriverConnection *connection, gint64 *ret_bytes, GError **error);

    /* Octets of these that nothing uses; 0 where the database sees to that by itself. */
    gboolean (*unused)(DriverConnection *connection, gint64 *ret_bytes, GError **error);
    /* Gives a part of them back; *ret_more is FALSE when no more can be. Outside a transaction, as
     * are the next two. */
    gboolean (*release)(DriverConnection *connection, gboolean *ret_more, GError **error);
    /* Writes it anew, as small as it can be. */
    gboolean (*compact)(DriverConnection *connection, GError **error);
    /* Writes all that is committed to the file PATH. NULL: it has means of its own. */
    gboolean (*copy)(DriverConnection *connection, const char *path, GError **error);
    /* Keeps at most BYTES of pages in memory. NULL: the server does so for all. */
    void (*set_cache)(DriverConnection *connection, gint64 bytes);
    void (*share_caches)(gint64 bytes); /* of all connections to come; NULL where set_cache is */

    /* Runs several statements without parameters whose rows nobody wants. */
    gboolean (*exec)(DriverConnection *connection, const char *sql, GError **error);

    /* WRITE takes the write lock at once, so that no later statement can fail for want of it: there
     * is one writer at a time, and what it has read is true until it commits. */
    gboolean (*begin)(DriverConnection *connection, gboolean write, GError **error);
    /* After FALSE the transaction has been rolled back. */
    gboolean (*commit)(DriverConnection *connection, GError **error);
    void (*rollback)(DriverConnection *connection); /* no-op outside a transaction */

    /* Room for the days FIRST to LAST before they come in, outside of a transaction; NULL where no
     * database needs to be told. */
    gboolean (*make_room)(DriverConnection *connection, gint64 first, gint64 last, GError **error);
    /* The highest id that the database remembers to have given in TABLE, of rows that are gone too;
     * 0 where it remembers none. */
    gboolean (*given_id)(DriverConnection *connection, const char *table, gint64 *ret_id,
                         GError **error);
    /* Rows of TABLE were inserted with ids of their own: those that the database gives from now on
     * come after them, and after GIVEN where no id may be given twice. */
    gboolean (*adopt_ids)(DriverConnection *connection, const char *table, gint64 given,
                          GError **error);

    /* SQL is one statement; more is refused. The connection must outlive the statement. */
    DriverStatement *(*prepare)(DriverConnection *connection, const char *sql, GError **error);
    void (*finalize)(DriverStatement *statement);
    /* Binding never fails by itself: a wrong number or a parameter left out fails the step.
     * Text and blobs are borrowed until the reset. text NULL, or a NULL blob, is NULL. */
    void (*bind_int)(DriverStatement *statement, int parameter, gint64 value);
    void (*bind_text)(DriverStatement *statement, int parameter, const char *text);
    void (*bind_blob)(DriverStatement *statement, int parameter, const void *data, gsize length);
    /* Both NULL where the database takes a large blob without a copy of its own. Else zeros are
     * bound in its place, and after the insert the octets are written into COLUMN of row ID. */
    void (*bind_zeros)(DriverStatement *statement, int parameter, gsize length);
    gboolean (*write_blob)(DriverConnection *connection, const char *table, const char *column,
                           gint64 id, const void *data, gsize length, GError **error);
    /* *ret_row says whether there is a row now; FALSE there is the end. */
    gboolean (*step)(DriverStatement *statement, gboolean *ret_row, GError **error);
    /* Runs a statement whose rows nobody wants. A driver may put off to see how it went until the
     * next step or the commit, which then fails: for a database that is a round trip away. */
    gboolean (*send)(DriverStatement *statement, GError **error);
    /* Both NULL where each statement is as good on its own. In a write transaction: add puts the
     * row of an INSERT aside, with the parameters as they are bound now; all that were added go as
     * one statement before anything else does, or by flush. Told as by send. No two rows that go
     * together may have one key. */
    gboolean (*add)(DriverStatement *statement, GError **error);
    gboolean (*flush)(DriverConnection *connection, GError **error);
    /* Runs an INSERT, whose parameters are all its columns in their order, for the first *ret_sent
     * of N rows of COLUMNS numbers, as many as go together; STRIDE numbers lie between the starts
     * of two rows. NULL where add does it. */
    gboolean (*send_rows)(DriverStatement *statement, const gint64 *values, guint columns,
                          guint stride, guint n, guint *ret_sent, GError **error);
    /* Both NULL where the database is next door. In a write transaction: ask notes a query with the
     * parameters of now, answer makes the rows of the first one that has not been answered those to
     * step through. No ask between two answers. */
    gboolean (*ask)(DriverStatement *statement, GError **error);
    gboolean (*answer)(DriverStatement *statement, GError **error);
    /* Runs an INSERT of one row; *ret_id is the id that it was given. */
    gboolean (*insert)(DriverStatement *statement, gint64 *ret_id, GError **error);
    /* Ready to be bound again; gives up locks that reading took. */
    void (*reset)(DriverStatement *statement);

    /* Of the row now; borrowed until the next step or reset. NULL comes as 0, NULL, NULL. */
    gint64 (*column_int)(DriverStatement *statement, int column);
    const char *(*column_text)(DriverStatement *statement, int column);
    const void *(*column_blob)(DriverStatement *statement, int column, gsize *ret_length);
} Driver;

extern const Driver driver_sqlite;
#ifdef HAVE_LIBPQ
extern const Driver driver_postgresql;
#endif
