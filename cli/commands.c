#include "cli/command.h"

const Command commands[] = {
    {"deliver", cmd_deliver, STORE_FOR_WRITING, TRUE, FALSE, "",
     "take one message or bare report from standard input (procmail, an MTA's pipe)"},
    {"import", cmd_import, STORE_FOR_WRITING, FALSE, FALSE, "PATH...",
     "take files, folders, Maildirs, mboxes, archives; - is standard input"},
    {"fetch", cmd_fetch, STORE_FOR_WRITING, FALSE, FALSE, "[URL]",
     "take reports out of IMAP mailboxes"},
    {"serve", cmd_serve, STORE_FOR_WRITING, FALSE, FALSE, "", "run the collector: HTTPS, LMTP, and the dashboard"},
    {"validate", cmd_validate, STORE_NOT_NEEDED, FALSE, FALSE, "PATH...",
     "judge reports against RFC 8460; store nothing"},
    {"report", cmd_report, STORE_FOR_READING, FALSE, FALSE, "",
     "print the summary: sessions, senders, failures"},
    {"ready", cmd_ready, STORE_FOR_READING, FALSE, FALSE, "DOMAIN...",
     "say whether MTA-STS may switch to enforce, and what is in the way"},
    {"explain", cmd_explain, STORE_FOR_READING, FALSE, FALSE, "DOMAIN",
     "say what stands behind the failures, and what to do"},
    {"alerts", cmd_alerts, STORE_FOR_WRITING, FALSE, FALSE, "list|run|test",
     "what is failing, recovered or silent, and whether that was told"},
    {"check", cmd_check, STORE_NOT_NEEDED, FALSE, FALSE, "DOMAIN...",
     "look at a live domain as a sending server does: DNS, policy, MX, TLS, DANE"},
    {"plan", cmd_plan, STORE_NOT_NEEDED, FALSE, FALSE, "DOMAIN",
     "say the next step from nothing to enforce, or back, with all that is to be published"},
    {"list", cmd_list, STORE_FOR_READING, FALSE, FALSE, "",
     "list the stored reports, newest first"},
    {"show", cmd_show, STORE_FOR_READING, FALSE, FALSE, "ID", "print one stored report"},
    {"export", cmd_export, STORE_FOR_READING, FALSE, FALSE, "",
     "stream reports, failures or totals as JSON lines"},
    {"metrics", cmd_metrics, STORE_FOR_READING, FALSE, FALSE, "", "print metrics for Prometheus"},
    {"quarantine", cmd_quarantine, STORE_FOR_WRITING, FALSE, FALSE, "list|show|retry|drop [ID...]",
     "look at what could not be counted"},
    {"backup", cmd_backup, STORE_FOR_READING, FALSE, FALSE, "FILE",
     "copy the store as it is now, while others collect"},
    {"prune", cmd_prune, STORE_FOR_WRITING, FALSE, FALSE, "",
     "drop what [retention] no longer wants kept"},
    {"rebuild", cmd_rebuild, STORE_FOR_WRITING, FALSE, FALSE, "",
     "make everything derived anew from the raw reports"},
    {"dashboard-password", cmd_dashboard_password, STORE_NOT_NEEDED, FALSE, FALSE,
     "NAME [DOMAIN...]", "make a line for the password file of the dashboard"},
    {"migrate", cmd_migrate, STORE_NOT_NEEDED, FALSE, FALSE, "FROM TO",
     "copy a whole store into an empty one: from a file to PostgreSQL, or back"},
    {"config", cmd_config, STORE_NOT_NEEDED, FALSE, TRUE, "check", "check the configuration"},
    {0},
};

const Command *
command_find(const char *name)
{
    for (const Command *command = commands; command->name != NULL; command++) {
        if (g_strcmp0(command->name, name) == 0)
            return command;
    }
    return NULL;
}
