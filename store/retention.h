/* retention.h: what is no longer kept when its time is over.
 *
 * A report that came in leaves a row whose digests tell it when it comes again; its document can
 * first lose its addresses, then go. What it added to the roll-ups stays until the roll-ups of its
 * day go, and the row goes with these. Among copies of one identity the choice of which counts is
 * final once the document of one is gone.
 */
#pragma once

#include "store/store.h"

/* Each is a UTC day, or a time: what is of before it goes. G_MININT32, and 0, keep all. */
typedef struct {
    gint32 addresses_before; /* addresses in raw reports, and where a report came from */
    gint32 raw_before;       /* raw reports */
    gint32 daily_before;     /* all that is known of these days */
    gint64 quarantine_before;
} StoreRetention;
void store_retention_init(StoreRetention *retention); /* keeps all */

typedef struct {
    gint64 shortened;  /* reports that lost their addresses */
    gint64 raw;        /* reports whose document went */
    gint64 reports;    /* rows of reports */
    gint64 days;       /* days whose roll-ups went */
    gint64 quarantine; /* entries */
} StorePruned;

/* RAW, a stored report, without the addresses of sending hosts (only their networks) and without
 * HELO names. RAW itself (a new reference) where there are none; NULL where it cannot be read. */
typedef GBytes *(*StoreShorten)(gpointer data, GBytes *raw);

/* What a prune would do, without doing it. */
gboolean store_prune_preview(Store *store, const StoreRetention *retention, StorePruned *ret_would,
                             GError **error);

/* One transaction of about BUDGET_US microseconds; adds to *PRUNED what it did, and says whether
 * there is MORE to do. SHORTEN may be NULL where retention->addresses_before keeps all. A report
 * that it cannot read, or that would not count the same afterwards, loses its document. */
gboolean store_prune_step(Store *store, const StoreRetention *retention, StoreShorten shorten,
                          gpointer data, gint64 budget_us, StorePruned *pruned, gboolean *ret_more,
                          GError **error);

/* Octets that the database holds and does not use. */
gboolean store_unused(Store *store, gint64 *ret_bytes, GError **error);
/* Gives some of them back to the file system, in one short transaction; *ret_more is FALSE when no
 * more can be given so: all were, or the store was made by a tlsgauge that did not know how. */
gboolean store_release(Store *store, gboolean *ret_more, GError **error);
/* Writes the database anew, as small as it can be. Nobody else can write meanwhile, and it needs
 * twice the room. Afterwards store_release works. */
gboolean store_compact(Store *store, GError **error);

/* Writes all that is committed now to the new file PATH, which must not be there or be empty: a
 * store like this one, compact. Others go on reading and writing meanwhile. The caller syncs the
 * file. STORE_ERROR_BAD_URI where the database has means of its own for that. */
gboolean store_copy(Store *store, const char *path, GError **error);
