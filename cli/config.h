/* config.h: the configuration file, the TLSGAUGE_* variables, the defaults (DESIGN section 3). */
#pragma once

#include <glib.h>

#include "ingest/judged.h"
#include "report/alerts.h"
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

/* How mail is sent: [mail]. */
typedef struct {
    char *from;  /* address; NULL: tlsgauge@ and the name of this machine */
    char *relay; /* smtp://HOST[:PORT] or smtps://...; NULL: by sendmail */
    char *sendmail;
    char *user, *password_file; /* both or neither */
    char *ca_file;              /* NULL: the CAs of the system */
    gboolean insecure_plain;
} ConfigMail;

/* When and how alerts are told: [alerts]. */
typedef struct {
    AlertRules rules;
    char *command; /* for /bin/sh; NULL: none, as is the next one */
    char *webhook; /* https://..., or http:// to this machine */
    char *webhook_token_file, *webhook_secret_file, *webhook_ca_file; /* each may be NULL */
    char **mail_to;                                                   /* NULL: no mail */
    guint timeout_seconds; /* for the command, and for the webhook */
} ConfigAlerts;

/* How many days to keep what: [retention]; 0: for ever. */
typedef struct {
    guint raw_days, daily_days, addresses_days, quarantine_days;
} ConfigRetention;
/* The verdict, alerts and the comparison of weeks look back so far. */
#define CONFIG_DAILY_DAYS 60

typedef struct {
    char *file;        /* that was read; NULL if there was none */
    char *store_uri;   /* [store] uri, else the default place */
    gsize cache_bytes; /* [store]: of the database, in the memory of one process */
    IntakeRules rules; /* [domains] [mx] [trust] [limits] */
    char *https_listen, *https_certificate, *https_key, *https_path;
    GPtrArray *https_proxies; /* of proxies.h; NULL for none */
    guint https_threads;      /* that judge, beside the one that speaks TLS */
    char *dashboard_listen, *dashboard_prefix, *dashboard_users;
    char *dashboard_certificate, *dashboard_key;
    char **dashboard_hosts; /* names it is asked by; NULL: none but those of loopback */
    char *lmtp_listen, *lmtp_group;
    guint lmtp_mode;                                             /* 0: default */
    guint metrics_senders, metrics_domains;                      /* [metrics]; 0: default */
    ReadinessRules readiness;                                    /* [readiness] */
    char *as_database;                                           /* [explain]; NULL: none */
    guint connections, connections_per_address, timeout_seconds; /* [limits]; 0: default */
    ConfigMail mail;
    char **digest_to;  /* [digest] mail-to; NULL: nobody */
    char *digest_from; /* [digest] mail-from; NULL: as [mail] from */
    ConfigAlerts alerts;
    ConfigRetention retention;
    char *check_resolver, *check_trust_anchor, *check_ca_file, *check_ehlo; /* [check] */
    char **check_expect_rua, **check_expect_mx;                             /* NULL for none */
    guint check_jobs, check_quiet_days;
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

/* The connections of serve share cache_bytes: the one that writes has half of it, and the others
 * (two for pages; metrics, alerts and retention) have a tenth each, which is what this gives. */
gint64 config_cache_beside(const Config *config);

/* What keeps MAILBOX from being fetched ("expected url="), newly allocated; NULL for nothing. */
char *config_mailbox_fault(const ConfigMailbox *mailbox);
