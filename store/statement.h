/* statement.h: a prepared statement of store/sql/, by name. Private to store/.
 *
 * Use: get, bind all parameters, step or run, read columns, done. A text or blob that is bound is
 * borrowed until done.
 */
#pragma once

#include "store/driver.h"

typedef struct Statement Statement;
typedef struct StatementCache StatementCache;

/* Statements are prepared once and kept until the cache goes, which must be before the connection.
 */
StatementCache *statement_cache_new(const Driver *driver, DriverConnection *connection);
void statement_cache_free(StatementCache *cache); /* NULL is fine */

/* Never NULL but on error. One that is in use (a callback asks within a callback) is prepared anew.
 */
Statement *statement_get(StatementCache *cache, const char *name, GError **error);
/* Gives it back; NULL is fine. */
void statement_done(Statement *statement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Statement, statement_done)

/* Each returns STATEMENT, so that binding reads as one expression. */
Statement *statement_int(Statement *statement, int parameter, gint64 value);
Statement *statement_text(Statement *statement, int parameter, const char *text);
Statement *statement_blob(Statement *statement, int parameter, const void *data, gsize length);
Statement *statement_bytes(Statement *statement, int parameter, GBytes *bytes);
/* Zeros in the place of a blob that the driver's write_blob writes later. */
Statement *statement_zeros(Statement *statement, int parameter, gsize length);

/* Whether STATEMENTS come from a database a round trip away, where it pays to ask ahead: */
gboolean statement_can_ask(const StatementCache *statements);
/* notes the query with the parameters of now, any number of times, and */
gboolean statement_ask(Statement *statement, GError **error);
/* makes the rows of the first that is not answered yet those to step through. In a write
 * transaction, and answers after the last question. */
gboolean statement_answer(Statement *statement, GError **error);

gboolean statement_step(Statement *statement, gboolean *ret_row, GError **error);
/* Steps to the end. */
gboolean statement_run(Statement *statement, GError **error);
/* Runs a statement without rows. Only what fails by then is told: the rest fails the next step, or
 * the commit. Inside a write transaction. */
gboolean statement_send(Statement *statement, GError **error);
/* The same for an INSERT that is likely to come again and again, as one of many rows: it may wait
 * until something else is run. No two in a row may have one key. */
gboolean statement_add(Statement *statement, GError **error);
/* Sends an INSERT with the parameters $1 to $COLUMNS once for each of N rows of so many numbers,
 * STRIDE numbers from one row to the next at VALUES: each key once, in the order of the keys.
 * Nothing is bound before.
 */
gboolean statement_send_rows(Statement *statement, const gint64 *values, guint columns,
                             guint stride, guint n, GError **error);
/* Runs an INSERT of one row; *ret_id is the id that it got. (RETURNING would do, and costs SQLite
 * a table of its own each time: a third of all that storing a report takes.) */
gboolean statement_insert(Statement *statement, gint64 *ret_id, GError **error);
/* Steps to the end; *ret_value is the first column of the first row, untouched without a row.
 * ret_row may be NULL. */
gboolean statement_value(Statement *statement, gint64 *ret_value, gboolean *ret_row,
                         GError **error);

gint64 statement_get_int(Statement *statement, int column);
/* Never NULL: "" where there is none, which a damaged row may have in any column. */
const char *statement_get_text(Statement *statement, int column);
/* NULL where there is none. */
const char *statement_get_optional(Statement *statement, int column);
const void *statement_get_blob(Statement *statement, int column, gsize *ret_length);
/* A copy; never NULL. */
GBytes *statement_get_bytes(Statement *statement, int column);
