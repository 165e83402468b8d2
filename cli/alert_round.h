/* alert_round.h: looks whether there is news, and tells what there is. */
#pragma once

#include "cli/config.h"
#include "store/store.h"

typedef struct {
    gint32 today;             /* UTC day; decides what is news */
    gint64 now;               /* Unix seconds on that day; what is told is told at that time */
    const GPtrArray *domains; /* of const char *: look at these; NULL: at all */
    gboolean silence;         /* also miss senders: not right after a commit, when others may be
                               * on their way */
    gboolean at_once;         /* what waits is told now: else messages keep a distance, and what
                               * failed is tried after a pause that grows */
} AlertRound;

/* As of the clock, for all domains. */
void alert_round_init(AlertRound *round);

typedef struct {
    guint told;   /* alerts, by all channels */
    guint failed; /* alerts that have yet to be told by a channel: tried again in a later round */
} AlertRoundResult;

/* First what is news is written into STORE (open for writing, of this thread), then it is told by
 * the channels of CONFIG; what one of them took is written before the next. A process that is
 * killed in between loses nothing: the next round tells it, perhaps a second time. Of two processes
 * only one tells an alert: it is claimed in a transaction. Failures of channels are said on
 * standard error. FALSE with STORE_ERROR. */
gboolean alert_round(Store *store, const Config *config, const AlertRound *round,
                     AlertRoundResult *ret_result, GError **error);

/* For who has just stored reports in STORE: a round without silence, whose failures are said and
 * change nothing. No-op where no alerts are configured. */
void alert_round_after(Store *store, const Config *config);
