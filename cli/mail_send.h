/* mail_send.h: hands a mail to sendmail or to a relay, as [mail] says. */
#pragma once

#include "cli/config.h"
#include "report/mail.h"

#define MAIL_SEND_ERROR (mail_send_error_quark())
GQuark mail_send_error_quark(void);
typedef enum {
    MAIL_SEND_ERROR_LATER,   /* not reachable, or it says so: trying again may help */
    MAIL_SEND_ERROR_REFUSED, /* trying again will not help */
    MAIL_SEND_ERROR_CANNOT,  /* libcurl is not there */
} MailSendErrorCode;

/* Sends MAIL to all of its recipients or to none; ends within LIMIT_MAIL_SECONDS. With mail->from
 * NULL it is from config->from, or from tlsgauge at this machine. A relay on another machine gets
 * it over verified TLS only (STARTTLS for smtp://), unless insecure_plain; one on this machine in
 * clear, unless a ca_file is set. TRUE: it was taken. */
gboolean mail_send(const ConfigMail *config, const Mail *mail, GError **error);
