/* prune.h: [retention] at work, in steps between which a collector can write. */
#pragma once

#include "cli/config.h"
#include "store/retention.h"

/* What [retention] wants on the UTC day TODAY; FALSE: to keep all. NOW is in Unix seconds. */
gboolean prune_retention(const ConfigRetention *config, gint32 today, gint64 now,
                         StoreRetention *ret_retention);

/* Where it waits between two steps; FALSE stops it there. */
typedef gboolean (*PrunePause)(gpointer data, gint64 microseconds);

/* Prunes STORE by RETENTION, then gives unused room back to the file system. What was done until an
 * error or a stop stays done, and *PRUNED (added to) tells it. Who writes meanwhile waits for a
 * step of some milliseconds; with HURRY who writes after two seconds in which nobody did waits for
 * a second at most. */
gboolean prune_run(Store *store, const StoreRetention *retention, const IntakeRules *rules,
                   gboolean hurry, PrunePause pause, gpointer pause_data, StorePruned *pruned,
                   GError **error);

/* "12 reports dropped, ..." newly allocated; NULL where nothing was done. */
char *prune_text(const StorePruned *pruned);

/* A thread that prunes by CONFIG, which is borrowed, soon and then every day at 03:17 UTC, with a
 * connection of its own to STORE_URI. NULL where all is kept. */
typedef struct PruneWatch PruneWatch;
PruneWatch *prune_watch_start(const Config *config, const char *store_uri);
void prune_watch_stop(PruneWatch *watch); /* within a step; NULL is fine */
