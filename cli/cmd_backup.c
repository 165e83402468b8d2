/* backup: a copy of the store as it is at one moment, while others collect. */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/options.h"
#include "cli/say.h"
#include "schema/limits.h"
#include "store/retention.h"

static gboolean
fail(const char *path, const char *what)
{
    int number = errno;
    say(SAY_ERROR, "%s: %s: %s", path, what, g_strerror(number));
    return FALSE;
}

static gboolean
sync_path(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);
    gboolean ok = fd >= 0 && fsync(fd) == 0;
    if (!ok)
        fail(path, "cannot be synced to disk");
    if (fd >= 0)
        (void)close(fd);
    return ok;
}

/* Gives the finished file its name at once or not at all. */
static gboolean
publish(const char *temporary, const char *path, gboolean force)
{
    g_autofree char *folder = g_path_get_dirname(path);
    if (!sync_path(temporary, O_RDWR))
        return FALSE;
    if (force ? g_rename(temporary, path) != 0 : link(temporary, path) != 0)
        return fail(path, force ? "cannot be replaced" : "cannot be made");
    if (!force)
        (void)g_unlink(temporary);
    return sync_path(folder, O_RDONLY | O_DIRECTORY);
}

/* Opens the copy as `report` would, and tells what is in it. */
static int
look(const char *temporary, StoreCounts *ret_counts)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Store) copy = store_open(temporary, STORE_READ, LIMIT_LOCK_WAIT_MS, &error);
    if (copy != NULL && store_counts(copy, ret_counts, &error))
        return EX_OK;
    say(SAY_ERROR, "the copy cannot be read: %s", error->message);
    return options_store_exit(error);
}

static int
write_copy(App *app, const char *temporary, const char *path, gboolean force)
{
    g_autoptr(GError) error = NULL;
    StoreCounts counts;
    if (!store_copy(app->store, temporary, &error)) {
        say(SAY_ERROR, "%s", error->message);
        return options_store_exit(error);
    }
    int status = look(temporary, &counts);
    if (status != EX_OK)
        return status;
    if (!publish(temporary, path, force))
        return EX_CANTCREAT;
    g_autofree char *line = g_strdup_printf(
        "%" G_GINT64_FORMAT " report%s, %" G_GINT64_FORMAT " %s of quarantine in the copy\n",
        counts.reports, counts.reports == 1 ? "" : "s", counts.quarantined,
        counts.quarantined == 1 ? "entry" : "entries");
    return say_output(line, -1) ? EX_OK : EX_IOERR;
}

/* In the folder of the copy, so that it can be renamed; nobody else may read it. */
static int
backup(App *app, const char *path, gboolean force)
{
    g_autofree char *temporary = g_strconcat(path, ".XXXXXX", NULL);
    int fd = g_mkstemp_full(temporary, O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {
        fail(temporary, "cannot be made");
        return EX_CANTCREAT;
    }
    (void)close(fd);
    int status = write_copy(app, temporary, path, force);
    if (status != EX_OK)
        (void)g_unlink(temporary);
    return status;
}

int
cmd_backup(App *app, int argc, char **argv)
{
    gboolean force = FALSE;
    const GOptionEntry entries[] = {
        {"force", 0, 0, G_OPTION_ARG_NONE, &force, "Replace the file if it is there", NULL},
        {0},
    };
    int status = options_parse("backup", entries, &argc, &argv);
    if (status < 0 && argc != 2)
        status = options_usage("backup", "expected one file to write");
    if (status < 0 && !force && g_file_test(argv[1], G_FILE_TEST_EXISTS)) {
        say(SAY_ERROR, "%s is there already; --force replaces it", argv[1]);
        status = EX_CANTCREAT;
    }
    if (status < 0)
        status = command_open_store(app);
    return status >= 0 ? status : backup(app, argv[1], force);
}
