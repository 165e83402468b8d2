/* identity.h: which of several copies of one claimed identity counts (DESIGN 5.4). Private to
 * store/; knows no database. */
#pragma once

#include <glib.h>

typedef struct {
    gint64 id;                 /* order of arrival */
    int rank;                  /* trust_rank */
    const char *sender_domain; /* "" where nothing tells it */
    gboolean fixed; /* nothing is left of its report: what is below is given, and stays */
    /* the answer */
    gboolean counted;
    gint64 instead; /* id of the copy that counts instead; 0 where this one does */
} IdentityCopy;

/* Copies with different content that claim the same organization, report-id and start: the most
 * trusted counts, then the earliest; another one counts beside it only where both name their
 * domain and it is another one. One that is fixed was decided upon while its report was there: if
 * it counts it goes before all others. The answer depends on ranks and ids alone, not on the order
 * of the array. */
void identity_settle(IdentityCopy *copies, gsize n);
