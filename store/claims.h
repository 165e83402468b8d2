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

/* A claim and the day that it holds. */
typedef struct {
    const guint8 *claim;
    gint32 day;
} ClaimAsked;

/* Reads the copies of N claims, of these the rows before the id BEFORE. Does nothing where asking
 * one by one is as good. */
gboolean claims_read(Store *store, const ClaimAsked *asked, guint n, gint64 before, GError **error);

/* Forgets one claim: its copies are read anew. */
void claims_drop(Claims *claims, const guint8 claim[REPORT_DIGEST_BYTES]);

/* The copies (of Copy) of CLAIM, borrowed; NULL where they were not read. */
GPtrArray *claims_find(const Claims *claims, const guint8 claim[REPORT_DIGEST_BYTES]);
