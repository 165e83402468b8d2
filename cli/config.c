#include "cli/config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/config_keys.h"
#include "cli/config_mail.h"
#include "cli/config_mailbox.h"
#include "cli/say.h"
#include "ingest/judging.h"
#include "schema/limits.h"
#include "store/store.h"

#define DEFAULT_FILE      "/etc/tlsgauge/tlsgauge.conf"
#define DEFAULT_STORE_DIR "/var/lib/tlsgauge"
#define STORE_FILE        "reports.db"

G_DEFINE_QUARK(tlsgauge - config - error, config_error)

static const char *
nearest_key(const char *section, const char *name)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    for (const ConfigKey *row = config_keys; row->section != NULL; row++) {
        if (row->key != NULL && strcmp(row->section, section) == 0)
            g_ptr_array_add(words, (gpointer)row->key);
    }
    g_ptr_array_add(words, NULL);
    return say_nearest(name, (const char *const *)words->pdata);
}

static const char *
nearest_section(const char *name)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    for (const ConfigKey *row = config_keys; row->section != NULL; row++)
        g_ptr_array_add(words, (gpointer)row->section);
    g_ptr_array_add(words, NULL);
    return say_nearest(name, (const char *const *)words->pdata);
}

static gboolean
known_section(const char *name)
{
    for (const ConfigKey *row = config_keys; row->section != NULL; row++) {
        if (strcmp(row->section, name) == 0)
            return TRUE;
    }
    return FALSE;
}

static const ConfigKey *
find_key(const char *section, const char *name)
{
    for (const ConfigKey *row = config_keys; row->section != NULL; row++) {
        if (strcmp(row->section, section) == 0 && (row->key == NULL || strcmp(row->key, name) == 0))
            return row;
    }
    return NULL;
}

static void
fail_unknown(GError **error, const char *place, const char *what, const char *nearest)
{
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_CONTENT, "%s: unknown %s%s%s%s", place, what,
                nearest != NULL ? "; did you mean \"" : "", nearest != NULL ? nearest : "",
                nearest != NULL ? "\"?" : "");
}

/* The section of the table that SECTION of the file is one of: there is one [fetch NAME] a mailbox.
 */
static const char *
kind_of(const char *section)
{
    return config_mailbox_is_section(section) ? "fetch" : section;
}

static gboolean
enter_section(Config *config, const char *section, const char *place, GError **error)
{
    if (config_mailbox_is_section(section) || strcmp(section, "fetch") == 0) {
        if (section[strlen("fetch")] != '\0' && config_mailbox_enter(config, section, place))
            return TRUE;
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_CONTENT,
                    "%s: expected [fetch NAME] with a name of letters, digits, \".\", \"_\" and "
                    "\"-\", got [%s]",
                    place, section);
        return FALSE;
    }
    if (known_section(section))
        return TRUE;
    g_autofree char *what = g_strdup_printf("section [%s]", section);
    g_autofree char *word = g_strndup(section, strcspn(section, " "));
    fail_unknown(error, place, what, nearest_section(word));
    return FALSE;
}

/* One "key=value" line. PLACE is "FILE:LINE". SEEN holds "section\nkey" of the lines before. */
static gboolean
read_pair(Config *config, GKeyFile *values, const char *section, char *line, const char *place,
          GHashTable *seen, GError **error)
{
    char *equals = strchr(line, '=');
    if (equals == NULL) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_CONTENT,
                    "%s: expected [section], key=value or # comment, got \"%s\"", place, line);
        return FALSE;
    }
    *equals = '\0';
    const char *name = g_strstrip(line);
    if (section == NULL) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_CONTENT,
                    "%s: expected a [section] before the key \"%s\"", place, name);
        return FALSE;
    }
    const char *kind = kind_of(section);
    const ConfigKey *row = find_key(kind, name);
    if (row == NULL) {
        g_autofree char *what = g_strdup_printf("key \"%s\" in [%s]", name, section);
        fail_unknown(error, place, what, nearest_key(kind, name));
        return FALSE;
    }
    if (!g_hash_table_add(seen, g_strdup_printf("%s\n%s", section, name))) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_CONTENT, "%s: [%s] %s is set twice", place,
                    section, name);
        return FALSE;
    }
    g_autofree char *value = g_key_file_get_string(values, section, name, NULL);
    if (value == NULL || !row->set(config, row, name, g_strstrip(value))) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_CONTENT,
                    "%s: [%s] %s: expected %s, got \"%s\"", place, section, name, row->expected,
                    value != NULL ? value : "");
        return FALSE;
    }
    return TRUE;
}

/* GKeyFile has the values but knows no lines: the lines are walked beside it. */
static gboolean
read_lines(Config *config, GKeyFile *values, const char *file, const char *text, GError **error)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *section = NULL;
    for (guint i = 0; lines[i] != NULL; i++) {
        char *line = g_strstrip(lines[i]);
        g_autofree char *place = g_strdup_printf("%s:%u", file, i + 1);
        if (*line == '\0' || *line == '#')
            continue;
        if (*line != '[') {
            if (!read_pair(config, values, section, line, place, seen, error))
                return FALSE;
            continue;
        }
        gsize length = strlen(line);
        if (length < 3 || line[length - 1] != ']') {
            g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_CONTENT,
                        "%s: expected [section], got \"%s\"", place, line);
            return FALSE;
        }
        g_free(section);
        section = g_strndup(line + 1, length - 2);
        if (!enter_section(config, section, place, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
read_file(Config *config, const char *file, GError **error)
{
    g_autofree char *text = NULL;
    gsize length;
    g_autoptr(GError) problem = NULL;
    if (!g_file_get_contents(file, &text, &length, &problem)) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_FILE, "cannot read the configuration: %s",
                    problem->message);
        return FALSE;
    }
    if (length > LIMIT_CONFIG_BYTES || memchr(text, '\0', length) != NULL ||
        !g_utf8_validate(text, (gssize)length, NULL)) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_CONTENT,
                    "%s: expected a text file in UTF-8 of at most %u octets", file,
                    LIMIT_CONFIG_BYTES);
        return FALSE;
    }
    g_autoptr(GKeyFile) values = g_key_file_new();
    g_autoptr(GError) syntax = NULL;
    /* A syntax error shows again in read_lines, which knows the line. */
    (void)g_key_file_load_from_data(values, text, length, G_KEY_FILE_NONE, &syntax);
    if (!read_lines(config, values, file, text, error))
        return FALSE;
    if (syntax != NULL && length > 0 &&
        !g_error_matches(syntax, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE)) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_CONTENT, "%s: %s", file, syntax->message);
        return FALSE;
    }
    config->file = g_strdup(file);
    return TRUE;
}

/* TLSGAUGE_TRUST_AUTHSERV_IDS for [trust] authserv-ids. */
static char *
variable_for(const ConfigKey *row)
{
    g_autofree char *name = g_strdup_printf("TLSGAUGE_%s_%s", row->section, row->key);
    char *upper = g_ascii_strup(name, -1);
    return g_strdelimit(upper, "-", '_');
}

static gboolean
read_environment(Config *config, GError **error)
{
    const char *store = g_getenv("TLSGAUGE_STORE");
    if (store != NULL && *store != '\0') {
        g_free(config->store_uri);
        config->store_uri = g_strdup(store);
    }
    for (const ConfigKey *row = config_keys; row->section != NULL; row++) {
        if (row->key == NULL || strcmp(row->section, "fetch") == 0) /* of which mailbox? */
            continue;
        g_autofree char *variable = variable_for(row);
        const char *value = g_getenv(variable);
        if (value != NULL && !row->set(config, row, row->key, value)) {
            g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_CONTENT, "$%s: expected %s, got \"%s\"",
                        variable, row->expected, value);
            return FALSE;
        }
    }
    return TRUE;
}

/* Where the operator's store is when nobody says (DESIGN section 3). */
static char *
default_store(void)
{
    g_autofree char *shared = g_build_filename(DEFAULT_STORE_DIR, STORE_FILE, NULL);
    if (access(shared, W_OK) == 0 || (errno == ENOENT && access(DEFAULT_STORE_DIR, W_OK) == 0))
        return g_steal_pointer(&shared);
    g_autofree char *folder = g_build_filename(g_get_user_data_dir(), "tlsgauge", NULL);
    (void)g_mkdir_with_parents(folder, 0700); /* if it fails, opening the store says so */
    return g_build_filename(folder, STORE_FILE, NULL);
}

/* certificate= and key= belong together. */
static gboolean
check_pair(const Config *config, const char *section, const char *certificate, const char *key,
           GError **error)
{
    if ((certificate == NULL) == (key == NULL))
        return TRUE;
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_CONTENT,
                "%s: [%s]: expected certificate= and key= together, got only %s=",
                config->file != NULL ? config->file : "environment", section,
                key == NULL ? "certificate" : "key");
    return FALSE;
}

static gboolean
check_pairs(const Config *config, GError **error)
{
    return check_pair(config, "https", config->https_certificate, config->https_key, error) &&
           check_pair(config, "dashboard", config->dashboard_certificate, config->dashboard_key,
                      error);
}

Config *
config_load(const char *path, GError **error)
{
    g_autoptr(Config) config = g_new0(Config, 1);
    const char *variable = g_getenv("TLSGAUGE_CONFIG");
    if (path == NULL && variable != NULL && *variable != '\0')
        path = variable;
    if (path == NULL && access(DEFAULT_FILE, F_OK) == 0)
        path = DEFAULT_FILE;
    config->cache_bytes = STORE_CACHE_BYTES;
    /* One processor is for TLS, one for writing. */
    config->https_threads = judging_threads(2);
    config->readiness = readiness_defaults;
    config->https_path = g_strdup("/v1/tlsrpt");
    config_mail_defaults(config);
    config->check_jobs = 4;
    config->check_quiet_days = 7;
    if ((path != NULL && !read_file(config, path, error)) || !read_environment(config, error) ||
        !check_pairs(config, error) || !config_mailbox_check_all(config, error) ||
        !config_mail_check(config, error))
        return NULL;
    if (config->store_uri == NULL)
        config->store_uri = default_store();
    return g_steal_pointer(&config);
}

gint64
config_cache_beside(const Config *config)
{
    return (gint64)config->cache_bytes / 10;
}

void
config_free(Config *config)
{
    if (config == NULL)
        return;
    g_free(config->file);
    g_free(config->store_uri);
    if (config->mailboxes != NULL)
        g_ptr_array_unref(config->mailboxes);
    if (config->rules.accept != NULL)
        g_hash_table_unref(config->rules.accept);
    if (config->rules.mx_domains != NULL)
        g_hash_table_unref(config->rules.mx_domains);
    g_strfreev(config->rules.authserv_ids);
    g_free(config->https_listen);
    g_free(config->https_certificate);
    g_free(config->https_key);
    g_free(config->https_path);
    if (config->https_proxies != NULL)
        g_ptr_array_unref(config->https_proxies);
    g_free(config->check_resolver);
    g_free(config->check_trust_anchor);
    g_free(config->check_ca_file);
    g_free(config->check_ehlo);
    g_strfreev(config->check_expect_rua);
    g_strfreev(config->check_expect_mx);
    g_free(config->dashboard_listen);
    g_free(config->dashboard_prefix);
    g_free(config->dashboard_users);
    g_free(config->dashboard_certificate);
    g_free(config->dashboard_key);
    g_strfreev(config->dashboard_hosts);
    g_free(config->lmtp_listen);
    g_free(config->lmtp_group);
    g_free(config->as_database);
    config_mail_clear(config);
    g_free(config);
}
