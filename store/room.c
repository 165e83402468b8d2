/* room.c: the room that a store takes, and a copy of it. Part of retention.h. */
#include "store/retention.h"
#include "store/store-internal.h"

gboolean
store_unused(Store *store, gint64 *ret_bytes, GError **error)
{
    return store->driver->unused(store->connection, ret_bytes, error);
}

gboolean
store_release(Store *store, gboolean *ret_more, GError **error)
{
    return store->driver->release(store->connection, ret_more, error);
}

gboolean
store_compact(Store *store, GError **error)
{
    return store->driver->compact(store->connection, error);
}

gboolean
store_copy(Store *store, const char *path, GError **error)
{
    if (store->driver->copy != NULL)
        return store->driver->copy(store->connection, path, error);
    g_set_error(error, STORE_ERROR, STORE_ERROR_BAD_URI,
                "a PostgreSQL store is saved by pg_dump, see the man page");
    return FALSE;
}
