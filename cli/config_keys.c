#include "cli/config_keys.h"

#include <stddef.h>
#include <string.h>

#include "ingest/proxies.h"
#include "report/mail.h"
#include "schema/domain_name.h"
#include "schema/limits.h"
#include "schema/rua.h"

static gboolean
set_text(Config *config, const ConfigKey *row, const char *name, const char *value)
{
    (void)name;
    char **member = G_STRUCT_MEMBER_P(config, row->offset);
    if (*value == '\0')
        return FALSE;
    g_free(*member);
    *member = g_strdup(value);
    return TRUE;
}

static gboolean
set_path(Config *config, const ConfigKey *row, const char *name, const char *value)
{
    return *value == '/' && strpbrk(value, "?# ") == NULL && set_text(config, row, name, value);
}

static gboolean
set_uint(Config *config, const ConfigKey *row, const char *name, const char *value)
{
    (void)name;
    guint64 number;
    if (!g_ascii_string_to_unsigned(value, 10, row->min, row->max, &number, NULL))
        return FALSE;
    *(guint *)G_STRUCT_MEMBER_P(config, row->offset) = (guint)number;
    return TRUE;
}

/* Rights of a file, octal: "0660". */
static gboolean
set_mode(Config *config, const ConfigKey *row, const char *name, const char *value)
{
    (void)name;
    guint64 number;
    if (!g_ascii_string_to_unsigned(value, 8, 0600, 0777, &number, NULL))
        return FALSE;
    *(guint *)G_STRUCT_MEMBER_P(config, row->offset) = (guint)number;
    return TRUE;
}

/* "0.1" percent to 0.001. */
static gboolean
set_percent(Config *config, const ConfigKey *row, const char *name, const char *value)
{
    (void)name;
    char *end;
    double number = g_ascii_strtod(value, &end);
    if (end == value || *end != '\0' || !(number >= 0 && number <= 100))
        return FALSE;
    *(double *)G_STRUCT_MEMBER_P(config, row->offset) = number / 100;
    return TRUE;
}

static gboolean
set_size(Config *config, const ConfigKey *row, const char *name, const char *value)
{
    (void)name;
    guint64 number;
    if (!g_ascii_string_to_unsigned(value, 10, row->min, row->max, &number, NULL))
        return FALSE;
    *(gsize *)G_STRUCT_MEMBER_P(config, row->offset) = (gsize)number;
    return TRUE;
}

/* "a;b;c" without empty elements. */
static char **
split_list(const char *value)
{
    g_auto(GStrv) parts = g_strsplit_set(value, ";,", -1);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    for (char **part = parts; *part != NULL; part++) {
        if (*g_strstrip(*part) != '\0')
            g_strv_builder_add(builder, *part);
    }
    return g_strv_builder_end(builder);
}

/* The list as normalised names; NULL if one is none or there is none. */
static char **
split_domains(const char *value)
{
    g_auto(GStrv) parts = split_list(value);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    for (char **part = parts; *part != NULL; part++) {
        g_autofree char *domain = domain_name_normalise(*part, -1, FALSE, NULL);
        if (domain == NULL)
            return NULL;
        g_strv_builder_add(builder, domain);
    }
    return *parts == NULL ? NULL : g_strv_builder_end(builder);
}

static gboolean
set_accept(Config *config, const ConfigKey *row, const char *name, const char *value)
{
    (void)row, (void)name;
    g_auto(GStrv) domains = split_domains(value);
    if (domains == NULL)
        return FALSE;
    g_clear_pointer(&config->rules.accept, g_hash_table_unref);
    config->rules.accept = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (char **domain = domains; *domain != NULL; domain++)
        g_hash_table_add(config->rules.accept, g_strdup(*domain));
    return TRUE;
}

/* The URIs of rua= that lead to us. */
static gboolean
set_expect_rua(Config *config, const ConfigKey *row, const char *name, const char *value)
{
    (void)row, (void)name;
    g_auto(GStrv) uris = split_list(value);
    for (char **uri = uris; *uri != NULL; uri++) {
        g_autofree char *target = NULL;
        guint port;
        const char *problem;
        if (rua_parse(*uri, &target, &port, &problem) == RUA_BAD)
            return FALSE;
    }
    g_strfreev(config->check_expect_rua);
    config->check_expect_rua = g_steal_pointer(&uris);
    return config->check_expect_rua[0] != NULL;
}

static gboolean
set_expect_mx(Config *config, const ConfigKey *row, const char *name, const char *value)
{
    (void)row, (void)name;
    g_strfreev(config->check_expect_mx);
    config->check_expect_mx = split_domains(value);
    return config->check_expect_mx != NULL;
}

static gboolean
set_mx(Config *config, const ConfigKey *row, const char *name, const char *value)
{
    (void)row;
    g_autofree char *host = domain_name_normalise(name, -1, FALSE, NULL);
    g_auto(GStrv) domains = split_domains(value);
    if (host == NULL || domains == NULL)
        return FALSE;
    if (config->rules.mx_domains == NULL)
        config->rules.mx_domains =
            g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_strfreev);
    g_hash_table_insert(config->rules.mx_domains, g_steal_pointer(&host),
                        g_steal_pointer(&domains));
    return TRUE;
}

static gboolean
set_authserv_ids(Config *config, const ConfigKey *row, const char *name, const char *value)
{
    (void)row, (void)name;
    g_auto(GStrv) ids = split_list(value);
    for (char **id = ids; *id != NULL; id++) {
        char *lower = g_ascii_strdown(*id, -1);
        g_free(*id);
        *id = lower;
    }
    g_strfreev(config->rules.authserv_ids);
    config->rules.authserv_ids = g_steal_pointer(&ids);
    return config->rules.authserv_ids[0] != NULL;
}

static gboolean
set_proxies(Config *config, const ConfigKey *row, const char *name, const char *value)
{
    (void)row, (void)name;
    g_auto(GStrv) words = split_list(value);
    GPtrArray *proxies = *words == NULL ? NULL : proxies_parse((const char *const *)words);
    if (proxies == NULL)
        return FALSE;
    g_clear_pointer(&config->https_proxies, g_ptr_array_unref);
    config->https_proxies = proxies;
    return TRUE;
}

/* "/tlsgauge", also with a slash at the end; "/" is no prefix. */
static gboolean
set_prefix(Config *config, const ConfigKey *row, const char *name, const char *value)
{
    static const char path[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
    (void)row, (void)name;
    g_autofree char *prefix = g_strdup(value);
    gsize length = strlen(prefix);
    if (*prefix != '/' || strspn(prefix, path) != length || strstr(prefix, "//") != NULL)
        return FALSE;
    if (prefix[length - 1] == '/')
        prefix[length - 1] = '\0';
    g_free(config->dashboard_prefix);
    config->dashboard_prefix = g_steal_pointer(&prefix);
    return TRUE;
}

static gboolean
set_hosts(Config *config, const ConfigKey *row, const char *name, const char *value)
{
    (void)row, (void)name;
    char **hosts = split_domains(value);
    if (hosts == NULL)
        return FALSE;
    g_strfreev(config->dashboard_hosts);
    config->dashboard_hosts = hosts;
    return TRUE;
}

static gboolean
set_minimum(Config *config, const ConfigKey *row, const char *name, const char *value)
{
    (void)row, (void)name;
    /* "local" would shut every mail and every POST out; verified ranks the same. */
    Trust trust;
    if (!trust_from_name(value, &trust) || trust == TRUST_LOCAL)
        return FALSE;
    config->rules.minimum = trust;
    return TRUE;
}

static gboolean
set_flag(Config *config, const ConfigKey *row, const char *name, const char *value)
{
    (void)name;
    gboolean on = strcmp(value, "true") == 0;
    *(gboolean *)G_STRUCT_MEMBER_P(config, row->offset) = on;
    return on || strcmp(value, "false") == 0;
}

static gboolean
set_address(Config *config, const ConfigKey *row, const char *name, const char *value)
{
    g_autofree char *address = mail_address(value);
    return address != NULL && set_text(config, row, name, address);
}

static gboolean
set_addresses(Config *config, const ConfigKey *row, const char *name, const char *value)
{
    (void)name;
    char ***member = G_STRUCT_MEMBER_P(config, row->offset);
    char **addresses = mail_addresses(value, NULL);
    if (addresses == NULL)
        return FALSE;
    g_strfreev(*member);
    *member = addresses;
    return TRUE;
}

#define DAYS  "days from 1 to 365"
#define COUNT "a number from 0 to 1000000000"
#define DAY_KEY(key, member)                                                                       \
    {                                                                                              \
        "readiness", key, set_uint, offsetof(Config, readiness.member), 1, 365, DAYS               \
    }
#define COUNT_KEY(key, member)                                                                     \
    {                                                                                              \
        "readiness", key, set_uint, offsetof(Config, readiness.member), 0, 1000000000, COUNT       \
    }
#define PERCENT_KEY(key, member)                                                                   \
    {                                                                                              \
        "readiness", key, set_percent, offsetof(Config, readiness.member), 0, 0,                   \
            "percent from 0 to 100"                                                                \
    }
/* The setters of [fetch NAME]: the offsets are those of a ConfigMailbox. */
static gboolean
set_mailbox_text(Config *config, const ConfigKey *row, const char *name, const char *value)
{
    (void)name;
    char **member = G_STRUCT_MEMBER_P(config->entered, row->offset);
    if (*value == '\0')
        return FALSE;
    g_free(*member);
    *member = g_strdup(value);
    return TRUE;
}

static gboolean
set_mailbox_flag(Config *config, const ConfigKey *row, const char *name, const char *value)
{
    (void)name;
    gboolean on = strcmp(value, "true") == 0;
    *(gboolean *)G_STRUCT_MEMBER_P(config->entered, row->offset) = on;
    return on || strcmp(value, "false") == 0;
}

#define TEXT(section, key, member, expected)                                                       \
    {                                                                                              \
        section, key, set_text, offsetof(Config, member), 0, 0, expected                           \
    }

#define MAILBOX(key, set, member, expected)                                                        \
    {                                                                                              \
        "fetch", key, set, offsetof(ConfigMailbox, member), 0, 0, expected                         \
    }

#define ADDRESS   "a mail address, USER@DOMAIN"
#define ADDRESSES "mail addresses separated by \",\""

#define ALERT_KEY(key, member, min, max, expected)                                                 \
    {                                                                                              \
        "alerts", key, set_uint, offsetof(Config, alerts.member), min, max, expected               \
    }

#define RETENTION_KEY(key, member, min, expected)                                                  \
    {                                                                                              \
        "retention", key, set_uint, offsetof(Config, retention.member), min, 36500, expected       \
    }

const ConfigKey config_keys[] = {
    TEXT("store", "uri", store_uri, "a path, sqlite:PATH or postgresql://..."),
    {"store", "cache-bytes", set_size, offsetof(Config, cache_bytes), 1048576, 68719476736,
     "octets from 1048576 to 68719476736"},
    {"domains", "accept", set_accept, 0, 0, 0, "domain names separated by \";\""},
    {"mx", NULL, set_mx, 0, 0, 0, "MX-HOST=domain names separated by \";\""},
    {"trust", "authserv-ids", set_authserv_ids, 0, 0, 0,
     "authserv-ids of your own MTA separated by \";\""},
    {"trust", "minimum", set_minimum, 0, 0, 0, "unauthenticated, unverified or verified"},
    TEXT("https", "listen", https_listen, "ADDRESS:PORT, [ADDRESS]:PORT or :PORT"),
    TEXT("https", "certificate", https_certificate, "the path of a PEM file"),
    TEXT("https", "key", https_key, "the path of a PEM file"),
    {"https", "path", set_path, offsetof(Config, https_path), 0, 0,
     "a path that starts with \"/\", without query"},
    {"https", "trusted-proxies", set_proxies, 0, 0, 0,
     "addresses or networks, like 127.0.0.1;10.0.0.0/8"},
    {"https", "threads", set_uint, offsetof(Config, https_threads), 0, LIMIT_HTTPS_THREADS,
     "a number from 0 to " G_STRINGIFY(LIMIT_HTTPS_THREADS)},
    TEXT("lmtp", "listen", lmtp_listen, "/PATH of a socket, ADDRESS:PORT or [ADDRESS]:PORT"),
    TEXT("lmtp", "group", lmtp_group, "the name of a group"),
    {"lmtp", "mode", set_mode, offsetof(Config, lmtp_mode), 0, 0, "octal rights from 0600 to 0777"},
    TEXT("explain", "as-database", as_database, "the path of an MMDB file"),
    TEXT("dashboard", "listen", dashboard_listen, "ADDRESS:PORT or [ADDRESS]:PORT"),
    TEXT("dashboard", "certificate", dashboard_certificate, "the path of a PEM file"),
    TEXT("dashboard", "key", dashboard_key, "the path of a PEM file"),
    TEXT("dashboard", "users", dashboard_users, "the path of a password file"),
    {"dashboard", "path-prefix", set_prefix, 0, 0, 0, "a path that starts with \"/\""},
    {"dashboard", "hosts", set_hosts, 0, 0, 0, "host names separated by \";\""},
    DAY_KEY("days", days),
    DAY_KEY("coverage-days", coverage_days),
    DAY_KEY("fresh-days", fresh_days),
    DAY_KEY("blocking-days", blocking_days),
    DAY_KEY("silence-days", silence_days),
    COUNT_KEY("senders", senders),
    COUNT_KEY("sessions", sessions),
    COUNT_KEY("tolerated-sessions", tolerated_sessions),
    PERCENT_KEY("tolerated-percent", tolerated_rate),
    PERCENT_KEY("tolerated-sender-percent", tolerated_sender),
    {"metrics", "senders", set_uint, offsetof(Config, metrics_senders), 1, LIMIT_METRICS_SENDERS,
     "a number from 1 to 1000"},
    {"metrics", "domains", set_uint, offsetof(Config, metrics_domains), 1, LIMIT_METRICS_DOMAINS,
     "a number from 1 to 10000"},
    MAILBOX("url", set_mailbox_text, url, "imaps://USER@HOST[:PORT][/FOLDER]"),
    MAILBOX("password-file", set_mailbox_text, password_file, "the path of a file"),
    MAILBOX("credential", set_mailbox_text, credential, "the name of a credential of systemd"),
    MAILBOX("oauth-command", set_mailbox_text, oauth_command, "a command for /bin/sh"),
    MAILBOX("ca-file", set_mailbox_text, ca_file, "the path of a PEM file"),
    MAILBOX("move-to", set_mailbox_text, move_to, "the name of a folder"),
    MAILBOX("delete", set_mailbox_flag, remove, "true or false"),
    MAILBOX("insecure-plain", set_mailbox_flag, insecure_plain, "true or false"),
    {"mail", "from", set_address, offsetof(Config, mail.from), 0, 0, ADDRESS},
    TEXT("mail", "relay", mail.relay, "smtp://HOST[:PORT] or smtps://HOST[:PORT]"),
    TEXT("mail", "sendmail", mail.sendmail, "the path of a program"),
    TEXT("mail", "user", mail.user, "the name of a user"),
    TEXT("mail", "password-file", mail.password_file, "the path of a file"),
    TEXT("mail", "ca-file", mail.ca_file, "the path of a PEM file"),
    {"mail", "insecure-plain", set_flag, offsetof(Config, mail.insecure_plain), 0, 0,
     "true or false"},
    {"digest", "mail-to", set_addresses, offsetof(Config, digest_to), 0, 0, ADDRESSES},
    {"digest", "mail-from", set_address, offsetof(Config, digest_from), 0, 0, ADDRESS},
    TEXT("alerts", "command", alerts.command, "a command for /bin/sh"),
    TEXT("alerts", "webhook", alerts.webhook, "https://HOST/PATH"),
    TEXT("alerts", "webhook-token-file", alerts.webhook_token_file, "the path of a file"),
    TEXT("alerts", "webhook-secret-file", alerts.webhook_secret_file, "the path of a file"),
    TEXT("alerts", "webhook-ca-file", alerts.webhook_ca_file, "the path of a PEM file"),
    {"alerts", "mail-to", set_addresses, offsetof(Config, alerts.mail_to), 0, 0, ADDRESSES},
    ALERT_KEY("quiet-days", rules.quiet_days, 1, 90, "days from 1 to 90"),
    ALERT_KEY("recent-days", rules.recent_days, 1, 30, "days from 1 to 30"),
    ALERT_KEY("minimum-sessions", rules.minimum_sessions, 1, 1000000000,
              "a number from 1 to 1000000000"),
    ALERT_KEY("silence-days", rules.silence_days, 1, 60, "days from 1 to 60"),
    ALERT_KEY("interval-hours", rules.interval_hours, 0, 8760, "hours from 0 to 8760"),
    ALERT_KEY("timeout", timeout_seconds, 1, LIMIT_ALERT_SECONDS, "seconds from 1 to 120"),
    TEXT("check", "resolver", check_resolver, "system, iterate or ADDRESS[@PORT]"),
    TEXT("check", "trust-anchor", check_trust_anchor,
         "the path of a file with DNSKEY or DS records"),
    TEXT("check", "ca-file", check_ca_file, "the path of a PEM file"),
    TEXT("check", "ehlo", check_ehlo, "the name of this machine"),
    {"check", "expect-rua", set_expect_rua, 0, 0, 0,
     "mailto: and https: addresses separated by \";\""},
    {"check", "expect-mx", set_expect_mx, 0, 0, 0, "host names separated by \";\""},
    {"check", "jobs", set_uint, offsetof(Config, check_jobs), 1, 64, "a number from 1 to 64"},
    {"check", "quiet-days", set_uint, offsetof(Config, check_quiet_days), 1, 365, DAYS},
    RETENTION_KEY("raw-days", raw_days, 1, "days from 1 to 36500"),
    RETENTION_KEY("daily-days", daily_days, CONFIG_DAILY_DAYS, "days from 60 to 36500"),
    RETENTION_KEY("addresses-days", addresses_days, 1, "days from 1 to 36500"),
    RETENTION_KEY("quarantine-days", quarantine_days, 1, "days from 1 to 36500"),
    {"limits", "message-bytes", set_size, offsetof(Config, rules.message_bytes), 4096,
     LIMIT_MESSAGE_BYTES * 8, "octets from 4096 to 134217728"},
    {"limits", "payload-bytes", set_size, offsetof(Config, rules.payload_bytes), 4096,
     LIMIT_PAYLOAD_BYTES * 8, "octets from 4096 to 83886080"},
    {"limits", "inflated-bytes", set_size, offsetof(Config, rules.inflated_bytes), 4096,
     LIMIT_INFLATED_BYTES * 8, "octets from 4096 to 167772160"},
    {"limits", "connections", set_uint, offsetof(Config, connections), 1, 100000,
     "a number from 1 to 100000"},
    {"limits", "connections-per-address", set_uint, offsetof(Config, connections_per_address), 1,
     100000, "a number from 1 to 100000"},
    {"limits", "timeout", set_uint, offsetof(Config, timeout_seconds), 1, 3600,
     "seconds from 1 to 3600"},
    {0},
};
