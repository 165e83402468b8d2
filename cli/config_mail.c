#include "cli/config_mail.h"

#include <string.h>

#include "schema/loopback.h"

#define DEFAULT_TIMEOUT 30u

void
config_mail_defaults(Config *config)
{
    config->mail.sendmail = g_strdup("/usr/sbin/sendmail");
    config->alerts.rules = alert_rules_defaults;
    config->alerts.timeout_seconds = DEFAULT_TIMEOUT;
}

void
config_mail_clear(Config *config)
{
    ConfigMail *mail = &config->mail;
    ConfigAlerts *alerts = &config->alerts;
    g_free(mail->from);
    g_free(mail->relay);
    g_free(mail->sendmail);
    g_free(mail->user);
    g_free(mail->password_file);
    g_free(mail->ca_file);
    g_strfreev(config->digest_to);
    g_free(config->digest_from);
    g_free(alerts->command);
    g_free(alerts->webhook);
    g_free(alerts->webhook_token_file);
    g_free(alerts->webhook_secret_file);
    g_free(alerts->webhook_ca_file);
    g_strfreev(alerts->mail_to);
}

/* TEXT as an address of a server: no user or password in it. */
static GUri *
read_url(const char *text)
{
    g_autoptr(GUri) url = g_uri_parse(text, G_URI_FLAGS_NONE, NULL);
    if (url == NULL || g_uri_get_host(url) == NULL || *g_uri_get_host(url) == '\0' ||
        g_uri_get_userinfo(url) != NULL || g_uri_get_fragment(url) != NULL)
        return NULL;
    return g_steal_pointer(&url);
}

static gboolean
is_scheme(GUri *url, const char *scheme)
{
    return url != NULL && g_ascii_strcasecmp(g_uri_get_scheme(url), scheme) == 0;
}

gboolean
config_mail_is_local(const ConfigMail *mail)
{
    g_autoptr(GUri) url = mail->relay != NULL ? read_url(mail->relay) : NULL;
    return url != NULL && loopback_is_host(g_uri_get_host(url));
}

static const char *
mail_fault(const ConfigMail *mail)
{
    g_autoptr(GUri) url = mail->relay != NULL ? read_url(mail->relay) : NULL;
    if (*mail->sendmail != '/')
        return "[mail] sendmail: expected an absolute path";
    if ((mail->user == NULL) != (mail->password_file == NULL))
        return "[mail]: expected user= and password-file= together";
    if (mail->relay == NULL)
        return mail->user != NULL || mail->ca_file != NULL || mail->insecure_plain
                   ? "[mail]: user=, ca-file= and insecure-plain= are for a relay="
                   : NULL;
    if (!is_scheme(url, "smtp") && !is_scheme(url, "smtps"))
        return "[mail] relay: expected smtp://HOST[:PORT] or smtps://HOST[:PORT], without user";
    if ((*g_uri_get_path(url) != '\0' && strcmp(g_uri_get_path(url), "/") != 0) ||
        g_uri_get_query(url) != NULL)
        return "[mail] relay: expected nothing behind the port";
    if (mail->insecure_plain && is_scheme(url, "smtps"))
        return "[mail]: insecure-plain= is for smtp://";
    if (mail->insecure_plain && mail->user != NULL && !config_mail_is_local(mail))
        return "[mail]: no password is sent without TLS: expected no user=, or no insecure-plain=";
    return NULL;
}

static const char *
alerts_fault(const ConfigAlerts *alerts)
{
    gboolean files = alerts->webhook_token_file != NULL || alerts->webhook_secret_file != NULL ||
                     alerts->webhook_ca_file != NULL;
    if (alerts->webhook == NULL)
        return files ? "[alerts]: webhook-...= are for a webhook=" : NULL;
    g_autoptr(GUri) url = read_url(alerts->webhook);
    if (is_scheme(url, "https") ||
        (is_scheme(url, "http") && loopback_is_host(g_uri_get_host(url))))
        return NULL;
    return "[alerts] webhook: expected https://HOST/PATH (http:// to this machine only), without "
           "user";
}

gboolean
config_mail_check(const Config *config, GError **error)
{
    const char *fault = mail_fault(&config->mail);
    if (fault == NULL)
        fault = alerts_fault(&config->alerts);
    if (fault != NULL)
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_CONTENT, "%s: %s",
                    config->file != NULL ? config->file : "environment", fault);
    return fault == NULL;
}
