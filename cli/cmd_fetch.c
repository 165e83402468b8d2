/* fetch: takes reports out of IMAP mailboxes: one given by its URL, or those of the configuration.
 */
#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/alert_round.h"
#include "cli/fetch.h"
#include "cli/options.h"
#include "cli/say.h"
#include "ingest/imap.h"
#include "schema/limits.h"

typedef struct {
    ConfigMailbox mailbox; /* what is told for a URL */
    char *only;
    gboolean dry_run, all, json;
} FetchOptions;

static void
options_clear(FetchOptions *options)
{
    g_free(options->mailbox.password_file);
    g_free(options->mailbox.credential);
    g_free(options->mailbox.oauth_command);
    g_free(options->mailbox.ca_file);
    g_free(options->mailbox.move_to);
    g_free(options->only);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FetchOptions, options_clear)

static int
parse(FetchOptions *options, int *argc, char ***argv)
{
    ConfigMailbox *mailbox = &options->mailbox;
    const GOptionEntry entries[] = {
        {"password-file", 0, 0, G_OPTION_ARG_FILENAME, &mailbox->password_file,
         "The password is the first line of FILE", "FILE"},
        {"credential", 0, 0, G_OPTION_ARG_STRING, &mailbox->credential,
         "It is in $CREDENTIALS_DIRECTORY/NAME (systemd)", "NAME"},
        {"oauth-command", 0, 0, G_OPTION_ARG_STRING, &mailbox->oauth_command,
         "Log in with the OAuth token that COMMAND prints", "COMMAND"},
        {"ca-file", 0, 0, G_OPTION_ARG_FILENAME, &mailbox->ca_file,
         "Believe the CA certificates in FILE only", "FILE"},
        {"insecure-plain", 0, 0, G_OPTION_ARG_NONE, &mailbox->insecure_plain,
         "imap:// without TLS, to this machine only", NULL},
        {"move-to", 0, 0, G_OPTION_ARG_STRING, &mailbox->move_to,
         "Move messages that are stored to FOLDER", "FOLDER"},
        {"delete", 0, 0, G_OPTION_ARG_NONE, &mailbox->remove, "Delete messages that are stored",
         NULL},
        {"only", 0, 0, G_OPTION_ARG_STRING, &options->only,
         "Of the configured mailboxes only [fetch NAME]", "NAME"},
        {"all", 0, 0, G_OPTION_ARG_NONE, &options->all,
         "Look at all messages, also those from before the last fetch", NULL},
        {"dry-run", 0, 0, G_OPTION_ARG_NONE, &options->dry_run,
         "Say what would be taken; change nothing", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options->json, "Print the counts as JSON", NULL},
        {0},
    };
    return options_parse("fetch", entries, argc, argv);
}

static gboolean
tells_mailbox(const ConfigMailbox *mailbox)
{
    return mailbox->password_file != NULL || mailbox->credential != NULL ||
           mailbox->oauth_command != NULL || mailbox->ca_file != NULL || mailbox->move_to != NULL ||
           mailbox->remove || mailbox->insecure_plain;
}

/* The mailboxes to be fetched into LIST. -1, or the exit status. */
static int
choose(const App *app, FetchOptions *options, GPtrArray *list)
{
    const GPtrArray *configured = app->config->mailboxes;
    if (options->mailbox.url != NULL) {
        if (options->only != NULL)
            return options_usage("fetch", "--only is for the mailboxes of the configuration");
        g_autofree char *fault = config_mailbox_fault(&options->mailbox);
        if (fault != NULL)
            return options_usage("fetch", "%s", fault);
        g_ptr_array_add(list, &options->mailbox);
        return -1;
    }
    if (tells_mailbox(&options->mailbox))
        return options_usage("fetch", "the URL of the mailbox is missing; what is configured is "
                                      "set in its section [fetch NAME]");
    for (guint i = 0; configured != NULL && i < configured->len; i++) {
        ConfigMailbox *mailbox = g_ptr_array_index(configured, i);
        if (options->only == NULL || strcmp(options->only, mailbox->name) == 0)
            g_ptr_array_add(list, mailbox);
    }
    if (list->len == 0 && options->only != NULL)
        return options_usage("fetch", "there is no section [fetch %s]", options->only);
    if (list->len == 0)
        return options_usage("fetch", "no mailbox: give its URL, or sections [fetch NAME] in the "
                                      "configuration");
    return -1;
}

/* A dry run reads the store if there is one, and makes none. */
static int
open_store(App *app, gboolean dry_run)
{
    g_autoptr(GError) error = NULL;
    if (!dry_run)
        return command_open_store(app);
    app->store = store_open(app->store_uri, STORE_READ, LIMIT_LOCK_WAIT_MS, &error);
    if (app->store != NULL || g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND))
        return -1;
    say(SAY_ERROR, "%s", error->message);
    return options_store_exit(error);
}

static int
fetch_all(App *app, const FetchOptions *options, const GPtrArray *list)
{
    Fetch fetch = {
        .app = app,
        .dry_run = options->dry_run,
        .all = options->all,
        .quiet = options->json,
        .tally = {.with_strays = TRUE,
                  .progress = isatty(STDERR_FILENO) && !options->json && !options->dry_run},
    };
    FetchResult result = FETCH_DONE;
    gboolean failed = FALSE;
    signal(SIGPIPE, SIG_IGN); /* a connection that goes away is told by its error */
    for (guint i = 0; i < list->len && result != FETCH_STORE_FAILED; i++) {
        result = fetch_mailbox(&fetch, g_ptr_array_index(list, i));
        failed = failed || result != FETCH_DONE;
    }
    tally_show(&fetch.tally, TRUE);
    g_autofree char *text =
        options->json ? tally_json(&fetch.tally, "tlsgauge.fetch/1") : tally_text(&fetch.tally);
    gboolean written = (options->json || !options->dry_run || say_output("dry run: ", -1)) &&
                       say_output(text, -1) && (options->json || say_output("\n", 1));
    if (!options->dry_run && fetch.tally.by_outcome[OUTCOME_STORED] > 0)
        alert_round_after(app->store, app->config);
    if (result == FETCH_STORE_FAILED || fetch.tally.by_outcome[OUTCOME_UNAVAILABLE] > 0)
        return EX_TEMPFAIL;
    if (failed || fetch.tally.unreadable > 0)
        return 1;
    return written ? EX_OK : EX_IOERR;
}

int
cmd_fetch(App *app, int argc, char **argv)
{
    g_auto(FetchOptions) options = {0};
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    int status = parse(&options, &argc, &argv);
    if (status < 0 && argc > 2)
        status = options_usage("fetch", "one URL is expected, or none");
    if (status < 0 && !imap_is_built_in()) {
        say(SAY_ERROR, "this tlsgauge was built without libcurl, which fetch needs");
        status = EX_UNAVAILABLE;
    }
    if (status < 0) {
        options.mailbox.url = argc > 1 ? argv[1] : NULL;
        status = choose(app, &options, list);
    }
    if (status < 0)
        status = open_store(app, options.dry_run);
    return status >= 0 ? status : fetch_all(app, &options, list);
}
