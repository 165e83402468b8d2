/* config_mail.h: the sections [mail], [digest] and [alerts]. */
#pragma once

#include "cli/config.h"

void config_mail_defaults(Config *config);
/* Whether what they hold makes sense together. CONFIG_ERROR. */
gboolean config_mail_check(const Config *config, GError **error);
void config_mail_clear(Config *config);

/* The host of relay= is this machine. */
gboolean config_mail_is_local(const ConfigMail *mail);
