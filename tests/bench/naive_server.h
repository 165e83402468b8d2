/* naive_server.h: the baseline of storing in PostgreSQL: text columns, one row a policy and a
 * failure, brought by COPY, committed after each report or each so many. */
#pragma once

#include <libpq-fe.h>

#include "plain_report.h"

enum { NAIVE_REPORT, NAIVE_POLICY, NAIVE_FAILURE, NAIVE_TABLES };

typedef struct {
    PGconn *connection;
    GString *rows[NAIVE_TABLES]; /* as COPY takes them */
    gint64 report, policy;       /* ids given */
    guint batch, waiting;
} NaiveServer;

static inline void
naive_server_run(NaiveServer *server, const char *sql, ExecStatusType expected)
{
    PGresult *result = PQexec(server->connection, sql);
    if (PQresultStatus(result) != expected)
        g_error("%s: %s", sql, PQerrorMessage(server->connection));
    PQclear(result);
}

static inline void
naive_server_open(NaiveServer *server, const char *uri, guint batch)
{
    server->connection = PQconnectdb(uri);
    server->batch = batch;
    for (guint i = 0; i < NAIVE_TABLES; i++)
        server->rows[i] = g_string_new(NULL);
    naive_server_run(server,
                     "CREATE TABLE report (id BIGINT PRIMARY KEY, organization TEXT, contact TEXT,"
                     " report_id TEXT, starts TEXT, ends TEXT, raw BYTEA);"
                     "CREATE INDEX report_identity ON report (organization, report_id);"
                     "CREATE INDEX report_starts ON report (starts);"
                     "CREATE TABLE policy (id BIGINT PRIMARY KEY, report BIGINT, type TEXT,"
                     " domain TEXT, text TEXT, successful BIGINT, failed BIGINT);"
                     "CREATE INDEX policy_report ON policy (report);"
                     "CREATE TABLE failure (policy BIGINT, result TEXT, sending_ip TEXT, mx TEXT,"
                     " receiving_ip TEXT, reason TEXT, sessions BIGINT);"
                     "CREATE INDEX failure_policy ON failure (policy)",
                     PGRES_COMMAND_OK);
}

static inline void
naive_server_text(GString *row, const char *text)
{
    if (text == NULL) {
        g_string_append(row, "\\N\t");
        return;
    }
    for (; *text != '\0'; text++) {
        if (*text == '\\' || *text == '\t' || *text == '\n' || *text == '\r')
            g_string_append_c(row, '\\');
        g_string_append_c(row, *text);
    }
    g_string_append_c(row, '\t');
}

static inline void
naive_server_entry(NaiveServer *server, const PlainEntry *entry)
{
    GString *row = server->rows[NAIVE_POLICY];
    g_autofree char *text = g_strjoinv("\n", entry->policy_string);
    g_string_append_printf(row, "%" G_GINT64_FORMAT "\t%" G_GINT64_FORMAT "\t", ++server->policy,
                           server->report);
    naive_server_text(row, entry->type);
    naive_server_text(row, entry->domain);
    naive_server_text(row, text);
    g_string_append_printf(row, "%" G_GINT64_FORMAT "\t%" G_GINT64_FORMAT "\n", entry->successful,
                           entry->failed);
    row = server->rows[NAIVE_FAILURE];
    for (gsize i = 0; i < entry->n_failures; i++) {
        const PlainFailure *failure = &entry->failures[i];
        g_string_append_printf(row, "%" G_GINT64_FORMAT "\t", server->policy);
        naive_server_text(row, failure->result_type);
        naive_server_text(row, failure->sending_ip);
        naive_server_text(row, failure->mx);
        naive_server_text(row, failure->receiving_ip);
        naive_server_text(row, failure->reason);
        g_string_append_printf(row, "%" G_GINT64_FORMAT "\n", failure->sessions);
    }
}

static inline void
naive_server_commit(NaiveServer *server)
{
    static const char *const copies[] = {"COPY report FROM STDIN", "COPY policy FROM STDIN",
                                         "COPY failure FROM STDIN"};
    if (server->waiting == 0)
        return;
    naive_server_run(server, "BEGIN", PGRES_COMMAND_OK);
    for (guint i = 0; i < NAIVE_TABLES; i++) {
        GString *rows = server->rows[i];
        if (rows->len == 0)
            continue;
        naive_server_run(server, copies[i], PGRES_COPY_IN);
        PGresult *result = NULL;
        if (PQputCopyData(server->connection, rows->str, (int)rows->len) == 1 &&
            PQputCopyEnd(server->connection, NULL) == 1)
            result = PQgetResult(server->connection);
        if (PQresultStatus(result) != PGRES_COMMAND_OK)
            g_error("%s: %s", copies[i], PQerrorMessage(server->connection));
        PQclear(result);
        PQclear(PQgetResult(server->connection));
        g_string_truncate(rows, 0);
    }
    naive_server_run(server, "COMMIT", PGRES_COMMAND_OK);
    server->waiting = 0;
}

static inline void
naive_server_put(NaiveServer *server, const PlainReport *report, const guint8 *raw, gsize length)
{
    static const char digits[] = "0123456789abcdef";
    GString *row = server->rows[NAIVE_REPORT];
    g_string_append_printf(row, "%" G_GINT64_FORMAT "\t", ++server->report);
    naive_server_text(row, report->organization);
    naive_server_text(row, report->contact);
    naive_server_text(row, report->report_id);
    naive_server_text(row, report->start);
    naive_server_text(row, report->end);
    g_string_append(row, "\\\\x");
    for (gsize i = 0; i < length; i++) {
        g_string_append_c(row, digits[raw[i] >> 4]);
        g_string_append_c(row, digits[raw[i] & 15]);
    }
    g_string_append_c(row, '\n');
    for (gsize i = 0; i < report->n_entries; i++)
        naive_server_entry(server, &report->entries[i]);
    if (++server->waiting >= server->batch)
        naive_server_commit(server);
}

static inline void
naive_server_close(NaiveServer *server)
{
    naive_server_commit(server);
    PQfinish(server->connection);
    for (guint i = 0; i < NAIVE_TABLES; i++)
        g_string_free(server->rows[i], TRUE);
}
