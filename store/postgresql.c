/* postgresql.c: the driver for PostgreSQL: transactions, and whose database it is. */
#ifdef HAVE_LIBPQ

#include "store/postgresql-internal.h"

/* One writer at a time in one schema, as with SQLite: what a transaction has read of names, copies
 * and counters stays true until it commits, reports are numbered in the order in which they appear,
 * and two collectors cannot wait for each other. "TLSG" keeps us apart from other programs' locks.
 */
#define LOCK_WRITING                                                                               \
    "SELECT pg_advisory_xact_lock(1414288199, oid::int4) FROM pg_namespace "                       \
    "WHERE nspname = current_schema()"

/* ---- transactions ---------------------------------------------------------------------- */

static gboolean
send_command(DriverConnection *connection, const char *sql, GError **error)
{
    if (connection->pq->sendQueryParams(connection->handle, sql, 0, NULL, NULL, NULL, NULL, 0) != 1)
        return postgresql_link_fail(connection, NULL, sql, error);
    postgresql_link_sent(connection, sql);
    return TRUE;
}

static void
postgresql_rollback(DriverConnection *connection)
{
    const LatePq *pq = connection->pq;
    if (connection->state == LINK_IDLE)
        return;
    if (connection->holding != NULL)
        postgresql_rows_forget(g_steal_pointer(&connection->holding));
    if (!postgresql_link_lost(connection) &&
        pq->transactionStatus(connection->handle) != PQTRANS_IDLE)
        (void)postgresql_link_command(connection, "ROLLBACK", NULL, NULL);
    if (connection->state == LINK_WRITING)
        connection->spoilt |= pq->exitPipelineMode(connection->handle) != 1;
    connection->spoilt |= pq->transactionStatus(connection->handle) != PQTRANS_IDLE;
    connection->state = LINK_IDLE;
}

/* Once a day there may be a month to make room for; in a transaction of its own, since nobody can
 * read until it ends. In a schema that is still to be made there is no such function. */
static gboolean
make_partitions(DriverConnection *connection, GError **error)
{
    gint64 day = g_get_real_time() / G_USEC_PER_SEC / 86400;
    if (!connection->has_schema || connection->mode == STORE_READ ||
        connection->partitions_day == day)
        return TRUE;
    connection->partitions_day = day;
    return postgresql_link_command(connection,
                                   "SELECT make_partitions(CURRENT_DATE - 31 - DATE '1970-01-01',"
                                   " CURRENT_DATE + 31 - DATE '1970-01-01')",
                                   NULL, error);
}

static gboolean
begin_once(DriverConnection *connection, gboolean write, GError **error)
{
    if (!postgresql_link_ready(connection, error))
        return FALSE;
    if (connection->streaming != NULL)
        postgresql_statement_buffer(connection->streaming);
    if (!write) {
        if (!postgresql_link_command(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                                     NULL, error))
            return FALSE;
        connection->state = LINK_READING;
        return TRUE;
    }
    if (!make_partitions(connection, error))
        return FALSE;
    if (connection->pq->enterPipelineMode(connection->handle) != 1)
        return postgresql_link_fail(connection, NULL, "", error);
    connection->state = LINK_WRITING;
    return send_command(connection, "BEGIN ISOLATION LEVEL READ COMMITTED", error) &&
           send_command(connection, LOCK_WRITING, error) &&
           postgresql_link_answers(connection, NULL, error);
}

static gboolean
postgresql_begin(DriverConnection *connection, gboolean write, GError **error)
{
    g_autoptr(GError) first = NULL;
    if (begin_once(connection, write, &first))
        return TRUE;
    postgresql_rollback(connection);
    /* A server that was started anew since the last transaction is found out in this way. */
    if (postgresql_link_lost(connection)) {
        if (begin_once(connection, write, error))
            return TRUE;
        postgresql_rollback(connection);
        return FALSE;
    }
    g_propagate_error(error, g_steal_pointer(&first));
    return FALSE;
}

static gboolean
postgresql_commit(DriverConnection *connection, GError **error)
{
    const LatePq *pq = connection->pq;
    PGresult *result = NULL;
    gboolean ok = postgresql_link_command(connection, "COMMIT", &result, error);
    /* The COMMIT of a transaction that has failed is answered with success. */
    if (ok && g_strcmp0(pq->cmdStatus(result), "COMMIT") != 0) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INTERNAL,
                    "%s: a transaction that had failed was to be committed", connection->shown);
        ok = FALSE;
    }
    pq->clear(result);
    postgresql_rollback(connection); /* of a transaction that is over: only leaves the pipeline */
    return ok;
}

/* ---- scripts and versions -------------------------------------------------------------- */

/* The server takes several statements at once only outside of a pipeline. */
static gboolean
postgresql_exec(DriverConnection *connection, const char *sql, GError **error)
{
    const LatePq *pq = connection->pq;
    LinkState state = connection->state;
    if (!postgresql_link_ready(connection, error))
        return FALSE;
    if (state == LINK_WRITING) {
        if (!postgresql_flush(connection, error) ||
            !postgresql_link_answers(connection, NULL, error))
            return FALSE;
        (void)pq->exitPipelineMode(connection->handle);
        connection->state = LINK_READING;
    }
    gboolean ok = postgresql_link_command(connection, sql, NULL, error);
    if (state == LINK_WRITING && pq->enterPipelineMode(connection->handle) == 1)
        connection->state = state;
    return ok;
}

/* The first value of the first row of SQL. */
static gboolean
read_int(DriverConnection *connection, const char *sql, int *ret_value, GError **error)
{
    PGresult *result = NULL;
    if (!postgresql_link_ready(connection, error) ||
        !postgresql_link_command(connection, sql, &result, error))
        return FALSE;
    *ret_value = connection->pq->ntuples(result) == 0
                     ? 0
                     : (int)g_ascii_strtoll(connection->pq->getvalue(result, 0, 0), NULL, 10);
    connection->pq->clear(result);
    return TRUE;
}

/* 0: no schema to work in, 1: an empty one, 2: with tables of others, 3: ours. What extensions
 * bring with them is nobody's. */
static const char whose[] =
    "SELECT CASE WHEN current_schema() IS NULL THEN 0"
    " WHEN to_regclass(quote_ident(current_schema()) || '.tlsgauge') IS NOT NULL THEN 3"
    " WHEN EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    "  WHERE n.nspname = current_schema() AND NOT EXISTS (SELECT 1 FROM pg_depend d"
    "   WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')) THEN 2"
    " ELSE 1 END";

static gboolean
postgresql_version(DriverConnection *connection, int *ret_version, GError **error)
{
    int kind = 0;
    if (!read_int(connection, whose, &kind, error))
        return FALSE;
    connection->has_schema = kind == 3;
    if (kind == 3)
        return read_int(connection, "SELECT version FROM tlsgauge", ret_version, error);
    if (kind == 1) {
        *ret_version = 0;
        return TRUE;
    }
    if (kind == 2)
        g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_OURS,
                    "%s: the schema holds tables of another program: give tlsgauge one of its own",
                    connection->shown);
    else
        g_set_error(error, STORE_ERROR, STORE_ERROR_IO,
                    "%s: there is no schema in the search path that may be used",
                    connection->shown);
    return FALSE;
}

static gboolean
postgresql_set_version(DriverConnection *connection, int version, GError **error)
{
    g_autofree char *sql = g_strdup_printf("CREATE TABLE IF NOT EXISTS tlsgauge"
                                           " (version BIGINT NOT NULL);"
                                           "DELETE FROM tlsgauge;"
                                           "INSERT INTO tlsgauge (version) VALUES (%d)",
                                           version);
    return postgresql_exec(connection, sql, error);
}

static gboolean
postgresql_size(DriverConnection *connection, gint64 *ret_bytes, GError **error)
{
    PGresult *result = NULL;
    if (!postgresql_link_ready(connection, error) ||
        !postgresql_link_command(connection,
                                 "SELECT COALESCE(SUM(pg_total_relation_size(c.oid)), 0)"
                                 " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                                 " WHERE n.nspname = current_schema() AND c.relkind = 'r'",
                                 &result, error))
        return FALSE;
    *ret_bytes = g_ascii_strtoll(connection->pq->getvalue(result, 0, 0), NULL, 10);
    connection->pq->clear(result);
    return TRUE;
}

static gboolean
postgresql_make_room(DriverConnection *connection, gint64 first, gint64 last, GError **error)
{
    g_autofree char *sql = g_strdup_printf(
        "SELECT make_partitions(%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ")", first, last);
    return postgresql_link_ready(connection, error) &&
           postgresql_link_command(connection, sql, NULL, error);
}

static gboolean
postgresql_given_id(DriverConnection *connection, const char *table, gint64 *ret_id, GError **error)
{
    PGresult *result = NULL;
    /* Who may only read tables is not told. */
    g_autofree char *sql =
        g_strdup_printf("SELECT CASE WHEN has_sequence_privilege(name, 'USAGE, SELECT')"
                        " THEN COALESCE(pg_sequence_last_value(name::regclass), 0) ELSE 0 END"
                        " FROM pg_get_serial_sequence('%s', 'id') AS name",
                        table);
    if (!postgresql_link_command(connection, sql, &result, error))
        return FALSE;
    *ret_id = g_ascii_strtoll(connection->pq->getvalue(result, 0, 0), NULL, 10);
    connection->pq->clear(result);
    return TRUE;
}

static gboolean
postgresql_adopt_ids(DriverConnection *connection, const char *table, gint64 given, GError **error)
{
    g_autofree char *sql = g_strdup_printf(
        "SELECT setval(pg_get_serial_sequence('%s', 'id'), GREATEST(last, 1), last > 0)"
        " FROM (SELECT GREATEST(MAX(id), %" G_GINT64_FORMAT ") AS last FROM %s) AS ids",
        table, given, table);
    return postgresql_link_command(connection, sql, NULL, error);
}

/* Its autovacuum uses room again. */
static gboolean
postgresql_unused(G_GNUC_UNUSED DriverConnection *connection, gint64 *ret_bytes,
                  G_GNUC_UNUSED GError **error)
{
    *ret_bytes = 0;
    return TRUE;
}

static gboolean
postgresql_release(G_GNUC_UNUSED DriverConnection *connection, gboolean *ret_more,
                   G_GNUC_UNUSED GError **error)
{
    *ret_more = FALSE;
    return TRUE;
}

static gboolean
postgresql_compact(DriverConnection *connection, GError **error)
{
    return postgresql_link_ready(connection, error) &&
           postgresql_link_command(connection, "VACUUM FULL", NULL, error);
}

static char *
postgresql_translate(const char *script)
{
    /* In this order. Comments may change too, and nobody reads them there. Foreign keys are left
     * out: PostgreSQL checks them row by row, and only a superuser can suspend that for a rebuild.
     */
    static const char *const words[][2] = {
        {"\\bINTEGER PRIMARY KEY( AUTOINCREMENT)?",
         "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"},
        {"\\bINTEGER\\b", "BIGINT"},
        {"\\bBLOB\\b", "BYTEA"},
        {"\\bTEXT\\b", "TEXT COLLATE \"C\""}, /* the order of octets, as in SQLite */
        {",\\s*FOREIGN KEY \\([^)]*\\) REFERENCES \\w+", ""},
        {"\\bREFERENCES \\w+ \\(\\w+\\)", ""},
        {"\\bx''", "''"},
        {"\\) STRICT(, WITHOUT ROWID)?;", ");"},
    };
    char *text = g_strdup(script);
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autoptr(GRegex) regex = g_regex_new(words[i][0], 0, 0, NULL);
        char *next = g_regex_replace_literal(regex, text, -1, 0, words[i][1], 0, NULL);
        g_free(text);
        text = next;
    }
    return text;
}

const Driver driver_postgresql = {
    .name = "postgresql",
    .translate = postgresql_translate,
    .open = postgresql_link_open,
    .close = postgresql_link_close,
    .version = postgresql_version,
    .set_version = postgresql_set_version,
    .size = postgresql_size,
    .unused = postgresql_unused,
    .release = postgresql_release,
    .compact = postgresql_compact,
    .exec = postgresql_exec,
    .begin = postgresql_begin,
    .commit = postgresql_commit,
    .rollback = postgresql_rollback,
    .make_room = postgresql_make_room,
    .given_id = postgresql_given_id,
    .adopt_ids = postgresql_adopt_ids,
    .prepare = postgresql_prepare,
    .finalize = postgresql_finalize,
    .bind_int = postgresql_bind_int,
    .bind_text = postgresql_bind_text,
    .bind_blob = postgresql_bind_blob,
    .step = postgresql_step,
    .send = postgresql_send,
    .add = postgresql_add,
    .flush = postgresql_flush,
    .ask = postgresql_ask,
    .answer = postgresql_answer,
    .insert = postgresql_insert,
    .reset = postgresql_reset,
    .column_int = postgresql_column_int,
    .column_text = postgresql_column_text,
    .column_blob = postgresql_column_blob,
};

#endif
