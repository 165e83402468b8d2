/* config.h: the configuration file, the TLSGAUGE_* variables, the defaults (DESIGN section 3). */
#pragma once

#include <glib.h>

#include "ingest/judged.h"
#include "report/readiness.h"

/* A mailbox that fetch takes reports out of: a section [fetch NAME], or the command line. */
typedef struct {
    char *name;  /* NULL: of the command line */
    char *place; /* "FILE:LINE" of its section; NULL likewise */
    char *url;
    char *password_file, *credential, *oauth_command; /* one of them */
    char *ca_file;                                    /* NULL: the CAs of the system */
    char *move_to;                                    /* folder; NULL: they stay */
    gboolean remove, insecure_plain;
} ConfigMailbox;

typedef struct {
    char *file;        /* that was read; NULL if there was none */
    char *store_uri;   /* [store] uri, else the default place */
    IntakeRules rules; /* [domains] [mx] [trust] [limits] */
    char *https_listen, *https_certificate, *https_key, *https_path;
    GPtrArray *https_proxies; /* of proxies.h; NULL for none */
    char *lmtp_listen, *lmtp_group;
    guint lmtp_mode;                                             /* 0: default */
    ReadinessRules readiness;                                    /* [readiness] */
    char *as_database;                                           /* [explain]; NULL: none */
    guint connections, connections_per_address, timeout_seconds; /* [limits]; 0: default */
    GPtrArray *mailboxes;   /* of ConfigMailbox; NULL for none */
    ConfigMailbox *entered; /* while the file is read: the one whose section it is */
} Config;

#define CONFIG_ERROR (config_error_quark())
GQuark config_error_quark(void);
typedef enum { CONFIG_ERROR_FILE, CONFIG_ERROR_CONTENT } ConfigErrorCode;

/* Reads PATH, or with NULL $TLSGAUGE_CONFIG, or /etc/tlsgauge/tlsgauge.conf where that exists; then
 * the environment on top: TLSGAUGE_STORE, and TLSGAUGE_<SECTION>_<KEY> for every key. The error
 * names file, line and what was expected; an unknown key also the nearest known one. Free with
 * config_free. */
Config *config_load(const char *path, GError **error);
void config_free(Config *config); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)

/* What keeps MAILBOX from being fetched ("expected url="), newly allocated; NULL for nothing. */
char *config_mailbox_fault(const ConfigMailbox *mailbox);
