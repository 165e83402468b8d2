/* postgresql_statement.c: prepared statements, their parameters and rows. Numbers and texts travel
 * as text, so that the server may take them for whatever integer type it finds fit; blobs go as
 * they are and come as hexadecimal. */
#ifdef HAVE_LIBPQ

#include <string.h>

#include "store/postgresql-internal.h"

/* Statements of a pipeline before their answers are read: these wait in the buffers of both ends.
 */
#define IN_FLIGHT 1000

struct DriverStatement {
    DriverConnection *connection;
    char *sql;
    char *name;            /* on the server */
    guint session;         /* in which that name means this statement; 0: in none */
    int n;                 /* parameters $1 to $n */
    guint32 wanted, bound; /* bit i: parameter i + 1 */
    gboolean fault;        /* a number that the statement has not */
    PostgresqlValue values[DRIVER_PARAMETERS];
    char *owned[DRIVER_PARAMETERS]; /* texts that had to be mended */
    gboolean started;
    PGresult *rows;        /* those at hand */
    int row;               /* of these, the one now */
    GQueue more;           /* of PGresult: rows that were read ahead */
    PostgresqlRows *asked; /* what is asked ahead, and not sent yet; NULL: never was */
    gint64 answer;         /* rows holds the answers to all that was asked, and this is the one
                            * now; 0: it does not */
    GPtrArray *blobs;      /* of the row now, decoded */
};
G_STATIC_ASSERT(DRIVER_PARAMETERS <= 32);

/* ---- preparing ------------------------------------------------------------------------- */

/* Brings the statement to the server, under a name that was given up or a new one. */
static gboolean
prepare_now(DriverStatement *statement, GError **error)
{
    DriverConnection *connection = statement->connection;
    const LatePq *pq = connection->pq;
    GQueue *names = g_hash_table_lookup(connection->unused, statement->sql);

    if (statement->session == connection->session)
        return TRUE;
    g_free(statement->name);
    statement->name = names != NULL ? g_queue_pop_head(names) : NULL;
    if (statement->name == NULL) {
        statement->name = g_strdup_printf("s%" G_GUINT64_FORMAT, ++connection->names);
        if (connection->streaming != NULL)
            postgresql_statement_buffer(connection->streaming);
        if (pq->sendPrepare(connection->handle, statement->name, statement->sql, 0, NULL) != 1)
            return postgresql_link_fail(connection, NULL, statement->sql, error);
        if (connection->state == LINK_WRITING) {
            postgresql_link_sent(connection, statement->sql);
            if (!postgresql_link_answers(connection, NULL, error))
                return FALSE;
        } else {
            PGresult *result = pq->getResult(connection->handle);
            gboolean ok = pq->resultStatus(result) == PGRES_COMMAND_OK ||
                          postgresql_link_fail(connection, result, statement->sql, error);
            for (; result != NULL; result = pq->getResult(connection->handle))
                pq->clear(result);
            if (!ok)
                return FALSE;
        }
    }
    statement->session = connection->session;
    return TRUE;
}

void
postgresql_finalize(DriverStatement *statement)
{
    DriverConnection *connection;
    if (statement == NULL)
        return;
    connection = statement->connection;
    postgresql_reset(statement);
    postgresql_rows_free(statement->asked);
    if (statement->session == connection->session) {
        GQueue *names = g_hash_table_lookup(connection->unused, statement->sql);
        if (names == NULL) {
            names = g_queue_new();
            g_hash_table_insert(connection->unused, g_strdup(statement->sql), names);
        }
        g_queue_push_tail(names, g_steal_pointer(&statement->name));
    }
    g_ptr_array_unref(statement->blobs);
    g_free(statement->name);
    g_free(statement->sql);
    g_free(statement);
}

DriverStatement *
postgresql_prepare(DriverConnection *connection, const char *sql, GError **error)
{
    int n = postgresql_text_parameters(sql);
    if (n < 0) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INTERNAL,
                    "not one statement with the placeholders $1, $2 ...: %s", sql);
        return NULL;
    }
    DriverStatement *statement = g_new0(DriverStatement, 1);
    statement->connection = connection;
    statement->sql = g_strdup(sql);
    statement->n = n;
    statement->wanted = n == 32 ? G_MAXUINT32 : (1u << n) - 1;
    statement->blobs = g_ptr_array_new_with_free_func(connection->pq->freemem);
    g_queue_init(&statement->more);
    g_autoptr(GError) first = NULL;
    if (postgresql_link_ready(connection, &first) && prepare_now(statement, &first))
        return statement;
    if (connection->state == LINK_IDLE && postgresql_link_lost(connection) &&
        postgresql_link_ready(connection, NULL) && prepare_now(statement, NULL))
        return statement;
    g_propagate_error(error, g_steal_pointer(&first));
    postgresql_finalize(statement);
    return NULL;
}

/* ---- parameters ------------------------------------------------------------------------ */

/* The place of PARAMETER, or -1 with the fault noted. */
static int
place_of(DriverStatement *statement, int parameter)
{
    if (parameter < 1 || parameter > statement->n) {
        statement->fault = TRUE;
        return -1;
    }
    statement->bound |= 1u << (parameter - 1);
    return parameter - 1;
}

void
postgresql_bind_int(DriverStatement *statement, int parameter, gint64 value)
{
    int i = place_of(statement, parameter);
    if (i < 0)
        return;
    statement->values[i] = (PostgresqlValue){.kind = POSTGRESQL_NUMBER, .number = value};
}

void
postgresql_bind_text(DriverStatement *statement, int parameter, const char *text)
{
    int i = place_of(statement, parameter);
    if (i < 0)
        return;
    /* The server takes nothing else than UTF-8. */
    g_clear_pointer(&statement->owned[i], g_free);
    if (text != NULL && !g_utf8_validate(text, -1, NULL))
        text = statement->owned[i] = g_utf8_make_valid(text, -1);
    statement->values[i] = (PostgresqlValue){
        .kind = POSTGRESQL_TEXT, .data = text, .length = text != NULL ? strlen(text) : 0};
}

void
postgresql_bind_blob(DriverStatement *statement, int parameter, const void *data, gsize length)
{
    int i = place_of(statement, parameter);
    if (i < 0)
        return;
    statement->fault = statement->fault || length > G_MAXINT;
    statement->values[i] =
        (PostgresqlValue){.kind = POSTGRESQL_BLOB, .data = data, .length = length};
}

/* ---- running --------------------------------------------------------------------------- */

static gboolean
check_bound(const DriverStatement *statement, GError **error)
{
    if (!statement->fault && statement->bound == statement->wanted)
        return TRUE;
    g_set_error(error, STORE_ERROR, STORE_ERROR_INTERNAL, "parameters do not fit: %s",
                statement->sql);
    return FALSE;
}

static int
send_values(const DriverStatement *statement)
{
    const char *values[DRIVER_PARAMETERS];
    int lengths[DRIVER_PARAMETERS], formats[DRIVER_PARAMETERS];
    char numbers[DRIVER_PARAMETERS][24];
    for (int i = 0; i < statement->n; i++) {
        const PostgresqlValue *value = &statement->values[i];
        values[i] = value->data;
        lengths[i] = (int)value->length;
        formats[i] = value->kind == POSTGRESQL_BLOB;
        if (value->kind != POSTGRESQL_NUMBER)
            continue;
        g_snprintf(numbers[i], sizeof numbers[i], "%" G_GINT64_FORMAT, value->number);
        values[i] = numbers[i];
    }
    return statement->connection->pq->sendQueryPrepared(
        statement->connection->handle, statement->name, statement->n, values, lengths, formats, 0);
}

/* Sends the statement with its parameters, which are no longer needed then. */
static gboolean
launch(DriverStatement *statement, GError **error)
{
    DriverConnection *connection = statement->connection;
    if (!check_bound(statement, error) || !postgresql_flush(connection, error) ||
        !prepare_now(statement, error))
        return FALSE;
    if (connection->streaming != NULL)
        postgresql_statement_buffer(connection->streaming);
    if (send_values(statement) != 1)
        return postgresql_link_fail(connection, NULL, statement->sql, error);
    if (connection->state == LINK_WRITING)
        postgresql_link_sent(connection, statement->sql);
    return TRUE;
}

/* The next rows as they come from the server; none, with rows NULL, at their end. */
static gboolean
receive(DriverStatement *statement, GError **error)
{
    DriverConnection *connection = statement->connection;
    const LatePq *pq = connection->pq;
    PGresult *result = pq->getResult(connection->handle);
    ExecStatusType status = result != NULL ? pq->resultStatus(result) : PGRES_COMMAND_OK;
    gboolean ok = TRUE;

    if (status == PGRES_SINGLE_TUPLE) {
        statement->rows = result;
        return TRUE;
    }
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        ok = postgresql_link_fail(connection, result, statement->sql, error);
    connection->streaming = NULL;
    for (; result != NULL; result = pq->getResult(connection->handle))
        pq->clear(result);
    return ok;
}

static gboolean
stream(DriverStatement *statement, GError **error)
{
    if (!postgresql_link_ready(statement->connection, error) || !launch(statement, error))
        return FALSE;
    (void)statement->connection->pq->setSingleRowMode(statement->connection->handle);
    statement->connection->streaming = statement;
    return receive(statement, error);
}

static gboolean
start(DriverStatement *statement, GError **error)
{
    DriverConnection *connection = statement->connection;
    g_autoptr(GError) first = NULL;
    statement->row = -1;
    if (connection->state == LINK_WRITING)
        return launch(statement, error) &&
               postgresql_link_answers(connection, &statement->rows, error);
    if (stream(statement, &first))
        return TRUE;
    /* A server that was started anew since is found out in this way. */
    if (connection->state == LINK_IDLE && postgresql_link_lost(connection))
        return stream(statement, error);
    g_propagate_error(error, g_steal_pointer(&first));
    return FALSE;
}

/* The number of the question that row ROW of the answers is for; 0 past the last. */
static gint64
question_of(const DriverStatement *statement, int row)
{
    const LatePq *pq = statement->connection->pq;
    if (row >= pq->ntuples(statement->rows))
        return 0;
    return g_ascii_strtoll(pq->getvalue(statement->rows, row, 0), NULL, 10);
}

gboolean
postgresql_step(DriverStatement *statement, gboolean *ret_row, GError **error)
{
    const LatePq *pq = statement->connection->pq;
    if (!statement->started && !start(statement, error))
        return FALSE;
    statement->started = TRUE;
    g_ptr_array_set_size(statement->blobs, 0);
    if (statement->answer > 0) {
        *ret_row = question_of(statement, statement->row + 1) == statement->answer;
        statement->row += *ret_row;
        return TRUE;
    }
    statement->row++;
    while (statement->rows == NULL || statement->row >= pq->ntuples(statement->rows)) {
        pq->clear(statement->rows);
        statement->row = 0;
        statement->rows = g_queue_pop_head(&statement->more);
        if (statement->rows != NULL && pq->resultStatus(statement->rows) == PGRES_FATAL_ERROR)
            return postgresql_link_fail(statement->connection, statement->rows, statement->sql,
                                        error);
        if (statement->rows != NULL)
            continue;
        if (statement->connection->streaming != statement)
            break;
        if (!receive(statement, error))
            return FALSE;
    }
    *ret_row = statement->rows != NULL;
    return TRUE;
}

gboolean
postgresql_send(DriverStatement *statement, GError **error)
{
    DriverConnection *connection = statement->connection;
    gboolean row = TRUE;
    if (connection->state == LINK_WRITING)
        return launch(statement, error) && (connection->sent->len < IN_FLIGHT ||
                                            postgresql_link_answers(connection, NULL, error));
    while (row) {
        if (!postgresql_step(statement, &row, error))
            return FALSE;
    }
    return TRUE;
}

/* ---- many at once ---------------------------------------------------------------------- */

gboolean
postgresql_add(DriverStatement *statement, GError **error)
{
    DriverConnection *connection = statement->connection;
    PostgresqlRows *rows = g_hash_table_lookup(connection->held, statement->sql);
    if (connection->state != LINK_WRITING)
        return postgresql_send(statement, error);
    if (rows == NULL) {
        rows =
            postgresql_rows_new(connection, statement->sql, statement->n, postgresql_text_insert);
        g_hash_table_insert(connection->held, g_strdup(statement->sql), rows);
    }
    if (!check_bound(statement, error) ||
        (connection->holding != rows && !postgresql_flush(connection, error)))
        return FALSE;
    connection->holding = rows;
    postgresql_rows_add(rows, statement->values);
    return !postgresql_rows_full(rows) || postgresql_flush(connection, error);
}

gboolean
postgresql_flush(DriverConnection *connection, GError **error)
{
    if (connection->holding == NULL)
        return TRUE;
    PostgresqlRows *rows = g_steal_pointer(&connection->holding);
    DriverStatement *all = postgresql_rows_bind(rows, error);
    gboolean ok = all != NULL && postgresql_send(all, error);
    postgresql_rows_forget(rows);
    return ok;
}

gboolean
postgresql_ask(DriverStatement *statement, GError **error)
{
    if (statement->asked == NULL)
        statement->asked = postgresql_rows_new(statement->connection, statement->sql, statement->n,
                                               postgresql_text_select);
    if (!check_bound(statement, error))
        return FALSE;
    postgresql_rows_add(statement->asked, statement->values);
    return TRUE;
}

/* Asks all that was noted, in one go. */
static gboolean
ask_now(DriverStatement *statement, GError **error)
{
    DriverConnection *connection = statement->connection;
    PGresult *rows = NULL;
    DriverStatement *all = postgresql_rows_bind(statement->asked, error);
    gboolean ok =
        all != NULL && launch(all, error) && postgresql_link_answers(connection, &rows, error);
    postgresql_rows_forget(statement->asked);
    if (!ok)
        return FALSE;
    connection->pq->clear(statement->rows);
    statement->rows = rows;
    statement->row = -1;
    statement->answer = 0;
    statement->started = TRUE;
    return TRUE;
}

gboolean
postgresql_answer(DriverStatement *statement, GError **error)
{
    if (postgresql_rows_count(statement->asked) > 0 && !ask_now(statement, error))
        return FALSE;
    statement->answer++;
    for (gint64 next = question_of(statement, statement->row + 1);
         next > 0 && next < statement->answer; next = question_of(statement, statement->row + 1))
        statement->row++;
    return TRUE;
}

gboolean
postgresql_insert(DriverStatement *statement, gint64 *ret_id, GError **error)
{
    PGresult *result = NULL;
    /* Both go in one round trip. */
    if (!postgresql_send(statement, error) ||
        !postgresql_link_command(statement->connection, "SELECT lastval()", &result, error))
        return FALSE;
    *ret_id = g_ascii_strtoll(statement->connection->pq->getvalue(result, 0, 0), NULL, 10);
    statement->connection->pq->clear(result);
    return TRUE;
}

void
postgresql_statement_buffer(DriverStatement *statement)
{
    const LatePq *pq = statement->connection->pq;
    for (PGresult *result = pq->getResult(statement->connection->handle); result != NULL;
         result = pq->getResult(statement->connection->handle))
        g_queue_push_tail(&statement->more, result);
    statement->connection->streaming = NULL;
}

void
postgresql_statement_cut(DriverStatement *statement)
{
    statement->connection->streaming = NULL;
}

void
postgresql_reset(DriverStatement *statement)
{
    DriverConnection *connection = statement->connection;
    if (connection->streaming == statement)
        postgresql_statement_buffer(statement);
    connection->pq->clear(statement->rows);
    statement->rows = NULL;
    g_queue_clear_full(&statement->more, (GDestroyNotify)connection->pq->clear);
    if (statement->asked != NULL)
        postgresql_rows_forget(statement->asked);
    statement->answer = 0;
    g_ptr_array_set_size(statement->blobs, 0);
    for (int i = 0; i < statement->n; i++)
        g_clear_pointer(&statement->owned[i], g_free);
    statement->bound = 0;
    statement->fault = FALSE;
    statement->started = FALSE;
}

/* ---- columns --------------------------------------------------------------------------- */

const char *
postgresql_column_text(DriverStatement *statement, int column)
{
    const LatePq *pq = statement->connection->pq;
    const PGresult *rows = statement->rows;
    column += statement->answer > 0; /* after the number of the question */
    if (rows == NULL || column >= pq->nfields(rows) ||
        pq->getisnull(rows, statement->row, column) != 0)
        return NULL;
    return pq->getvalue(rows, statement->row, column);
}

gint64
postgresql_column_int(DriverStatement *statement, int column)
{
    const char *text = postgresql_column_text(statement, column);
    return text != NULL ? g_ascii_strtoll(text, NULL, 10) : 0;
}

const void *
postgresql_column_blob(DriverStatement *statement, int column, gsize *ret_length)
{
    const char *text = postgresql_column_text(statement, column);
    size_t length = 0;
    unsigned char *bytes = NULL;
    if (text != NULL)
        bytes = statement->connection->pq->unescapeBytea((const unsigned char *)text, &length);
    if (bytes != NULL)
        g_ptr_array_add(statement->blobs, bytes);
    *ret_length = length;
    return bytes;
}

#endif
