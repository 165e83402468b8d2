/* alert_message.h: what is told to people and programs of a number of alerts. */
#pragma once

#include <glib.h>

typedef struct {
    char *subject;      /* one printable line */
    char *text;         /* for a mail; printable but for line ends */
    char *json;         /* tlsgauge.alerts/1 */
    char **environment; /* "TLSGAUGE_ALERT_...=..." of the gravest one and of them all; values are
                         * printable, only that of ..._TEXT has lines */
} AlertMessage;

/* NEWS holds the news of StoreAlert rows (const char *), at least one that can be read; what cannot
 * be read is left out. The gravest come first; past LIMIT_ALERTS_TOLD they are told as a number.
 * NOW is in Unix seconds. Never NULL. */
AlertMessage *alert_message_make(const GPtrArray *news, gint64 now);
/* A made-up one, that says so, to try the ways by which alerts are told. */
AlertMessage *alert_message_sample(gint64 now);
void alert_message_free(AlertMessage *message); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AlertMessage, alert_message_free)
