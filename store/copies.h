/* copies.h: the stored copies of one claimed identity, and which of them count. Private to store/.
 */
#pragma once

#include "schema/report.h"
#include "schema/trust.h"
#include "store/rollup.h"
#include "store/store-internal.h"

typedef struct {
    gint64 id;
    gint32 day; /* the same for all: the claim holds the start */
    StoreHeld held;
    guint8 content[REPORT_DIGEST_BYTES];
    gint64 sender; /* name id */
    char *sender_domain;
    Trust trust;
    char *counts_for;
    gint64 times_seen;
    gboolean counted; /* as the roll-ups are now */
    gint64 instead;
    gboolean want_counted; /* as they shall be: copies_settle */
    gint64 want_instead;
} Copy;

GPtrArray *copies_new(void);
/* Binds the statement copies_of_claim, and reads its rows into COPIES. */
void copies_bind(Statement *select, const guint8 claim[REPORT_DIGEST_BYTES], gint32 day,
                 gint64 before);
gboolean copies_read(GPtrArray *copies, Statement *select, gint32 day, GError **error);

/* The copies of CLAIM, which is of DAY, that arrived before BEFORE (G_MAXINT64: all), in any order;
 * those that do not decode are left out. Free with g_ptr_array_unref. They may be those of
 * claims.h: what changes in the rows has to change in them too. */
GPtrArray *copies_load(Store *store, const guint8 claim[REPORT_DIGEST_BYTES], gint32 day,
                       gint64 before, GError **error);

/* The copy with the content of REPORT, which is CONTENT, or what it was before schema version 8.
 * NULL if there is none. Borrowed. */
Copy *copies_find(const GPtrArray *copies, const Report *report,
                  const guint8 content[REPORT_DIGEST_BYTES]);

/* A new one at the end, seen once, owned by COPIES. SENDER_DOMAIN and COUNTS_FOR are copied. */
Copy *copies_append(GPtrArray *copies, gint64 id, const guint8 content[REPORT_DIGEST_BYTES],
                    gint32 day, Trust trust, const char *sender_domain, const char *counts_for);

/* Fills the wanted state of all by the rule of identity.h. */
void copies_settle(const GPtrArray *copies);

/* Brings rows and roll-ups to the wanted state. A copy whose report has to be decoded for that is
 * read through the decode hook, except FRESH (may be NULL), whose report is FRESH_REPORT. */
gboolean copies_apply(Store *store, const GPtrArray *copies, const Copy *fresh,
                      const Report *fresh_report, GError **error);

/* DUPLICATES of COPY came in, of which its row tells already. */
gboolean copies_repeat(Store *store, Copy *copy, gint64 duplicates, GError **error);

/* COPY is a row that is new, or new to a rebuild, with the state that it shall have: what it adds
 * to the roll-ups by being a copy. */
gboolean copies_enter(Store *store, const Copy *copy, GError **error);
/* Takes out of the roll-ups all that COPY, whose decoded report is REPORT, added to them, so that
 * its sender, trust or domains can change: the next copies_apply brings it back. */
gboolean copies_leave(Store *store, Copy *copy, const Report *report, GError **error);
