#include "store/store.h"

#include <string.h>

#include "store/claims.h"
#include "store/expect.h"
#include "store/migrate.h"
#include "store/prepare.h"
#include "store/store-internal.h"
#include "store/take.h"

/* ---- opening --------------------------------------------------------------------------- */

/* Whose URI it is, and the place in it, borrowed from it. NULL for any other scheme. */
static const Driver *
driver_of(const char *uri, const char **ret_place, GError **error)
{
    const char *path = uri != NULL ? store_uri_path(uri) : "";
    *ret_place = path != NULL ? path : uri;
    if (path != NULL && *path == '\0') {
        g_set_error(error, STORE_ERROR, STORE_ERROR_BAD_URI, "the store has no name");
        return NULL;
    }
    if (path != NULL)
        return &driver_sqlite;
    g_autofree char *shown = store_uri_shown(uri);
    if (g_str_has_prefix(uri, "postgresql://") || g_str_has_prefix(uri, "postgres://")) {
#ifdef HAVE_LIBPQ
        return &driver_postgresql;
#else
        g_set_error(error, STORE_ERROR, STORE_ERROR_BAD_URI,
                    "%s: this tlsgauge was built without libpq, and so without PostgreSQL", shown);
        return NULL;
#endif
    }
    g_set_error(error, STORE_ERROR, STORE_ERROR_BAD_URI,
                "%s: a store is a path, sqlite:PATH or postgresql://...", shown);
    return NULL;
}

Store *
store_open(const char *uri, StoreMode mode, int lock_wait_ms, GError **error)
{
    const char *place;
    const Driver *driver = driver_of(uri, &place, error);
    if (driver == NULL)
        return NULL;
    DriverConnection *connection = driver->open(place, mode, lock_wait_ms, error);
    if (connection == NULL)
        return NULL;
    /* A database in memory is always new. */
    StoreMode migrate = strcmp(place, ":memory:") == 0 ? STORE_WRITE : mode;
    if (!migrate_run(driver, connection, migrate_steps(driver), migrate, error)) {
        g_autofree char *shown = store_uri_shown(place);
        g_prefix_error(error, "%s: ", shown);
        driver->close(connection);
        return NULL;
    }
    Store *store = g_new0(Store, 1);
    store->driver = driver;
    store->connection = connection;
    store->statements = statement_cache_new(driver, connection);
    store->intern = intern_new(store->statements);
    store->changes = changes_new();
    store->claims = claims_new();
    store->sums = daily_sums_new(store->statements);
    return store;
}

void
store_close(Store *store)
{
    if (store == NULL)
        return;
    store_rollback(store);
    store->views = MIN(store->views, 1);
    store_end_read(store);
    changes_free(store->changes);
    claims_free(store->claims);
    daily_sums_free(store->sums);
    intern_free(store->intern);
    statement_cache_free(store->statements);
    store->driver->close(store->connection);
    g_free(store);
}

void
store_set_cache(Store *store, gint64 bytes)
{
    if (store->driver->set_cache != NULL)
        store->driver->set_cache(store->connection, bytes);
}

void
store_share_caches(gint64 bytes)
{
    driver_sqlite.share_caches(bytes);
}

void
store_set_decoder(Store *store, StoreDecode decode, gpointer data)
{
    store->decode = decode;
    store->decode_data = data;
}

gboolean
store_can_decode(const Store *store)
{
    return store->decode != NULL;
}

Report *
store_decode(Store *store, GBytes *raw, const char *hint_domain)
{
    return store->decode == NULL ? NULL : store->decode(store->decode_data, raw, hint_domain);
}

/* ---- transactions ---------------------------------------------------------------------- */

static gboolean
start(Store *store, Transaction kind, GError **error)
{
    if (store->transaction != TRANSACTION_NONE) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INTERNAL, "a transaction is open already");
        return FALSE;
    }
    if (!store->driver->begin(store->connection, kind == TRANSACTION_WRITE, error))
        return FALSE;
    store->transaction = kind;
    store->spoilt = FALSE;
    store->last_report = -1;
    return TRUE;
}

gboolean
store_begin(Store *store, GError **error)
{
    gint64 generation = store->counters.value[COUNTER_GENERATION];
    if (!start(store, TRANSACTION_WRITE, error))
        return FALSE;
    if (!counters_load(&store->counters, store->statements, error)) {
        store_rollback(store);
        return FALSE;
    }
    /* Another process has rebuilt: the ids that we remember may be those of other names now. */
    if (store->counters.value[COUNTER_GENERATION] != generation)
        intern_forget(store->intern);
    return TRUE;
}

gboolean
store_check_writing(const Store *store, GError **error)
{
    if (store->transaction == TRANSACTION_WRITE && !store->spoilt)
        return TRUE;
    g_set_error(error, STORE_ERROR, STORE_ERROR_INTERNAL,
                store->transaction == TRANSACTION_WRITE
                    ? "an earlier step of the transaction has failed"
                    : "no transaction is open");
    return FALSE;
}

static gboolean
save_changes(Store *store, GError **error)
{
    if (!changes_any(store->changes))
        return TRUE;
    gint64 revision = ++store->counters.value[COUNTER_REVISION];
    return changes_save(store->changes, store->statements, revision, error);
}

gboolean
store_write_sums(Store *store, GError **error)
{
    if (daily_sums_write(store->sums, error) && save_changes(store, error))
        return TRUE;
    store->spoilt = TRUE;
    return FALSE;
}

gboolean
store_commit(Store *store, GError **error)
{
    if (store_check_writing(store, error) && daily_sums_write(store->sums, error) &&
        save_changes(store, error) && counters_save(&store->counters, store->statements, error) &&
        store->driver->commit(store->connection, error)) {
        store->transaction = TRANSACTION_NONE;
        claims_forget(store->claims);
        return TRUE;
    }
    store_rollback(store);
    return FALSE;
}

void
store_rollback(Store *store)
{
    if (store->transaction != TRANSACTION_WRITE)
        return;
    store->driver->rollback(store->connection);
    store->transaction = TRANSACTION_NONE;
    changes_forget(store->changes);
    claims_forget(store->claims);
    daily_sums_forget(store->sums);
    /* Ids that were given in the transaction are free again. */
    intern_forget(store->intern);
}

gboolean
store_begin_read(Store *store, GError **error)
{
    if (store->transaction == TRANSACTION_READ) {
        store->views++;
        return TRUE;
    }
    /* The view is taken by the first reading, so one is made. */
    if (!start(store, TRANSACTION_READ, error))
        return FALSE;
    store->views = 1;
    Counters ignored;
    if (counters_load(&ignored, store->statements, error))
        return TRUE;
    store_end_read(store);
    return FALSE;
}

void
store_end_read(Store *store)
{
    if (store->transaction != TRANSACTION_READ || --store->views > 0)
        return;
    store->driver->rollback(store->connection);
    store->transaction = TRANSACTION_NONE;
}

/* ---- taking in ------------------------------------------------------------------------- */

gboolean
store_expect(Store *store, const StoreReport *const *items, guint n, GError **error)
{
    guint known = 0;
    g_autofree ClaimAsked *asked = g_new(ClaimAsked, n);
    if (!store_check_writing(store, error))
        return FALSE;
    for (guint i = 0; i < n; i++) { /* those whose claim can be told without work */
        if (items[i]->prepared != NULL)
            asked[known++] = (ClaimAsked){items[i]->prepared->claim, report_day(items[i]->report)};
    }
    if (claims_read(store, asked, known, G_MAXINT64, error) && expect_names(store, items, n, error))
        return TRUE;
    store->spoilt = TRUE;
    return FALSE;
}

gboolean
store_put_report(Store *store, const StoreReport *item, StorePut *ret_put, gint64 *ret_id,
                 GError **error)
{
    StorePut put = STORE_REFUSED;
    gint64 id = 0;
    if (!store_check_writing(store, error))
        return FALSE;
    if (!take_report(store, item, NULL, &put, &id, error)) {
        store->spoilt = TRUE;
        return FALSE;
    }
    *ret_put = put;
    *ret_id = id;
    return TRUE;
}

gboolean
store_counts(Store *store, StoreCounts *ret_counts, GError **error)
{
    Counters counters = store->counters;
    if (store->transaction != TRANSACTION_WRITE &&
        !counters_load(&counters, store->statements, error))
        return FALSE;
    const gint64 *value = counters.value;
    *ret_counts = (StoreCounts){
        .reports = value[COUNTER_REPORTS],
        .counted = value[COUNTER_COUNTED],
        .uncounted = value[COUNTER_REPORTS] - value[COUNTER_COUNTED],
        .duplicates_seen = value[COUNTER_DUPLICATES],
        .quarantined = value[COUNTER_QUARANTINED],
        .quarantine_dropped = value[COUNTER_QUARANTINE_DROPPED],
    };
    return TRUE;
}

gboolean
store_others_wrote(Store *store, gboolean *ret_others, GError **error)
{
    Counters now;
    if (!counters_load(&now, store->statements, error))
        return FALSE;
    *ret_others = memcmp(now.value, store->counters.value, sizeof now.value) != 0 &&
                  memcmp(now.value, store->seen.value, sizeof now.value) != 0;
    store->seen = now;
    return TRUE;
}
