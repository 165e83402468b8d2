/* take.h: one report into the rows and roll-ups, new or in a rebuild. Private to store/. */
#pragma once

#include "store/store-internal.h"

/* A row that is there already, as a rebuild comes to it: its columns as they stand there, which may
 * be wrong. */
typedef struct {
    gint64 id;
    gint64 times_seen;
    guint8 claim[REPORT_DIGEST_BYTES], content[REPORT_DIGEST_BYTES];
    gint64 day, starts, ends, sender, instead, successful, failed;
    gboolean counted, readable;
    const char *sender_domain, *organization_name, *report_id, *counts_for;
    const char *contact_info; /* NULL if none */
} TakeRow;

/* Takes ITEM in. ROW is NULL for a report that comes in; else it is the row to be made anew, which
 * competes only with those before it, and one that turns out to be a duplicate is dropped.
 * STORE_REFUSED leaves ROW as it was. */
gboolean take_report(Store *store, const StoreReport *item, const TakeRow *row, StorePut *ret_put,
                     gint64 *ret_id, GError **error);

/* A digest that no report has, unlike that of any other ID. */
void take_no_content(gint64 id, guint8 digest[REPORT_DIGEST_BYTES]);
