/* migrate: a whole store into another one, from a file to a server or back. */
#include <sysexits.h>

#include "cli/options.h"
#include "cli/say.h"
#include "schema/limits.h"

static Store *
open_store(const char *uri, StoreMode mode, int *ret_status)
{
    g_autoptr(GError) error = NULL;
    Store *store = store_open(uri, mode, LIMIT_LOCK_WAIT_MS, &error);
    if (store == NULL) {
        say(SAY_ERROR, "%s", error->message);
        *ret_status = options_store_exit(error);
    }
    return store;
}

static int
migrate(const char *from_uri, const char *to_uri)
{
    g_autoptr(GError) error = NULL;
    StoreCounts counts;
    int status = EX_SOFTWARE;
    g_autoptr(Store) from = open_store(from_uri, STORE_READ, &status);
    if (from == NULL)
        return status;
    g_autoptr(Store) to = open_store(to_uri, STORE_WRITE, &status);
    if (to == NULL)
        return status;
    if (!store_transfer(from, to, &counts, &error)) {
        say(SAY_ERROR, "nothing was copied: %s", error->message);
        return options_store_exit(error);
    }
    g_autofree char *shown = store_uri_shown(to_uri);
    g_autofree char *line = g_strdup_printf("%" G_GINT64_FORMAT " reports and %" G_GINT64_FORMAT
                                            " quarantine entries copied to %s\n",
                                            counts.reports, counts.quarantined, shown);
    say(SAY_INFO, "the old store is left as it is; to use the new one, set uri= in [store]");
    return say_output(line, -1) ? EX_OK : EX_IOERR;
}

int
cmd_migrate(G_GNUC_UNUSED App *app, int argc, char **argv)
{
    int status = options_parse("migrate", NULL, &argc, &argv);
    if (status < 0 && argc != 3)
        status =
            options_usage("migrate", "two stores are wanted: the one to read, the one to fill");
    return status >= 0 ? status : migrate(argv[1], argv[2]);
}
