/* main.c: global options, configuration, store, then the command of the table. */
#include <jansson.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/intake_store.h"
#include "cli/options.h"
#include "cli/say.h"
#include "schema/limits.h"

#define NAME_COLUMNS 11 /* of a command, in the list of them */

typedef struct {
    char *store, *config;
    gboolean verbose, version, help;
} Globals;

static int
print_help(void)
{
    g_autoptr(GString) out = g_string_new(
        "Usage: tlsgauge [--store URI] [--config FILE] [--verbose] COMMAND [ARGUMENT...]\n"
        "Collects SMTP TLS reports (RFC 8460) and tells what they mean.\n\nCommands:\n");
    for (const Command *command = commands; command->name != NULL; command++) {
        gboolean fits = strlen(command->name) <= NAME_COLUMNS; /* else it has a line of its own */
        g_string_append_printf(out, "  %-*s%s%s\n", NAME_COLUMNS, command->name,
                               fits ? " " : "\n              ", command->summary);
    }
    g_string_append(out,
                    "\nOptions:\n"
                    "  --store URI    the store: a path, sqlite:PATH or postgresql://...\n"
                    "  --config FILE  the configuration (default /etc/tlsgauge/tlsgauge.conf)\n"
                    "  --verbose      say more on standard error\n"
                    "  --version      print the version\n"
                    "  --help         print this help; after a command: its own\n");
    return say_output(out->str, -1) ? EX_OK : EX_IOERR;
}

/* The words before the command. -1 to go on. */
static int
parse_globals(Globals *globals, int *argc, char ***argv)
{
    const GOptionEntry entries[] = {
        {"store", 0, 0, G_OPTION_ARG_STRING, &globals->store, NULL, NULL},
        {"config", 0, 0, G_OPTION_ARG_FILENAME, &globals->config, NULL, NULL},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &globals->verbose, NULL, NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, &globals->version, NULL, NULL},
        {"help", 'h', 0, G_OPTION_ARG_NONE, &globals->help, NULL, NULL},
        {0},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_strict_posix(context, TRUE); /* stops at the command */
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, &error)) {
        say(SAY_ERROR, "%s (see: tlsgauge --help)", error->message);
        return EX_USAGE;
    }
    if (globals->version) {
        printf("tlsgauge %s\n", TLSGAUGE_VERSION);
        return EX_OK;
    }
    if (globals->help)
        return print_help();
    return -1;
}

static const Command *
find_command(const char *word)
{
    const Command *command = command_find(word);
    if (command != NULL)
        return command;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const Command *row = commands; row->name != NULL; row++)
        g_ptr_array_add(names, (gpointer)row->name);
    g_ptr_array_add(names, NULL);
    const char *nearest = say_nearest(word, (const char *const *)names->pdata);
    if (nearest != NULL)
        say(SAY_ERROR, "there is no command \"%s\"; did you mean \"%s\"?", word, nearest);
    else
        say(SAY_ERROR, "there is no command \"%s\" (see: tlsgauge --help)", word);
    return NULL;
}

/* Postfix bounces a message whose command runs into its time limit, so deliver ends before, and
 * SQLite takes an open transaction back when the process goes (operations: 75 defers). */
static void
deadline_passed(int signal_number)
{
    static const char line[] = "tlsgauge: no success within the time limit, try again\n";
    (void)signal_number;
    ssize_t ignored = write(STDERR_FILENO, line, sizeof line - 1);
    (void)ignored;
    _exit(EX_TEMPFAIL);
}

/* GLib ends the process when memory runs out. Some mail systems bounce on a death by signal. */
static void
gave_up(int signal_number)
{
    static const char line[] = "tlsgauge: cannot go on, perhaps for want of memory; try again\n";
    (void)signal_number;
    ssize_t ignored = write(STDERR_FILENO, line, sizeof line - 1);
    (void)ignored;
    _exit(EX_TEMPFAIL);
}

static void
arm_deadline(void)
{
    struct sigaction deadline = {.sa_handler = deadline_passed};
    struct sigaction giving_up = {.sa_handler = gave_up};
    sigaction(SIGALRM, &deadline, NULL);
    sigaction(SIGABRT, &giving_up, NULL);
    sigaction(SIGTRAP, &giving_up, NULL);
    alarm(LIMIT_DELIVER_SECONDS);
}

/* Libraries (GMime on odd mail) warn through g_log; people see it with --verbose only. */
static void
quiet_log(const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
    const gboolean *verbose = data;
    if (*verbose || (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) != 0)
        say(SAY_WARNING, "%s: %s", domain != NULL ? domain : "library", message);
}

static gboolean
wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return TRUE;
    }
    return FALSE;
}

int
command_open_store(App *app)
{
    g_autoptr(GError) error = NULL;
    StoreMode mode = app->command->store == STORE_FOR_READING ? STORE_READ : STORE_WRITE;
    app->store = store_open(app->store_uri, mode, LIMIT_LOCK_WAIT_MS, &error);
    if (app->store == NULL) {
        say(SAY_ERROR, "%s", error->message);
        return app->command->is_mail_road ? EX_TEMPFAIL : options_store_exit(error);
    }
    store_set_cache(app->store, (gint64)app->config->cache_bytes);
    intake_store_set_decoder(app->store, &app->config->rules);
    return -1;
}

static int
run(App *app, const Command *command, const Globals *globals, int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    /* Help needs neither a configuration nor a store. */
    if (command->loads_config || wants_help(argc, argv))
        return command->run(app, argc, argv);
    g_autoptr(Config) config = config_load(globals->config, &error);
    if (config == NULL) {
        say(SAY_ERROR, "%s", error->message);
        return command->is_mail_road ? EX_TEMPFAIL : EX_CONFIG;
    }
    app->config = config;
    if (app->store_uri == NULL)
        app->store_uri = config->store_uri;
    int status = command->run(app, argc, argv);
    store_close(app->store);
    return status;
}

int
main(int argc, char **argv)
{
    Globals globals = {0};
    setlocale(LC_ALL, "");
    g_set_prgname("tlsgauge");
    /* Else Jansson would take its own want of memory for a fault of the document. */
    json_set_alloc_funcs(g_malloc, g_free);
    g_log_set_default_handler(quiet_log, &globals.verbose);
    int status = parse_globals(&globals, &argc, &argv);
    if (status < 0 && argc < 2) {
        say(SAY_ERROR, "a command is missing (see: tlsgauge --help)");
        status = EX_USAGE;
    }
    const Command *command = status < 0 ? find_command(argv[1]) : NULL;
    if (status < 0 && command == NULL)
        status = EX_USAGE;
    if (command != NULL) {
        App app = {.command = command,
                   .config_path = globals.config,
                   .store_uri = globals.store,
                   .verbose = globals.verbose};
        if (command->is_mail_road)
            arm_deadline();
        status = run(&app, command, &globals, argc - 1, argv + 1);
    }
    g_free(globals.store);
    g_free(globals.config);
    return status;
}
