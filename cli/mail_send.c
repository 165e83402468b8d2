#include "cli/mail_send.h"

#include <string.h>
#include <sysexits.h>

#include "cli/child.h"
#include "cli/config_mail.h"
#include "cli/outgoing.h"
#include "cli/secret.h"
#include "schema/limits.h"

G_DEFINE_QUARK(tlsgauge - mail - send - error, mail_send_error)

/* ---- sendmail ---------------------------------------------------------------------------- */

static gboolean
by_sendmail(const ConfigMail *config, const Mail *mail, GError **error)
{
    int status;
    g_autoptr(GError) problem = NULL;
    g_autoptr(GBytes) message = mail_compose(mail, FALSE);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, config->sendmail);
    g_ptr_array_add(argv, (gpointer) "-i"); /* a line with a dot is no end */
    g_ptr_array_add(argv, (gpointer) "-f");
    g_ptr_array_add(argv, (gpointer)mail->from);
    for (const char *const *to = mail->to; *to != NULL; to++)
        g_ptr_array_add(argv, (gpointer)*to); /* none begins with "-" (mail_address) */
    g_ptr_array_add(argv, NULL);
    if (child_run(config->sendmail, (const char *const *)argv->pdata, NULL, message,
                  LIMIT_MAIL_SECONDS, &status, &problem))
        return TRUE;
    /* Without a status it could not be started, or was ended by its time limit. */
    gboolean later = status == EX_TEMPFAIL || status == EX_OSERR ||
                     (status == 0 && g_error_matches(problem, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED));
    g_set_error(error, MAIL_SEND_ERROR, later ? MAIL_SEND_ERROR_LATER : MAIL_SEND_ERROR_REFUSED,
                "the mail is not sent: %s", problem->message);
    return FALSE;
}

/* ---- a relay ----------------------------------------------------------------------------- */

static gboolean
by_relay(const ConfigMail *config, const Mail *mail, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(GBytes) message = mail_compose(mail, TRUE);
    gboolean local = config_mail_is_local(config) && config->ca_file == NULL;
    OutgoingMail request = {
        .url = config->relay,
        .from = mail->from,
        .to = mail->to,
        .message = message,
        .user = config->user,
        .ca_file = config->ca_file,
        .plain = config->insecure_plain || local,
    };
    char *password = NULL;
    if (config->password_file != NULL) {
        password = secret_read_file(config->password_file, &problem);
        if (password == NULL) {
            g_set_error(error, MAIL_SEND_ERROR, MAIL_SEND_ERROR_CANNOT, "the mail is not sent: %s",
                        problem->message);
            return FALSE;
        }
    }
    request.password = password;
    OutgoingResult result = outgoing_mail(&request, &problem);
    secret_free(password);
    if (result == OUTGOING_DONE)
        return TRUE;
    static const MailSendErrorCode codes[] = {
        [OUTGOING_LATER] = MAIL_SEND_ERROR_LATER,
        [OUTGOING_REFUSED] = MAIL_SEND_ERROR_REFUSED,
        [OUTGOING_CANNOT] = MAIL_SEND_ERROR_CANNOT,
    };
    g_set_error(error, MAIL_SEND_ERROR, codes[result], "the mail is not sent: %s: %s",
                config->relay, problem->message);
    return FALSE;
}

/* ---- both -------------------------------------------------------------------------------- */

/* The sender where none is configured. */
static char *
default_from(void)
{
    g_autofree char *text = g_strdup_printf("tlsgauge@%s", g_get_host_name());
    char *from = mail_address(text);
    return from != NULL ? from : g_strdup("tlsgauge@localhost");
}

gboolean
mail_send(const ConfigMail *config, const Mail *mail, GError **error)
{
    g_autofree char *from = config->from != NULL ? g_strdup(config->from) : default_from();
    Mail letter = *mail;
    if (letter.from == NULL)
        letter.from = from;
    return config->relay != NULL ? by_relay(config, &letter, error)
                                 : by_sendmail(config, &letter, error);
}
