/* alert.h: what was told as an alert, and what is yet to be told (migrate-3.sql).
 *
 * A row is also an outbox: its news wait in it until every channel has told them, so that a process
 * that is killed in between loses none. Errors are those of store.h.
 */
#pragma once

#include "store/store.h"

typedef struct {
    char *domain;
    char *kind;    /* "failure", "silence" */
    char *subject; /* "MX result-type" or the name of a sender */
    gboolean ongoing;
    gint32 last_day;      /* newest UTC day with such a failure, or with a report of the sender */
    gint64 told;          /* Unix seconds; 0: never */
    char *news;           /* JSON; NULL: nothing is to be told */
    char *waiting;        /* channels that have yet to tell it, "command mail"; NULL: none */
    gint64 claimed_until; /* Unix seconds; 0: nobody is telling it */
    guint tries;          /* failed ones since it was last told */
    gint64 tried;         /* Unix seconds; 0: none failed */
    char *problem;        /* of the last try; NULL: none */
} StoreAlert;

StoreAlert *store_alert_copy(const StoreAlert *alert);
void store_alert_free(StoreAlert *alert); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreAlert, store_alert_free)

/* The rows of DOMAIN, or with NULL of all, sorted by domain, kind and subject: an array of
 * StoreAlert that owns them. Free with g_ptr_array_unref. NULL with STORE_ERROR. */
GPtrArray *store_alerts(Store *store, const char *domain, GError **error);

/* Writes ALERT (borrowed) in place of the row alike in domain, kind and subject, if there is one;
 * or takes that row away. Inside a transaction. */
gboolean store_set_alert(Store *store, const StoreAlert *alert, GError **error);
gboolean store_drop_alert(Store *store, const StoreAlert *alert, GError **error);
