/* rollup.h: what one report adds to the daily roll-ups, and takes from them. Private to store/. */
#pragma once

#include "schema/report.h"
#include "schema/trust.h"
#include "store/daily_sums.h"
#include "store/intern.h"

typedef struct Rollup Rollup;

/* The rows that REPORT adds, where the entries count for LISTS (of char **, one an entry; NULL:
 * for what they say themselves), under the shown sender SENDER (a name id). Rows with one key are
 * added up within the report. */
Rollup *rollup_new(Intern *intern, const Report *report, const GPtrArray *lists, gint64 sender,
                   Trust trust, GError **error);
/* Further that it has deviations: CODES is the name id of findings_codes, ID that of its row. */
void rollup_set_deviations(Rollup *rollup, gint64 codes, gint64 id);

/* Copies of a report, whether it counts or not. */
typedef struct {
    gint32 day;
    const char *counts_for; /* as counts_for.h has it */
    gint64 sender;
    Trust trust;
    gint64 duplicates; /* of equal content, beyond the first */
    gint64 uncounted;  /* 1: it does not count itself */
} RollupCopies;
/* The rows that COPIES add, one of whose numbers is not 0. */
Rollup *rollup_of_copies(Intern *intern, const RollupCopies *copies, GError **error);
void rollup_free(Rollup *rollup); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rollup, rollup_free)

/* Whether ROLLUP may be added: it has at most LIMIT_ROLLUP_ROWS rows and takes no daily sum past
 * LIMIT_DAILY_SUM. Anyone can claim any count, and no sum may overflow. */
gboolean rollup_fits(const Rollup *rollup, DailySums *sums, StatementCache *statements,
                     gboolean *ret_fits, GError **error);

/* To what waits in SUMS to be written. */
gboolean rollup_add(const Rollup *rollup, DailySums *sums, GError **error);
/* Exactly what was added, after all that waits in SUMS; rows that no report stands behind any more
 * go. STORE_ERROR_CORRUPT where the roll-ups do not hold it. */
gboolean rollup_subtract(const Rollup *rollup, DailySums *sums, StatementCache *statements,
                         GError **error);
