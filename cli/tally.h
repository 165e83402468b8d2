/* tally.h: counts of what became of the inputs of one command. */
#pragma once

#include <glib.h>

#include "ingest/receipt.h"

typedef struct {
    GMutex lock;
    guint64 by_outcome[OUTCOME_LENGTH_REQUIRED + 1];
    guint64 unreadable;
    guint64 strays;       /* messages that are no report, left where they were */
    gboolean with_strays; /* they are told: by fetch, which looks into mailboxes */
    gboolean progress;    /* standard error is a terminal that wants to see it go on */
    gint64 last_shown;    /* microseconds */
} Tally;

void tally_add(Tally *tally, Outcome outcome); /* from any thread */

/* "3 stored, 1 duplicate, 2 quarantined (1 defective, 1 foreign), 0 unreadable"; newly allocated.
 */
char *tally_text(Tally *tally);
/* The same on one line of the terminal, a few times a second, and when it is the LAST time; nothing
 * without progress. From one thread. */
void tally_show(Tally *tally, gboolean last);
/* The same as a JSON object with SCHEMA as its "schema"; newly allocated, with a line end. */
char *tally_json(Tally *tally, const char *schema);
