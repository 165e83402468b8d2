/* rebuild: names, roll-ups and flags anew from the raw reports. */
#include <sysexits.h>

#include "cli/intake_store.h"
#include "cli/options.h"
#include "cli/say.h"

int
cmd_rebuild(App *app, int argc, char **argv)
{
    int status = options_parse("rebuild", NULL, &argc, &argv);
    if (status < 0 && argc > 1)
        status = options_usage("rebuild", "unexpected argument \"%s\"", argv[1]);
    if (status < 0)
        status = command_open_store(app);
    if (status >= 0)
        return status;
    g_autoptr(GError) error = NULL;
    gint64 reports = 0, failed = 0;
    if (!store_rebuild(app->store, &reports, &failed, &error)) {
        say(SAY_ERROR, "nothing was changed: %s", error->message);
        return options_store_exit(error);
    }
    g_autofree char *line =
        g_strdup_printf("%" G_GINT64_FORMAT " reports rebuilt, %" G_GINT64_FORMAT
                        " could not be decoded any more\n",
                        reports, failed);
    return say_output(line, -1) ? EX_OK : EX_IOERR;
}
