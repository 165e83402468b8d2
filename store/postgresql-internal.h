/* postgresql-internal.h: what the files of the PostgreSQL driver share. Private to store/.
 *
 * Inside a write transaction the connection is in libpq's pipeline mode: statements are sent one
 * after the other, and their answers are read together when one of them is wanted. Elsewhere rows
 * are read one by one as the server sends them, however many there are.
 */
#pragma once

#include "late/pq.h"
#include "store/driver.h"

typedef struct PostgresqlRows PostgresqlRows;

typedef enum { LINK_IDLE, LINK_READING, LINK_WRITING } LinkState;

struct DriverConnection {
    const LatePq *pq;
    PGconn *handle;
    char *shown; /* the URI without its password, for messages */
    char *uri;
    StoreMode mode;
    int lock_wait_ms;
    guint session;      /* grows with each connection: what was prepared before is gone */
    GHashTable *unused; /* SQL -> GQueue of names prepared in this session, not in use */
    guint64 names;      /* given so far */
    LinkState state;
    gboolean has_schema;        /* ours, when it was last looked at */
    gint64 partitions_day;      /* on which partitions were last asked for; 0: never */
    gboolean spoilt;            /* the session is in an unknown state: to be made anew */
    GPtrArray *sent;            /* in a pipeline: the SQL of what is not answered yet, borrowed */
    GHashTable *held;           /* SQL of an INSERT -> PostgresqlRows that wait to be sent */
    PostgresqlRows *holding;    /* the one of these that has rows; or NULL */
    DriverStatement *streaming; /* the one whose rows are still coming */
};

/* ---- postgresql_link.c: connection, answers, errors ---------------------------------------- */

DriverConnection *postgresql_link_open(const char *uri, StoreMode mode, int lock_wait_ms,
                                       GError **error);
void postgresql_link_close(DriverConnection *connection);

/* Makes the connection anew where it was lost, outside a transaction. STORE_ERROR_BUSY. */
gboolean postgresql_link_ready(DriverConnection *connection, GError **error);
/* Whether it is lost. */
gboolean postgresql_link_lost(DriverConnection *connection);

/* Sets the error of RESULT (NULL: of the connection); SQL stands in messages about defects. */
gboolean postgresql_link_fail(DriverConnection *connection, const PGresult *result, const char *sql,
                              GError **error);

/* Notes that SQL, which must outlive its answer, was sent in the pipeline. */
void postgresql_link_sent(DriverConnection *connection, const char *sql);
/* Reads the answers to all that was sent; the first that failed is told. *ret_last (may be NULL)
 * is the last one, to be cleared by the caller. */
gboolean postgresql_link_answers(DriverConnection *connection, PGresult **ret_last, GError **error);

/* Runs one SQL without parameters. *ret_result may be NULL. */
gboolean postgresql_link_command(DriverConnection *connection, const char *sql,
                                 PGresult **ret_result, GError **error);

/* ---- postgresql_text.c: the text of a statement -------------------------------------------- */

/* How many parameters it has, by the highest placeholder; -1 where one is not "$" and a number
 * within bounds, and for a text that says nothing at all. */
int postgresql_text_parameters(const char *sql);

/* SQL for as many rows as the arrays have that are its N parameters now, of TYPES. NULL where SQL
 * is none that can be widened so. Newly allocated. */
typedef char *(*PostgresqlMany)(const char *sql, const char *const *types, int n);
/* An INSERT of one row: inserts all. */
char *postgresql_text_insert(const char *sql, const char *const *types, int n);
/* A SELECT: before its columns stands the number, from 1, of the parameters that found the row, and
 * the rows come in the order of these. */
char *postgresql_text_select(const char *sql, const char *const *types, int n);

/* ---- postgresql_rows.c: the parameters of many rows ---------------------------------------- */

typedef enum { POSTGRESQL_NUMBER, POSTGRESQL_TEXT, POSTGRESQL_BLOB } PostgresqlKind;
typedef struct {
    PostgresqlKind kind;
    gint64 number;
    const void *data; /* of a text or blob; NULL is NULL */
    gsize length;
} PostgresqlValue;

/* For SQL with N parameters, which TEXT widens. Free before the connection. */
PostgresqlRows *postgresql_rows_new(DriverConnection *connection, const char *sql, int n,
                                    PostgresqlMany text);
void postgresql_rows_free(PostgresqlRows *rows); /* NULL is fine */
/* A row of N values, copied. The kinds are the same in all rows. */
void postgresql_rows_add(PostgresqlRows *rows, const PostgresqlValue *values);
guint postgresql_rows_count(const PostgresqlRows *rows);
/* Whether they should be sent before there are more. */
gboolean postgresql_rows_full(const PostgresqlRows *rows);
/* The statement for all of them, with its parameters bound until the next add or forget. Owned by
 * ROWS; NULL on error. */
DriverStatement *postgresql_rows_bind(PostgresqlRows *rows, GError **error);
void postgresql_rows_forget(PostgresqlRows *rows);

/* ---- postgresql_statement.c ---------------------------------------------------------------- */

/* Reads the rows that are still coming into memory, to make the connection free. */
void postgresql_statement_buffer(DriverStatement *statement);
/* They will not come any more. */
void postgresql_statement_cut(DriverStatement *statement);

DriverStatement *postgresql_prepare(DriverConnection *connection, const char *sql, GError **error);
void postgresql_finalize(DriverStatement *statement);
void postgresql_bind_int(DriverStatement *statement, int parameter, gint64 value);
void postgresql_bind_text(DriverStatement *statement, int parameter, const char *text);
void postgresql_bind_blob(DriverStatement *statement, int parameter, const void *data,
                          gsize length);
gboolean postgresql_step(DriverStatement *statement, gboolean *ret_row, GError **error);
gboolean postgresql_ask(DriverStatement *statement, GError **error);
gboolean postgresql_answer(DriverStatement *statement, GError **error);
gboolean postgresql_send(DriverStatement *statement, GError **error);
gboolean postgresql_add(DriverStatement *statement, GError **error);
gboolean postgresql_flush(DriverConnection *connection, GError **error);
gboolean postgresql_insert(DriverStatement *statement, gint64 *ret_id, GError **error);
void postgresql_reset(DriverStatement *statement);
gint64 postgresql_column_int(DriverStatement *statement, int column);
const char *postgresql_column_text(DriverStatement *statement, int column);
const void *postgresql_column_blob(DriverStatement *statement, int column, gsize *ret_length);
