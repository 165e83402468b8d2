/* claims.h: the stored copies of the claims of a whole group, read in one go. Private to store/.
 *
 * With a database a round trip away, to ask for the copies of each report by itself would cost more
 * than all else. There is one writer at a time, so what was read stays true until the commit but
 * for what we write ourselves: who changes a copy changes it in the array that lies here.
 */
#pragma once

#include "store/store-internal.h"

Claims *claims_new(void);
void claims_free(Claims *claims);   /* NULL is fine */
void claims_forget(Claims *claims); /* at the end of the transaction */

/* Reads the copies of the claims of ITEMS, of those that are prepared (store_prepare). Does nothing
 * where asking one by one is as good. */
gboolean claims_read(Store *store, const StoreReport *const *items, guint n, GError **error);

/* The copies (of Copy) of CLAIM, borrowed; NULL where they were not read. */
GPtrArray *claims_find(const Claims *claims, const guint8 claim[REPORT_DIGEST_BYTES]);
