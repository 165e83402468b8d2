/* postgresql-internal.h: what the files of the PostgreSQL driver share. Private to store/.
 *
 * Inside a write transaction the connection is in libpq's pipeline mode: statements are sent one
 * after the other, and their answers are read together when one of them is wanted. Elsewhere rows
 * are read one by one as the server sends them, however many there are.
 */
#pragma once

#include "late/pq.h"
#include "store/driver.h"

typedef struct {
    const char *sql;        /* for messages; borrowed */
    DriverStatement *asker; /* wants the answer for itself; or NULL */
} PostgresqlSent;

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
    GArray *sent;               /* in a pipeline: PostgresqlSent, what is not answered yet */
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

/* Notes that SQL, which must outlive its answer, was sent in the pipeline; ASKER as above. */
void postgresql_link_sent(DriverConnection *connection, const char *sql, DriverStatement *asker);
/* Reads the answers to all that was sent; the first that failed is told. *ret_last (may be NULL)
 * is the last one, to be cleared by the caller. */
gboolean postgresql_link_answers(DriverConnection *connection, PGresult **ret_last, GError **error);

/* Runs one SQL without parameters. *ret_result may be NULL. */
gboolean postgresql_link_command(DriverConnection *connection, const char *sql,
                                 PGresult **ret_result, GError **error);

/* ---- postgresql_statement.c ---------------------------------------------------------------- */

/* Reads the rows that are still coming into memory, to make the connection free. */
void postgresql_statement_buffer(DriverStatement *statement);
/* Keeps an answer that was asked for ahead. */
void postgresql_statement_answered(DriverStatement *statement, PGresult *result);
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
gboolean postgresql_insert(DriverStatement *statement, gint64 *ret_id, GError **error);
void postgresql_reset(DriverStatement *statement);
gint64 postgresql_column_int(DriverStatement *statement, int column);
const char *postgresql_column_text(DriverStatement *statement, int column);
const void *postgresql_column_blob(DriverStatement *statement, int column, gsize *ret_length);
