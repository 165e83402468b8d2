#include "cli/alert_tell.h"

#include <gio/gio.h>
#include <string.h>

#include "cli/child.h"
#include "cli/mail_send.h"
#include "cli/outgoing.h"
#include "cli/secret.h"
#include "schema/limits.h"

#define SECRET_PREFIX "whsec_"

const char *const alert_tell_all[] = {"command", "webhook", "mail", NULL};

/* ---- which ------------------------------------------------------------------------------- */

static gboolean
is_configured(const ConfigAlerts *alerts, const char *channel)
{
    if (strcmp(channel, "command") == 0)
        return alerts->command != NULL;
    if (strcmp(channel, "webhook") == 0)
        return alerts->webhook != NULL;
    return alerts->mail_to != NULL;
}

static char *
join(GPtrArray *words)
{
    if (words->len == 0)
        return NULL;
    g_ptr_array_add(words, NULL);
    return g_strjoinv(" ", (char **)words->pdata);
}

char *
alert_tell_channels(const Config *config)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    for (const char *const *channel = alert_tell_all; *channel != NULL; channel++) {
        if (is_configured(&config->alerts, *channel))
            g_ptr_array_add(words, (gpointer)*channel);
    }
    return join(words);
}

gboolean
alert_tell_has(const char *channels, const char *channel)
{
    g_auto(GStrv) words = g_strsplit(channels != NULL ? channels : "", " ", -1);
    return g_strv_contains((const char *const *)words, channel);
}

char *
alert_tell_without(const char *channels, const char *channel)
{
    g_auto(GStrv) words = g_strsplit(channels != NULL ? channels : "", " ", -1);
    g_autoptr(GPtrArray) left = g_ptr_array_new();
    for (char **word = words; *word != NULL; word++) {
        if (**word != '\0' && strcmp(*word, channel) != 0)
            g_ptr_array_add(left, *word);
    }
    return join(left);
}

guint
alert_tell_seconds(const Config *config)
{
    return 2 * config->alerts.timeout_seconds +
           (config->alerts.mail_to != NULL ? LIMIT_MAIL_SECONDS : 0);
}

/* ---- command ----------------------------------------------------------------------------- */

/* Foreign text comes in variables and on standard input, never in the line that the shell reads. */
static gboolean
by_command(const ConfigAlerts *alerts, const AlertMessage *message, GError **error)
{
    int status;
    const char *const argv[] = {"/bin/sh", "-c", alerts->command, NULL};
    g_autoptr(GBytes) input = g_bytes_new_static(message->json, strlen(message->json));
    g_auto(GStrv) environment = g_get_environ();
    for (char **pair = message->environment; *pair != NULL; pair++) {
        g_auto(GStrv) halves = g_strsplit(*pair, "=", 2);
        environment = g_environ_setenv(environment, halves[0], halves[1], TRUE);
    }
    return child_run("the command of [alerts]", argv, (const char *const *)environment, input,
                     alerts->timeout_seconds, &status, error);
}

/* ---- webhook ----------------------------------------------------------------------------- */

/* The secret as octets: base64 behind "whsec_", else as it is. */
static GBytes *
read_key(const char *path, GError **error)
{
    char *secret = secret_read_file(path, error);
    if (secret == NULL)
        return NULL;
    gsize length;
    GBytes *key;
    if (g_str_has_prefix(secret, SECRET_PREFIX)) {
        guchar *octets = g_base64_decode(secret + strlen(SECRET_PREFIX), &length);
        key = g_bytes_new_take(octets, length);
    } else {
        key = g_bytes_new(secret, strlen(secret));
    }
    secret_free(secret);
    return key;
}

/* "v1,BASE64" over ID.TIME.BODY, as Standard Webhooks defines it. */
static char *
sign(GBytes *key, const char *id, const char *time, const char *body)
{
    gsize length;
    guint8 digest[32];
    gsize digest_length = sizeof digest;
    const guchar *octets = g_bytes_get_data(key, &length);
    g_autofree char *head = g_strdup_printf("%s.%s.", id, time);
    g_autoptr(GHmac) hmac = g_hmac_new(G_CHECKSUM_SHA256, octets, length);
    g_hmac_update(hmac, (const guchar *)head, (gssize)strlen(head));
    g_hmac_update(hmac, (const guchar *)body, (gssize)strlen(body));
    g_hmac_get_digest(hmac, digest, &digest_length);
    g_autofree char *base64 = g_base64_encode(digest, digest_length);
    return g_strdup_printf("v1,%s", base64);
}

static gboolean
post(const ConfigAlerts *alerts, const AlertMessage *message, const char *const *fields,
     const char *token, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(GBytes) body = g_bytes_new_static(message->json, strlen(message->json));
    OutgoingPost request = {
        .url = alerts->webhook,
        .body = body,
        .fields = fields,
        .token = token,
        .ca_file = alerts->webhook_ca_file,
        .seconds = alerts->timeout_seconds,
    };
    if (outgoing_post(&request, &problem) == OUTGOING_DONE)
        return TRUE;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "the webhook of [alerts]: %s",
                problem->message);
    return FALSE;
}

static gboolean
by_webhook(const ConfigAlerts *alerts, const AlertMessage *message, const char *id, GError **error)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_autofree char *time =
        g_strdup_printf("%" G_GINT64_FORMAT, g_get_real_time() / G_USEC_PER_SEC);
    g_autofree char *id_field = g_strdup_printf("webhook-id: %s", id);
    g_autofree char *time_field = g_strdup_printf("webhook-timestamp: %s", time);
    g_strv_builder_add_many(builder, id_field, time_field, NULL);
    if (alerts->webhook_secret_file != NULL) {
        g_autoptr(GBytes) key = read_key(alerts->webhook_secret_file, error);
        if (key == NULL)
            return FALSE;
        g_autofree char *signature = sign(key, id, time, message->json);
        g_autofree char *field = g_strdup_printf("webhook-signature: %s", signature);
        g_strv_builder_add(builder, field);
    }
    char *token = NULL;
    if (alerts->webhook_token_file != NULL) {
        token = secret_read_file(alerts->webhook_token_file, error);
        if (token == NULL)
            return FALSE;
    }
    g_auto(GStrv) fields = g_strv_builder_end(builder);
    gboolean done = post(alerts, message, (const char *const *)fields, token, error);
    secret_free(token);
    return done;
}

/* ---- mail -------------------------------------------------------------------------------- */

static gboolean
by_mail(const Config *config, const AlertMessage *message, GError **error)
{
    Mail mail = {
        .to = (const char *const *)config->alerts.mail_to,
        .subject = message->subject,
        .text = message->text,
        .date = g_get_real_time() / G_USEC_PER_SEC,
    };
    return mail_send(&config->mail, &mail, error);
}

gboolean
alert_tell(const Config *config, const char *channel, const AlertMessage *message, const char *id,
           GError **error)
{
    if (strcmp(channel, "command") == 0)
        return by_command(&config->alerts, message, error);
    if (strcmp(channel, "webhook") == 0)
        return by_webhook(&config->alerts, message, id, error);
    return by_mail(config, message, error);
}
