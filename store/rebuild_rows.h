/* rebuild_rows.h: the stored reports as a rebuild comes to them, some at a time. Private to store/.
 *
 * One by one each would cost a round trip where the database is away. How many are read at once is
 * bounded by their octets, so that it needs the same memory whatever the store holds.
 */
#pragma once

#include "store/take.h"

typedef struct {
    TakeRow row;
    StoreReport item; /* without report and prepared */
    StoreHeld held;
    const char *codes; /* of its findings, as findings_codes has it; NULL for none */
} StoredRow;

typedef struct RebuildRows RebuildRows;

/* Of STORE, from the lowest id on. Inside a write transaction. */
RebuildRows *rebuild_rows_new(Store *store);
void rebuild_rows_free(RebuildRows *rows); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RebuildRows, rebuild_rows_free)

/* The next ones, in the order of their ids, as they are now; none at the end. Of StoredRow,
 * borrowed until the next call, with all that they point to. NULL on error. */
const GArray *rebuild_rows_next(RebuildRows *rows, GError **error);
