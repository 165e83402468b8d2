/* conformity.h: how the reports of each sender depart from RFC 8460. */
#pragma once

#include <glib.h>

#include "store/store.h"

typedef struct {
    const char *code;      /* "mx-host-not-array" */
    const char *clause;    /* "RFC 8460 4.4" */
    const char *pointer;   /* where it is in the newest report that has it (RFC 6901) */
    const char *fact;      /* what it says there; one sentence, printable. Where that report is not
                            * kept any more it says so, and the two above are "" */
    gint64 reports;        /* that have it */
    gint64 newest, oldest; /* ids of the newest and the oldest of them */
    gint32 newest_day;     /* UTC day of the newest */
} Deviation;

typedef struct {
    const char *sender;
    gint64 reports;     /* counted ones */
    gint64 deviating;   /* of them, with a deviation */
    GArray *deviations; /* of Deviation: most reports first */
} ConformitySender;

typedef struct Conformity Conformity;

/* All senders (of ConformitySender), most deviating reports first; borrowed. */
const GArray *conformity_senders(const Conformity *conformity);
/* Reports of all of them. */
gint64 conformity_reports(const Conformity *conformity);
void conformity_free(Conformity *conformity); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Conformity, conformity_free)

/* Of the reports of QUERY (days, domain, sender) that count: a forged copy must not be laid to the
 * sender. Costs the days, domains and senders, and a row a deviation. NULL with STORE_ERROR. */
Conformity *conformity_make(Store *store, const StoreQuery *query, GError **error);
