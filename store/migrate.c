#include "store/migrate.h"

#include <string.h>

#include "store/fill.h"
#include "store/sql_text.h"

/* Version 1 is schema.sql. A change of the schema adds the next file here: stores in the field then
 * take the same road as new ones. */
static const char *const files[] = {"schema.sql",    "migrate-2.sql", "migrate-3.sql",
                                    "migrate-4.sql", "migrate-5.sql", "migrate-6.sql",
                                    "migrate-7.sql", "migrate-8.sql"};

static const char *
script_for(const Driver *driver, const char *file)
{
    const char *text = sql_text_script(file);
    g_autofree char *stem = g_strndup(file, strlen(file) - strlen(".sql"));
    g_autofree char *beyond = g_strdup_printf("%s-%s.sql", stem, driver->name);
    g_autofree char *translated = driver->translate != NULL ? driver->translate(text) : NULL;
    return g_strconcat(translated != NULL ? translated : text,
                       sql_text_has_script(beyond) ? sql_text_script(beyond) : "", NULL);
}

MigrateSteps
migrate_steps(const Driver *driver)
{
    static GMutex lock;
    static GHashTable *made; /* driver -> texts */
    g_mutex_lock(&lock);
    if (made == NULL)
        made = g_hash_table_new(NULL, NULL);
    const char **texts = g_hash_table_lookup(made, driver);
    if (texts == NULL) {
        texts = g_new0(const char *, G_N_ELEMENTS(files));
        for (guint i = 0; i < G_N_ELEMENTS(files); i++)
            texts[i] = script_for(driver, files[i]);
        g_hash_table_insert(made, (gpointer)driver, texts);
    }
    g_mutex_unlock(&lock);
    return (MigrateSteps){texts, (int)G_N_ELEMENTS(files), fill_new_tables};
}

static gboolean
check(int version, int last, StoreMode mode, GError **error)
{
    if (version > last) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_NEWER_SCHEMA,
                    "the store has schema version %d; this program knows up to %d: it was written "
                    "by a newer tlsgauge",
                    version, last);
        return FALSE;
    }
    if (mode == STORE_WRITE || version == last)
        return TRUE;
    if (version <= 0)
        g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND,
                    "the store is empty: no report was taken in yet");
    else
        g_set_error(error, STORE_ERROR, STORE_ERROR_IO,
                    "the store has schema version %d and this program wants %d: let a command that "
                    "writes open it once",
                    version, last);
    return FALSE;
}

static gboolean
run_steps(const Driver *driver, DriverConnection *connection, MigrateSteps steps, GError **error)
{
    int version;
    /* Asked again under the lock: another process may just have done it. */
    if (!driver->version(connection, &version, error) ||
        !check(version, steps.n, STORE_WRITE, error))
        return FALSE;
    for (int i = MAX(version, 0); i < steps.n; i++) {
        if (!driver->exec(connection, steps.scripts[i], error) ||
            !driver->set_version(connection, i + 1, error))
            return FALSE;
    }
    if (version > 0 && version < steps.n && steps.finish != NULL)
        return steps.finish(driver, connection, version, error);
    return TRUE;
}

gboolean
migrate_run(const Driver *driver, DriverConnection *connection, MigrateSteps steps, StoreMode mode,
            GError **error)
{
    int version;
    if (!driver->version(connection, &version, error) || !check(version, steps.n, mode, error))
        return FALSE;
    if (version == steps.n)
        return TRUE;
    if (!driver->begin(connection, TRUE, error))
        return FALSE;
    if (run_steps(driver, connection, steps, error))
        return driver->commit(connection, error);
    driver->rollback(connection);
    return FALSE;
}
