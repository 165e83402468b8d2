/* daily_sums.h: what the reports of one transaction add to the daily roll-ups, added up before it
 * is written, so that each row is written once and all in the order of their keys. Private to
 * store/.
 */
#pragma once

#include "store/statement.h"

typedef struct DailySums DailySums;

/* The table: daily_total has a key of six columns and five sums, daily_failure one of nine and two;
 * daily_copy and daily_deviation have one of four, and four numbers. */
typedef enum { DAILY_TOTAL, DAILY_FAILURE, DAILY_COPY, DAILY_DEVIATION, DAILY_KINDS } DailyKind;
#define DAILY_COLUMNS 11

/* What stands for all domains together in daily_copy and daily_deviation. */
#define DAILY_ALL_DOMAINS 0

/* The columns of each, in the order of the tables and of the parameters of their statements. */
enum {
    DAILY_DAY,
    DAILY_DOMAIN,
    DAILY_SENDER,
    DAILY_POLICY_TYPE,
    DAILY_POLICY,
    DAILY_TRUST,
    DAILY_TOTAL_REPORTS,
    DAILY_TOTAL_SUCCESSFUL,
    DAILY_TOTAL_FAILED,
    DAILY_TOTAL_DETAILED,
    DAILY_TOTAL_ENTRIES,
    DAILY_FAILURE_MX = DAILY_TOTAL_REPORTS,
    DAILY_FAILURE_RESULT,
    DAILY_FAILURE_REASON,
    DAILY_FAILURE_SESSIONS,
    DAILY_FAILURE_ENTRIES,
    DAILY_COPY_TRUST = DAILY_POLICY_TYPE,
    DAILY_COPY_DUPLICATES,
    DAILY_COPY_UNCOUNTED,
    DAILY_COPY_SURPLUS,
    DAILY_COPY_HOMELESS,
    DAILY_DEVIATION_CODES = DAILY_POLICY_TYPE,
    DAILY_DEVIATION_REPORTS,
    DAILY_DEVIATION_SURPLUS,
    DAILY_DEVIATION_NEWEST, /* no sum: the highest */
    DAILY_DEVIATION_OLDEST, /* and the lowest of all */
};

typedef struct {
    gint64 columns[DAILY_COLUMNS];
} DailyRow;

/* How many columns the key has: those before the sums. */
guint daily_sums_keys(DailyKind kind);
/* How many there are: what is behind them in a row is 0. */
guint daily_sums_columns(DailyKind kind);
/* As qsort wants it, by the first N columns. */
int daily_sums_compare(const DailyRow *one, const DailyRow *other, guint n);

DailySums *daily_sums_new(StatementCache *statements);
void daily_sums_free(DailySums *sums); /* NULL is fine */

/* Adds ROW, each number of which is from 0 to LIMIT_DAILY_SUM. The total of a failure comes before
 * it. In a write transaction; writes when many wait. */
gboolean daily_sums_add(DailySums *sums, DailyKind kind, const DailyRow *row, GError **error);

/* Writes all that waits: before the roll-ups are read, anything is taken from them or the
 * transaction is committed. Nothing waits afterwards, and none outside a write transaction. */
gboolean daily_sums_write(DailySums *sums, GError **error);
/* All that waits is gone, as after a rollback. */
void daily_sums_forget(DailySums *sums);
