/* alert_group.h: the failure groups and the senders of one domain, as alerts.h sees them. Private
 * to report/.
 */
#pragma once

#include "report/evidence.h"

/* Failures of a domain alike in MX and result type. Borrows from the evidence. */
typedef struct {
    const char *mx;             /* NULL if none was named */
    const char *result_word;    /* verbatim */
    char *subject;              /* "MX result-type": the key of the store */
    GPtrArray *rows;            /* of const EvidenceFailure *, with sessions */
    gint32 first_day, last_day; /* of the run of days that ends with the newest: no longer gap than
                                 * the quiet days in it */
} AlertGroup;

/* All groups; of AlertGroup, owned. Runs of days are cut where QUIET_DAYS are free. */
GPtrArray *alert_groups(const Evidence *evidence, guint quiet_days);
void alert_group_free(AlertGroup *group);

/* What an alert says of the run of days. */
typedef struct {
    const char *policy_type; /* where the effect is worst; then most sessions: types never add up */
    Effect effect;
    gint64 sessions;    /* failed, of that policy type */
    GPtrArray *senders; /* names, most sessions first; borrowed from the evidence */
    Trust trust;        /* the highest among the reports */
} AlertFigures;
void alert_group_figures(const AlertGroup *group, AlertFigures *ret_figures);
void alert_figures_clear(AlertFigures *figures);

/* Since GROUP was last seen: its senders had sessions enough without it, on closed days (before
 * TODAY), or QUIET_DAYS of reports. */
gboolean alert_group_recovered(const AlertGroup *group, const Evidence *evidence, gint32 today,
                               guint quiet_days);

/* Days with reports of one sender. */
typedef struct {
    const char *name;
    gint32 first_day, last_day;
    guint days;
} AlertSender;

/* All senders; of AlertSender. Free with g_array_unref. */
GArray *alert_senders(const Evidence *evidence);
/* It reported on most days of its time. */
gboolean alert_sender_is_regular(const AlertSender *sender);
