/* command.h: the subcommands; one file each (cmd_NAME.c), one row each in commands.c. */
#pragma once

#include <glib.h>

#include "cli/config.h"
#include "store/store.h"

typedef enum { STORE_NOT_NEEDED, STORE_FOR_READING, STORE_FOR_WRITING } StoreNeed;

typedef struct Command Command;

/* What a command may use. Made by main, borrowed by the command. */
typedef struct {
    const Command *command;
    const Config *config;    /* NULL for a command that loads it by itself, and for --help */
    const char *config_path; /* --config, or NULL */
    const char *store_uri;   /* --store, else that of CONFIG; NULL without either */
    Store *store;            /* NULL until command_open_store */
    gboolean verbose;
} App;

struct Command {
    const char *name;
    int (*run)(App *app, int argc, char **argv); /* argv[0] is the name; returns the exit status */
    StoreNeed store;
    gboolean is_mail_road; /* any fault of ours ends in 75, so that no mail bounces */
    gboolean loads_config; /* the command reads the configuration by itself */
    const char *arguments; /* "PATH..." */
    const char *summary;   /* one line of help */
};

/* The table, ended by a row without a name. */
extern const Command commands[];
const Command *command_find(const char *name);

/* Opens app->store in the mode of the table; to be called after the arguments were found right, so
 * that wrong usage is told as such. -1, or the exit status for the failure that it told. */
int command_open_store(App *app);

int cmd_alerts(App *app, int argc, char **argv);
int cmd_backup(App *app, int argc, char **argv);
int cmd_check(App *app, int argc, char **argv);
int cmd_config(App *app, int argc, char **argv);
int cmd_dashboard_password(App *app, int argc, char **argv);
int cmd_deliver(App *app, int argc, char **argv);
int cmd_explain(App *app, int argc, char **argv);
int cmd_export(App *app, int argc, char **argv);
int cmd_fetch(App *app, int argc, char **argv);
int cmd_import(App *app, int argc, char **argv);
int cmd_list(App *app, int argc, char **argv);
int cmd_metrics(App *app, int argc, char **argv);
int cmd_migrate(App *app, int argc, char **argv);
int cmd_plan(App *app, int argc, char **argv);
int cmd_prune(App *app, int argc, char **argv);
int cmd_quarantine(App *app, int argc, char **argv);
int cmd_ready(App *app, int argc, char **argv);
int cmd_rebuild(App *app, int argc, char **argv);
int cmd_report(App *app, int argc, char **argv);
int cmd_serve(App *app, int argc, char **argv);
int cmd_show(App *app, int argc, char **argv);
int cmd_validate(App *app, int argc, char **argv);
