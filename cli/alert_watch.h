/* alert_watch.h: alerts in a process that goes on: a thread that looks soon after commits, and for
 * silence every hour. */
#pragma once

#include "cli/config.h"
#include "ingest/sink.h"

typedef struct AlertWatch AlertWatch;

/* Starts the thread, with a connection of its own to STORE_URI, where CONFIG has alerts; else,
 * NULL. To be called before other threads are started. CONFIG is borrowed until alert_watch_stop.
 */
AlertWatch *alert_watch_start(const Config *config, const char *store_uri);

/* A sink that hands all to INNER and wakes WATCH after each item that was stored: after the
 * acknowledgement, which waits for nothing here. With WATCH NULL it is INNER. Belongs to WATCH. */
Sink *alert_watch_sink(AlertWatch *watch, Sink *inner);

/* Ends the thread and frees. What waits is told by the next process. FALSE when it is telling and
 * did not end within LIMIT_ALERT_STOP_SECONDS: then nothing that it uses may be freed. NULL is
 * fine.
 */
gboolean alert_watch_stop(AlertWatch *watch);

/* Adds the domains that ITEM counts for, if it is to be stored, to SET, which owns its keys. */
void alert_watch_add_domains(GHashTable *set, const Judged *item);

/* For `deliver`: looks at the domains of SET in a process that nobody waits for. No store may be
 * open in this one. */
void alert_watch_detached(const Config *config, const char *store_uri, GHashTable *set);
