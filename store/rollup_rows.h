/* rollup_rows.h: rows of the daily roll-ups as numbers, in the order of their texts. Private to
 * store/.
 *
 * Use: new, read what is wanted, look at the rows; read again for others.
 */
#pragma once

#include "store/store.h"

typedef struct RollupRows RollupRows;

/* Of STORE, for QUERY; both are borrowed until it is freed. */
RollupRows *rollup_rows_new(Store *store, const StoreQuery *query);
void rollup_rows_free(RollupRows *rows); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RollupRows, rollup_rows_free)

typedef enum { ROLLUP_TOTALS, ROLLUP_FAILURES, N_ROLLUPS } Rollup;

/* The domains with these ids, both included; of all. */
typedef struct {
    gint64 first, last;
} DomainRange;

/* The range of DOMAIN alone; *ret_known is FALSE where no row can have it. */
gboolean rollup_find_domain(Store *store, const char *domain, DomainRange *ret_range,
                            gboolean *ret_known, GError **error);

/* Reads the rows that QUERY wants of the totals, the failures or both, and of RANGE (NULL: of the
 * query's domain, or all), in one view of the store. */
gboolean rollup_rows_read(RollupRows *rows, gboolean totals, gboolean failures,
                          const DomainRange *range, GError **error);

guint rollup_rows_count(const RollupRows *rows, Rollup rollup);
/* The domain of row I: rows of one domain stand together, and a lower number comes first in both
 * roll-ups. */
guint32 rollup_rows_domain(const RollupRows *rows, Rollup rollup, guint i);
/* The texts are borrowed until the next read. */
void rollup_rows_total(const RollupRows *rows, guint i, StoreTotal *ret_total);
void rollup_rows_failure(const RollupRows *rows, guint i, StoreFailure *ret_failure);
