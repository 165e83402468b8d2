/* daily_sums.h: what the reports of one transaction add to the daily roll-ups, added up before it
 * is written, so that each row is written once and all in the order of their keys. Private to
 * store/.
 */
#pragma once

#include "store/statement.h"

typedef struct DailySums DailySums;

/* The table: daily_total has a key of six columns and five sums, daily_failure one of nine and two.
 */
typedef enum { DAILY_TOTAL, DAILY_FAILURE, DAILY_KINDS } DailyKind;
#define DAILY_COLUMNS 11

/* The columns of both, in the order of the tables and of the parameters of their statements. */
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
};

typedef struct {
    gint64 columns[DAILY_COLUMNS];
} DailyRow;

/* How many columns the key has: those before the sums. */
guint daily_sums_keys(DailyKind kind);
/* As qsort wants it, by the first N columns. */
int daily_sums_compare(const DailyRow *one, const DailyRow *other, guint n);

DailySums *daily_sums_new(StatementCache *statements);
void daily_sums_free(DailySums *sums); /* NULL is fine */

/* Adds ROW, each sum of which is from 0 to LIMIT_DAILY_SUM. The total of a failure comes before it.
 * In a write transaction; writes when many wait. */
gboolean daily_sums_add(DailySums *sums, DailyKind kind, const DailyRow *row, GError **error);

/* Writes all that waits: before the roll-ups are read, anything is taken from them or the
 * transaction is committed. Nothing waits afterwards, and none outside a write transaction. */
gboolean daily_sums_write(DailySums *sums, GError **error);
/* All that waits is gone, as after a rollback. */
void daily_sums_forget(DailySums *sums);
