/* metrics: the store as metrics for Prometheus, for node_exporter's textfile collector. */
#include <sysexits.h>

#include "cli/metrics_page.h"
#include "cli/options.h"
#include "cli/say.h"

static int
write_metrics(const GString *text, const char *path)
{
    g_autoptr(GError) error = NULL;
    if (path == NULL)
        return say_output(text->str, (gssize)text->len) ? EX_OK : EX_IOERR;
    /* Whole or not at all: the collector reads the folder whenever it likes. */
    if (g_file_set_contents_full(path, text->str, (gssize)text->len, G_FILE_SET_CONTENTS_CONSISTENT,
                                 0644, &error))
        return EX_OK;
    say(SAY_ERROR, "%s", error->message);
    return EX_IOERR;
}

int
cmd_metrics(App *app, int argc, char **argv)
{
    g_autofree char *path = NULL;
    const GOptionEntry entries[] = {
        {"output", 0, 0, G_OPTION_ARG_FILENAME, &path,
         "Put them into FILE, whole or not at all, instead of standard output", "FILE"},
        {0},
    };
    int status = options_parse("metrics", entries, &argc, &argv);
    if (status < 0 && argc > 1)
        status = options_usage("metrics", "unexpected argument \"%s\"", argv[1]);
    if (status < 0)
        status = command_open_store(app);
    if (status >= 0)
        return status;
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    if (metrics_page_append(app->store, app->config, text, &error))
        return write_metrics(text, path);
    say(SAY_ERROR, "%s", error->message);
    return options_store_exit(error);
}
