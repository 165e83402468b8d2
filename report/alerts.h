/* alerts.h: what is news about a domain, from its roll-ups and from what was told before.
 *
 * The day that a report is about decides, never the day it came in: history that is imported today
 * is no news.
 */
#pragma once

#include <glib.h>

#include "report/evidence.h"
#include "store/alert.h"

typedef struct {
    guint quiet_days;       /* a failure is new when these days before it were free of it */
    guint recent_days;      /* and when it was seen today or in these last days */
    guint minimum_sessions; /* and when so many sessions failed */
    guint silence_days;     /* last closed days in which a regular sender is missed */
    guint interval_hours;   /* between two alerts about the same */
} AlertRules;
extern const AlertRules alert_rules_defaults;

/* Words of StoreAlert.kind. */
#define ALERT_KIND_FAILURE "failure"
#define ALERT_KIND_SILENCE "silence"

/* How many days before today EVIDENCE must reach back for RULES. */
guint alerts_history(const AlertRules *rules);

/* Weighs EVIDENCE (which holds the day TODAY as well) against STATES, the rows of its domain as
 * store_alerts gives them:
 *
 *  - a failure group (MX, result type) that is failing now and was not known: news when it began
 *    within the quiet days; else it is an old one, and known from now on;
 *  - one that was told as recovered and fails again: news;
 *  - one that recovered: closed days free of it, in which its senders had so many sessions that it
 *    would have shown (95 %), or quiet_days such days: news;
 *  - with SILENCE, a sender that reported on most days and no longer does, and its return.
 *
 * A row that still waits to be told, and one told within the interval, is left as it is. NOW is in
 * Unix seconds. The result are rows to be written (of StoreAlert, owned; those with news have them
 * set, waiting is not); rows that are needed no longer are in *ret_drop. Free both with
 * g_ptr_array_unref. */
GPtrArray *alerts_weigh(const Evidence *evidence, gint32 today, const GPtrArray *states,
                        const AlertRules *rules, gboolean silence, gint64 now,
                        GPtrArray **ret_drop);
