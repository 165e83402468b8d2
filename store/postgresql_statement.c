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
    const char *values[DRIVER_PARAMETERS];
    int lengths[DRIVER_PARAMETERS], formats[DRIVER_PARAMETERS];
    char numbers[DRIVER_PARAMETERS][24];
    char *owned[DRIVER_PARAMETERS]; /* texts that had to be mended */
    gboolean started;
    PGresult *rows;   /* those at hand */
    int row;          /* of these, the one now */
    GQueue more;      /* of PGresult: rows that were read ahead */
    GQueue answers;   /* of PGresult: to what was asked ahead */
    guint pending;    /* asked ahead, and still on the way */
    GPtrArray *blobs; /* of the row now, decoded */
};
G_STATIC_ASSERT(DRIVER_PARAMETERS <= 32);

/* ---- preparing ------------------------------------------------------------------------- */

/* What follows a quoted text or a comment at SQL, or SQL itself where there is none. */
static const char *
skip_quoted(const char *sql)
{
    const char *end = NULL;
    if (*sql == '\'' || *sql == '"')
        end = strchr(sql + 1, *sql);
    else if (g_str_has_prefix(sql, "--"))
        return sql + strcspn(sql, "\n");
    else if (g_str_has_prefix(sql, "/*") && (end = strstr(sql + 2, "*/")) != NULL)
        end++;
    return end != NULL ? end + 1 : sql;
}

/* The highest placeholder; -1 for one that is not "$" and a number within bounds, and for a text
 * that says nothing at all. */
static int
count_parameters(const char *sql)
{
    int highest = 0;
    gboolean blank = TRUE;
    while (*sql != '\0') {
        const char *next = skip_quoted(sql);
        if (next != sql) {
            sql = next;
            continue;
        }
        if (*sql == '$') {
            guint64 number = g_ascii_strtoull(sql + 1, NULL, 10);
            if (!g_ascii_isdigit(sql[1]) || number < 1 || number > DRIVER_PARAMETERS)
                return -1;
            highest = MAX(highest, (int)number);
        }
        blank = blank && (g_ascii_isspace(*sql) || *sql == ';');
        sql++;
    }
    return blank ? -1 : highest;
}

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
            postgresql_link_sent(connection, statement->sql, NULL);
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
    int n = count_parameters(sql);
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
    g_queue_init(&statement->answers);
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
    g_snprintf(statement->numbers[i], sizeof statement->numbers[i], "%" G_GINT64_FORMAT, value);
    statement->values[i] = statement->numbers[i];
    statement->formats[i] = 0;
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
    statement->values[i] = text;
    statement->formats[i] = 0;
}

void
postgresql_bind_blob(DriverStatement *statement, int parameter, const void *data, gsize length)
{
    int i = place_of(statement, parameter);
    if (i < 0)
        return;
    statement->fault = statement->fault || length > G_MAXINT;
    statement->values[i] = data;
    statement->lengths[i] = (int)MIN(length, G_MAXINT);
    statement->formats[i] = 1;
}

/* ---- running --------------------------------------------------------------------------- */

/* Sends the statement with its parameters, which are no longer needed then. ASKER is for the
 * pipeline. */
static gboolean
launch(DriverStatement *statement, DriverStatement *asker, GError **error)
{
    DriverConnection *connection = statement->connection;
    if (statement->fault || statement->bound != statement->wanted) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INTERNAL, "parameters do not fit: %s",
                    statement->sql);
        return FALSE;
    }
    if (!prepare_now(statement, error))
        return FALSE;
    if (connection->streaming != NULL)
        postgresql_statement_buffer(connection->streaming);
    if (connection->pq->sendQueryPrepared(connection->handle, statement->name, statement->n,
                                          statement->values, statement->lengths, statement->formats,
                                          0) != 1)
        return postgresql_link_fail(connection, NULL, statement->sql, error);
    if (connection->state == LINK_WRITING)
        postgresql_link_sent(connection, statement->sql, asker);
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
    if (!postgresql_link_ready(statement->connection, error) || !launch(statement, NULL, error))
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
        return launch(statement, NULL, error) &&
               postgresql_link_answers(connection, &statement->rows, error);
    if (stream(statement, &first))
        return TRUE;
    /* A server that was started anew since is found out in this way. */
    if (connection->state == LINK_IDLE && postgresql_link_lost(connection))
        return stream(statement, error);
    g_propagate_error(error, g_steal_pointer(&first));
    return FALSE;
}

gboolean
postgresql_step(DriverStatement *statement, gboolean *ret_row, GError **error)
{
    const LatePq *pq = statement->connection->pq;
    if (!statement->started && !start(statement, error))
        return FALSE;
    statement->started = TRUE;
    statement->row++;
    g_ptr_array_set_size(statement->blobs, 0);
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
        return launch(statement, NULL, error) && (connection->sent->len < IN_FLIGHT ||
                                                  postgresql_link_answers(connection, NULL, error));
    while (row) {
        if (!postgresql_step(statement, &row, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
postgresql_ask(DriverStatement *statement, GError **error)
{
    if (!launch(statement, statement, error))
        return FALSE;
    statement->pending++;
    return TRUE;
}

void
postgresql_statement_answered(DriverStatement *statement, PGresult *result)
{
    g_queue_push_tail(&statement->answers, result);
    statement->pending--;
}

gboolean
postgresql_answer(DriverStatement *statement, GError **error)
{
    if (g_queue_is_empty(&statement->answers) &&
        !postgresql_link_answers(statement->connection, NULL, error))
        return FALSE;
    statement->connection->pq->clear(statement->rows);
    statement->rows = g_queue_pop_head(&statement->answers);
    statement->row = -1;
    statement->started = TRUE;
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

static void
drop_results(DriverConnection *connection, GQueue *results)
{
    for (PGresult *rows = g_queue_pop_head(results); rows != NULL; rows = g_queue_pop_head(results))
        connection->pq->clear(rows);
}

void
postgresql_reset(DriverStatement *statement)
{
    DriverConnection *connection = statement->connection;
    if (connection->streaming == statement)
        postgresql_statement_buffer(statement);
    connection->pq->clear(statement->rows);
    statement->rows = NULL;
    for (guint i = 0; statement->pending > 0 && i < connection->sent->len; i++) {
        PostgresqlSent *sent = &g_array_index(connection->sent, PostgresqlSent, i);
        if (sent->asker == statement)
            sent->asker = NULL;
    }
    statement->pending = 0;
    drop_results(connection, &statement->more);
    drop_results(connection, &statement->answers);
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
