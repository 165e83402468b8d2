/* config check: reads the configuration as the other commands do and says what it found. */
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/alert_tell.h"
#include "cli/options.h"
#include "cli/say.h"
#include "cli/serve_dashboard.h"
#include "cli/users.h"
#include "schema/trust.h"
#include "store/store.h"

static void
append_set(GString *out, const char *title, GHashTable *set)
{
    if (set == NULL)
        return;
    g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(set), (GCompareFunc)strcmp);
    g_string_append_printf(out, "%s:", title);
    for (const GList *key = keys; key != NULL; key = key->next)
        g_string_append_printf(out, " %s", (const char *)key->data);
    g_string_append_c(out, '\n');
}

/* A path that serve will need; FALSE when it cannot be read by whoever runs this. */
static gboolean
check_file(const char *key, const char *path)
{
    if (path == NULL || access(path, R_OK) == 0)
        return TRUE;
    say(SAY_ERROR, "%s: cannot read %s", key, path);
    return FALSE;
}

/* MAILBOX as a line of OUT, and whether its files can be read. */
static gboolean
check_mailbox(GString *out, const ConfigMailbox *mailbox)
{
    g_autofree char *password = g_strdup_printf("[fetch %s] password-file", mailbox->name);
    g_autofree char *ca = g_strdup_printf("[fetch %s] ca-file", mailbox->name);
    g_string_append_printf(out, "mailbox %s: %s, stored messages ", mailbox->name, mailbox->url);
    if (mailbox->move_to != NULL)
        g_string_append_printf(out, "are moved to %s\n", mailbox->move_to);
    else
        g_string_append(out, mailbox->remove ? "are deleted\n" : "stay\n");
    return check_file(password, mailbox->password_file) & check_file(ca, mailbox->ca_file);
}

/* How mail and alerts go out as lines of OUT, and whether their files can be read. */
static gboolean
check_mail(GString *out, const Config *config)
{
    const ConfigMail *mail = &config->mail;
    const ConfigAlerts *alerts = &config->alerts;
    g_autofree char *channels = alert_tell_channels(config);
    g_string_append_printf(out, "mail: by %s\n",
                           mail->relay != NULL ? mail->relay : mail->sendmail);
    if (channels != NULL)
        g_string_append_printf(out, "alerts: by %s\n", channels);
    return check_file("[mail] password-file", mail->password_file) &
           check_file("[mail] ca-file", mail->ca_file) &
           check_file("[alerts] webhook-token-file", alerts->webhook_token_file) &
           check_file("[alerts] webhook-secret-file", alerts->webhook_secret_file) &
           check_file("[alerts] webhook-ca-file", alerts->webhook_ca_file);
}

/* [dashboard] as lines of OUT, and whether its files can be read. */
static gboolean
check_dashboard(GString *out, const Config *config)
{
    g_autoptr(GError) error = NULL;
    if (config->dashboard_listen == NULL)
        return TRUE;
    g_string_append_printf(out, "dashboard: %s%s/, %s, %s\n", config->dashboard_listen,
                           config->dashboard_prefix != NULL ? config->dashboard_prefix : "",
                           config->dashboard_certificate != NULL ? "TLS" : "plain HTTP",
                           config->dashboard_users != NULL ? "users with passwords"
                                                           : "no passwords");
    if (serve_dashboard_why_loopback(config) != NULL)
        g_string_append(out, "dashboard: loopback addresses only\n");
    gboolean readable = check_file("[dashboard] certificate", config->dashboard_certificate) &
                        check_file("[dashboard] key", config->dashboard_key);
    if (config->dashboard_users == NULL)
        return readable;
    Users *users = users_load(config->dashboard_users, &error);
    if (users == NULL)
        say(SAY_ERROR, "[dashboard] users: %s", error->message);
    readable &= users != NULL;
    users_free(users);
    return readable;
}

static int
check(const App *app)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = config_load(app->config_path, &error);
    if (config == NULL) {
        say(SAY_ERROR, "%s", error->message);
        return EX_CONFIG;
    }
    g_autoptr(GString) out = g_string_new(NULL);
    g_string_append_printf(out, "configuration: %s\n",
                           config->file != NULL ? config->file : "(none: defaults)");
    g_autofree char *store =
        store_uri_shown(app->store_uri != NULL ? app->store_uri : config->store_uri);
    g_string_append_printf(out, "store: %s\n", store);
    append_set(out, "policy domains", config->rules.accept);
    append_set(out, "MX hosts with their own domains", config->rules.mx_domains);
    if (config->rules.authserv_ids != NULL) {
        g_autofree char *ids = g_strjoinv(" ", config->rules.authserv_ids);
        g_string_append_printf(out, "authserv-ids: %s\n", ids);
    }
    g_string_append_printf(out, "minimum trust: %s\n", trust_name(config->rules.minimum));
    if (config->https_listen != NULL)
        g_string_append_printf(out, "https: %s%s, %s\n", config->https_listen, config->https_path,
                               config->https_certificate != NULL ? "TLS" : "plain HTTP (loopback)");
    if (config->lmtp_listen != NULL)
        g_string_append_printf(out, "lmtp: %s\n", config->lmtp_listen);
    gboolean readable = check_file("[https] certificate", config->https_certificate) &
                        check_file("[https] key", config->https_key);
    readable &= check_mail(out, config);
    readable &= check_dashboard(out, config);
    for (guint i = 0; config->mailboxes != NULL && i < config->mailboxes->len; i++)
        readable &= check_mailbox(out, g_ptr_array_index(config->mailboxes, i));
    if (!say_output(out->str, -1))
        return EX_IOERR;
    return readable ? EX_OK : EX_CONFIG;
}

int
cmd_config(App *app, int argc, char **argv)
{
    int status = options_parse("config", NULL, &argc, &argv);
    if (status < 0 && (argc != 2 || strcmp(argv[1], "check") != 0))
        status = options_usage("config", "expected: config check");
    return status >= 0 ? status : check(app);
}
