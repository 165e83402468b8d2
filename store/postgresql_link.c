/* postgresql_link.c: one connection to PostgreSQL: how it is made, lost and made again, the answers
 * that come over it, and what its errors mean. */
#ifdef HAVE_LIBPQ

#include <string.h>

#include "schema/limits.h"
#include "store/postgresql-internal.h"

/* ---- errors ---------------------------------------------------------------------------- */

/* The SQLSTATE of an error as ours; two characters stand for their class. */
static const struct {
    const char *state;
    StoreErrorCode code;
} states[] = {
    {"53100", STORE_ERROR_FULL},      /* disk full */
    {"53", STORE_ERROR_BUSY},         /* out of memory, too many connections */
    {"08", STORE_ERROR_BUSY},         /* connection */
    {"25P03", STORE_ERROR_BUSY},      /* idle for too long inside a transaction */
    {"40", STORE_ERROR_BUSY},         /* serialization failure, deadlock, unknown end of a commit */
    {"55P03", STORE_ERROR_BUSY},      /* waited too long for a lock */
    {"57", STORE_ERROR_BUSY},         /* cancelled, shutting down, starting up */
    {"23505", STORE_ERROR_CORRUPT},   /* unique violation: we look before we insert */
    {"25006", STORE_ERROR_IO},        /* can only be read */
    {"28", STORE_ERROR_IO},           /* who are you? */
    {"3D000", STORE_ERROR_NOT_FOUND}, /* no such database */
    {"42501", STORE_ERROR_IO},        /* no right to */
    {"58", STORE_ERROR_IO},           /* the system below it */
    {"XX001", STORE_ERROR_CORRUPT},   {"XX002", STORE_ERROR_CORRUPT},
};

static StoreErrorCode
code_of(const char *state)
{
    for (guint i = 0; state != NULL && i < G_N_ELEMENTS(states); i++) {
        if (g_str_has_prefix(state, states[i].state))
            return states[i].code;
    }
    return STORE_ERROR_INTERNAL;
}

/* MESSAGE of libpq on one line. */
static char *
one_line(const char *message)
{
    char *line = g_strstrip(g_strdup(message != NULL ? message : ""));
    return g_strdelimit(line, "\r\n\t", ' ');
}

gboolean
postgresql_link_lost(DriverConnection *connection)
{
    return connection->pq->status(connection->handle) == CONNECTION_BAD;
}

gboolean
postgresql_link_fail(DriverConnection *connection, const PGresult *result, const char *sql,
                     GError **error)
{
    const LatePq *pq = connection->pq;
    const char *state = result != NULL ? pq->resultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *primary =
        result != NULL ? pq->resultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    g_autofree char *text =
        one_line(primary != NULL ? primary : pq->errorMessage(connection->handle));
    /* Without a state it is libpq that speaks: of the connection. */
    StoreErrorCode code = state == NULL ? STORE_ERROR_BUSY : code_of(state);

    if (g_strcmp0(state, "55P03") == 0)
        g_set_error(error, STORE_ERROR, code, "%s: another process holds the lock (waited %d ms)",
                    connection->shown, connection->lock_wait_ms);
    else if (code == STORE_ERROR_FULL)
        g_set_error(error, STORE_ERROR, code, "%s: no room: %s", connection->shown, text);
    else if (code == STORE_ERROR_INTERNAL)
        g_set_error(error, STORE_ERROR, code, "%s: %s (%s) in: %s", connection->shown, text, state,
                    sql);
    else
        g_set_error(error, STORE_ERROR, code, "%s: %s", connection->shown, text);
    return FALSE;
}

/* ---- connecting ------------------------------------------------------------------------ */

static void
ignore_notice(G_GNUC_UNUSED void *data, G_GNUC_UNUSED const char *message)
{
}

static void
free_names(gpointer names)
{
    g_queue_free_full(names, g_free);
}

/* What the URI leaves open. A server or a network that is gone is noticed within a minute. */
static const char *const keywords[] = {"fallback_application_name",
                                       "connect_timeout",
                                       "keepalives_idle",
                                       "keepalives_interval",
                                       "keepalives_count",
                                       "tcp_user_timeout",
                                       "dbname",
                                       "client_encoding",
                                       NULL};
static const char *const defaults[] = {"tlsgauge", "10", "30",   "10", "3",
                                       "60000",    NULL, "UTF8", NULL};
#define KEYWORD_URI 6 /* of dbname: the URI is expanded there */

static void
fill_values(const DriverConnection *connection, const char *values[G_N_ELEMENTS(keywords)])
{
    memcpy(values, defaults, sizeof defaults);
    values[KEYWORD_URI] = connection->uri;
}

/* Set on each connection. An acknowledged report is on disk even where the role is set up
 * otherwise; a collector that is cut off in the middle does not keep the others waiting for hours.
 */
static gboolean
settle(DriverConnection *connection, GError **error)
{
    g_autofree char *sql = g_strdup_printf(
        "SELECT set_config('synchronous_commit', 'on', false)"
        "  WHERE current_setting('synchronous_commit') = 'off';"
        "SET lock_timeout = %d; SET idle_in_transaction_session_timeout = 60000;"
        "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10;"
        "SET tcp_keepalives_count = 3; SET tcp_user_timeout = 60000;"
        "SET bytea_output = hex; SET standard_conforming_strings = on; SET jit = off;"
        "SET default_transaction_read_only = %s",
        MAX(connection->lock_wait_ms, 1), connection->mode == STORE_READ ? "on" : "off");
    connection->pq->setNoticeProcessor(connection->handle, ignore_notice, NULL);
    connection->session++;
    connection->spoilt = FALSE;
    g_hash_table_remove_all(connection->unused);
    return postgresql_link_command(connection, sql, NULL, error);
}

/* Why no connection came about: PQping tells a server that is away from one that refuses us. */
static gboolean
cannot_connect(DriverConnection *connection, GError **error)
{
    const char *values[G_N_ELEMENTS(keywords)];
    g_autofree char *text = one_line(connection->pq->errorMessage(connection->handle));
    StoreErrorCode code = STORE_ERROR_BUSY;
    fill_values(connection, values);
    switch (connection->pq->pingParams(keywords, values, 1)) {
    case PQPING_OK:
        code = STORE_ERROR_IO;
        break;
    case PQPING_NO_ATTEMPT:
        code = STORE_ERROR_BAD_URI;
        break;
    case PQPING_REJECT:
    case PQPING_NO_RESPONSE:
        break;
    }
    g_set_error(error, STORE_ERROR, code, "%s: %s", connection->shown, text);
    return FALSE;
}

static gboolean
check_server(DriverConnection *connection, GError **error)
{
    const char *encoding = connection->pq->parameterStatus(connection->handle, "server_encoding");
    int version = connection->pq->serverVersion(connection->handle);
    if (version < 150000)
        g_set_error(error, STORE_ERROR, STORE_ERROR_IO,
                    "%s: PostgreSQL 15 or later is needed, the server has %d", connection->shown,
                    version / 10000);
    else if (g_strcmp0(encoding, "UTF8") != 0)
        g_set_error(error, STORE_ERROR, STORE_ERROR_IO,
                    "%s: the database is encoded as %s: make one with ENCODING 'UTF8'",
                    connection->shown, encoding);
    else
        return TRUE;
    return FALSE;
}

DriverConnection *
postgresql_link_open(const char *uri, StoreMode mode, int lock_wait_ms, GError **error)
{
    const char *problem, *values[G_N_ELEMENTS(keywords)];
    const LatePq *pq = late_pq(&problem);
    if (pq == NULL) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_IO, "PostgreSQL: %s", problem);
        return NULL;
    }
    DriverConnection *connection = g_new0(DriverConnection, 1);
    connection->pq = pq;
    connection->uri = g_strdup(uri);
    connection->shown = store_uri_shown(uri);
    connection->mode = mode;
    connection->lock_wait_ms = lock_wait_ms;
    connection->unused = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_names);
    connection->held = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                             (GDestroyNotify)postgresql_rows_free);
    connection->sent = g_ptr_array_new();
    fill_values(connection, values);
    connection->handle = pq->connectdbParams(keywords, values, 1);
    gboolean ok = postgresql_link_lost(connection)
                      ? cannot_connect(connection, error)
                      : check_server(connection, error) && settle(connection, error);
    if (ok)
        return connection;
    postgresql_link_close(connection);
    return NULL;
}

void
postgresql_link_close(DriverConnection *connection)
{
    if (connection == NULL)
        return;
    g_hash_table_destroy(connection->held);
    connection->pq->finish(connection->handle);
    g_hash_table_destroy(connection->unused);
    g_ptr_array_unref(connection->sent);
    g_free(connection->shown);
    g_free(connection->uri);
    g_free(connection);
}

gboolean
postgresql_link_ready(DriverConnection *connection, GError **error)
{
    if (!connection->spoilt && !postgresql_link_lost(connection))
        return TRUE;
    if (connection->state != LINK_IDLE)
        return postgresql_link_fail(connection, NULL, NULL, error);
    if (connection->streaming != NULL)
        postgresql_statement_cut(connection->streaming);
    g_ptr_array_set_size(connection->sent, 0);
    connection->pq->reset(connection->handle);
    if (postgresql_link_lost(connection))
        return postgresql_link_fail(connection, NULL, NULL, error);
    return settle(connection, error);
}

/* ---- answers --------------------------------------------------------------------------- */

void
postgresql_link_sent(DriverConnection *connection, const char *sql)
{
    g_ptr_array_add(connection->sent, (gpointer)sql);
}

static gboolean
is_good(const LatePq *pq, const PGresult *result)
{
    ExecStatusType status = result != NULL ? pq->resultStatus(result) : PGRES_FATAL_ERROR;
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* The end of the results of one statement, or of what is left of a connection. */
static void
skip_results(const DriverConnection *connection)
{
    for (PGresult *result = connection->pq->getResult(connection->handle); result != NULL;
         result = connection->pq->getResult(connection->handle))
        connection->pq->clear(result);
}

gboolean
postgresql_link_answers(DriverConnection *connection, PGresult **ret_last, GError **error)
{
    const LatePq *pq = connection->pq;
    GError *first = NULL;
    PGresult *last = NULL;

    if (pq->pipelineSync(connection->handle) != 1)
        postgresql_link_fail(connection, NULL, "", &first);
    for (guint i = 0; i < connection->sent->len; i++) {
        PGresult *result = pq->getResult(connection->handle);
        /* What comes after the first that failed is not looked at by the server. */
        if (!is_good(pq, result) && first == NULL)
            postgresql_link_fail(connection, result, g_ptr_array_index(connection->sent, i),
                                 &first);
        if (result != NULL)
            skip_results(connection);
        pq->clear(last);
        last = result;
    }
    g_ptr_array_set_size(connection->sent, 0);
    pq->clear(pq->getResult(connection->handle)); /* the end of the pipeline */
    if (first == NULL && ret_last != NULL)
        *ret_last = last;
    else
        pq->clear(last);
    if (first != NULL)
        g_propagate_error(error, first);
    return first == NULL;
}

gboolean
postgresql_link_command(DriverConnection *connection, const char *sql, PGresult **ret_result,
                        GError **error)
{
    const LatePq *pq = connection->pq;
    if (connection->streaming != NULL)
        postgresql_statement_buffer(connection->streaming);
    if (connection->state == LINK_WRITING) {
        if (!postgresql_flush(connection, error))
            return FALSE;
        if (pq->sendQueryParams(connection->handle, sql, 0, NULL, NULL, NULL, NULL, 0) != 1)
            return postgresql_link_fail(connection, NULL, sql, error);
        postgresql_link_sent(connection, sql);
        return postgresql_link_answers(connection, ret_result, error);
    }
    PGresult *result = pq->exec(connection->handle, sql);
    gboolean ok = is_good(pq, result) || postgresql_link_fail(connection, result, sql, error);
    if (ok && ret_result != NULL)
        *ret_result = result;
    else
        pq->clear(result);
    return ok;
}

#endif
