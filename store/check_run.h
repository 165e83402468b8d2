/* check_run.h: earlier looks at live domains. They are not derived from reports: a rebuild leaves
 * them alone.
 */
#pragma once

#include "store/store.h"

typedef struct {
    const char *domain;    /* normalised */
    gint64 at;             /* Unix seconds */
    const char *severity;  /* word of its worst finding */
    const char *policy_id; /* NULL: no usable _mta-sts record */
    const char *policy;    /* the policy file as served; NULL: none could be read */
    const char *document;  /* the run as check --json prints one domain */
} StoreCheckRun;

/* Inside a transaction. Only the newest LIMIT_CHECK_RUNS of a domain are kept. */
gboolean store_put_check_run(Store *store, const StoreCheckRun *run, GError **error);

/* The newest LIMIT runs of DOMAIN, newest first. Strings are valid during the callback; FALSE
 * stops. */
typedef gboolean (*StoreCheckRunFunc)(gpointer data, const StoreCheckRun *run);
gboolean store_each_check_run(Store *store, const char *domain, guint limit, StoreCheckRunFunc func,
                              gpointer data, GError **error);
