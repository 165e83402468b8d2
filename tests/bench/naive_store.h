/* naive_store.h: the baseline of storing: text columns, one row a policy and a failure, committed
 * after each report or each so many; statements prepared once, or for each report anew, as in a
 * program that nobody has measured. On demand with the daily sums that a weekly summary is read
 * from. */
#pragma once

#include <sqlite3.h>

#include "plain_report.h"

typedef struct {
    sqlite3 *database;
    sqlite3_stmt *report, *policy, *failure, *day, *day_failure;
    guint batch, waiting;
    gboolean anew, daily; /* set before naive_open */
} NaiveStore;

static inline void
naive_exec(NaiveStore *store, const char *sql)
{
    if (sqlite3_exec(store->database, sql, NULL, NULL, NULL) != SQLITE_OK)
        g_error("%s: %s", sql, sqlite3_errmsg(store->database));
}

static inline sqlite3_stmt *
naive_prepare(NaiveStore *store, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(store->database, sql, -1, &statement, NULL) != SQLITE_OK)
        g_error("%s: %s", sql, sqlite3_errmsg(store->database));
    return statement;
}

static inline void
naive_prepare_all(NaiveStore *store)
{
    store->report =
        naive_prepare(store, "INSERT OR IGNORE INTO report (organization, contact,"
                             " report_id, starts, ends, raw) VALUES (?, ?, ?, ?, ?, ?)");
    store->policy =
        naive_prepare(store, "INSERT INTO policy (report, type, domain, text, successful,"
                             " failed) VALUES (?, ?, ?, ?, ?, ?)");
    store->failure =
        naive_prepare(store, "INSERT INTO failure (policy, result, sending_ip, mx, receiving_ip,"
                             " reason, sessions) VALUES (?, ?, ?, ?, ?, ?, ?)");
    if (!store->daily)
        return;
    store->day = naive_prepare(store, "INSERT INTO day VALUES (?, ?, ?, ?, ?, ?)"
                                      " ON CONFLICT DO UPDATE SET successful = successful +"
                                      " excluded.successful, failed = failed + excluded.failed");
    store->day_failure = naive_prepare(store, "INSERT INTO day_failure VALUES (?, ?, ?, ?, ?, ?)"
                                              " ON CONFLICT DO UPDATE SET sessions = sessions +"
                                              " excluded.sessions");
}

static inline void
naive_finalize_all(NaiveStore *store)
{
    sqlite3_finalize(store->report);
    sqlite3_finalize(store->policy);
    sqlite3_finalize(store->failure);
    sqlite3_finalize(store->day);
    sqlite3_finalize(store->day_failure);
}

static inline void
naive_open(NaiveStore *store, const char *path, guint batch)
{
    if (sqlite3_open(path, &store->database) != SQLITE_OK)
        g_error("%s: %s", path, sqlite3_errmsg(store->database));
    store->batch = batch;
    naive_exec(store,
               "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
               "CREATE TABLE report (id INTEGER PRIMARY KEY, organization TEXT, contact TEXT,"
               " report_id TEXT, starts TEXT, ends TEXT, raw BLOB,"
               " UNIQUE (organization, report_id));"
               "CREATE TABLE policy (id INTEGER PRIMARY KEY, report INTEGER REFERENCES report,"
               " type TEXT, domain TEXT, text TEXT, successful INTEGER, failed INTEGER);"
               "CREATE INDEX policy_report ON policy (report);"
               "CREATE TABLE failure (id INTEGER PRIMARY KEY, policy INTEGER REFERENCES policy,"
               " result TEXT, sending_ip TEXT, mx TEXT, receiving_ip TEXT, reason TEXT,"
               " sessions INTEGER);"
               "CREATE INDEX failure_policy ON failure (policy);"
               "CREATE INDEX report_starts ON report (starts)");
    if (store->daily)
        naive_exec(store,
                   "CREATE TABLE day (day TEXT, organization TEXT, domain TEXT, type TEXT,"
                   " successful INTEGER, failed INTEGER,"
                   " PRIMARY KEY (day, organization, domain, type)) WITHOUT ROWID;"
                   "CREATE TABLE day_failure (day TEXT, organization TEXT, domain TEXT, mx TEXT,"
                   " result TEXT, sessions INTEGER,"
                   " PRIMARY KEY (day, organization, domain, mx, result)) WITHOUT ROWID");
    naive_prepare_all(store);
}

static inline void
naive_run(NaiveStore *store, sqlite3_stmt *statement)
{
    if (sqlite3_step(statement) != SQLITE_DONE)
        g_error("%s", sqlite3_errmsg(store->database));
    sqlite3_reset(statement);
}

static inline void
naive_text(sqlite3_stmt *statement, int column, const char *text)
{
    sqlite3_bind_text(statement, column, text, -1, SQLITE_STATIC);
}

/* What both tables of daily sums begin with. */
static inline void
naive_day(sqlite3_stmt *statement, const PlainReport *report, const PlainEntry *entry)
{
    sqlite3_bind_text(statement, 1, report->start, 10, SQLITE_STATIC);
    naive_text(statement, 2, report->organization);
    naive_text(statement, 3, entry->domain);
}

static inline void
naive_sums(NaiveStore *store, const PlainReport *report, const PlainEntry *entry)
{
    naive_day(store->day, report, entry);
    naive_text(store->day, 4, entry->type);
    sqlite3_bind_int64(store->day, 5, entry->successful);
    sqlite3_bind_int64(store->day, 6, entry->failed);
    naive_run(store, store->day);
    for (gsize i = 0; i < entry->n_failures; i++) {
        const PlainFailure *failure = &entry->failures[i];
        naive_day(store->day_failure, report, entry);
        naive_text(store->day_failure, 4, failure->mx != NULL ? failure->mx : "");
        naive_text(store->day_failure, 5, failure->result_type);
        sqlite3_bind_int64(store->day_failure, 6, failure->sessions);
        naive_run(store, store->day_failure);
    }
}

static inline void
naive_entry(NaiveStore *store, gint64 report, const PlainEntry *entry)
{
    g_autofree char *text = g_strjoinv("\n", entry->policy_string);
    sqlite3_bind_int64(store->policy, 1, report);
    naive_text(store->policy, 2, entry->type);
    naive_text(store->policy, 3, entry->domain);
    naive_text(store->policy, 4, text);
    sqlite3_bind_int64(store->policy, 5, entry->successful);
    sqlite3_bind_int64(store->policy, 6, entry->failed);
    naive_run(store, store->policy);
    gint64 policy = sqlite3_last_insert_rowid(store->database);
    for (gsize i = 0; i < entry->n_failures; i++) {
        const PlainFailure *failure = &entry->failures[i];
        sqlite3_bind_int64(store->failure, 1, policy);
        naive_text(store->failure, 2, failure->result_type);
        naive_text(store->failure, 3, failure->sending_ip);
        naive_text(store->failure, 4, failure->mx);
        naive_text(store->failure, 5, failure->receiving_ip);
        naive_text(store->failure, 6, failure->reason);
        sqlite3_bind_int64(store->failure, 7, failure->sessions);
        naive_run(store, store->failure);
    }
}

static inline void
naive_commit(NaiveStore *store)
{
    if (store->waiting > 0)
        naive_exec(store, "COMMIT");
    store->waiting = 0;
}

static inline void
naive_put(NaiveStore *store, const PlainReport *report, const guint8 *raw, gsize length)
{
    if (store->anew) {
        naive_finalize_all(store);
        naive_prepare_all(store);
    }
    if (store->waiting++ == 0)
        naive_exec(store, "BEGIN IMMEDIATE");
    naive_text(store->report, 1, report->organization);
    naive_text(store->report, 2, report->contact);
    naive_text(store->report, 3, report->report_id);
    naive_text(store->report, 4, report->start);
    naive_text(store->report, 5, report->end);
    sqlite3_bind_blob64(store->report, 6, raw, length, SQLITE_STATIC);
    naive_run(store, store->report);
    if (sqlite3_changes(store->database) > 0) {
        gint64 id = sqlite3_last_insert_rowid(store->database);
        for (gsize i = 0; i < report->n_entries; i++) {
            naive_entry(store, id, &report->entries[i]);
            if (store->daily)
                naive_sums(store, report, &report->entries[i]);
        }
    }
    if (store->waiting >= store->batch)
        naive_commit(store);
}

static inline void
naive_close(NaiveStore *store)
{
    naive_commit(store);
    naive_finalize_all(store);
    sqlite3_close(store->database);
}
