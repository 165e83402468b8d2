/* config_mailbox.h: the sections [fetch NAME], one a mailbox. */
#pragma once

#include "cli/config.h"

/* "fetch NAME" as the name of a section. */
gboolean config_mailbox_is_section(const char *section);

/* Makes the mailbox of SECTION, which stands at PLACE ("FILE:LINE"), the one that the keys which
 * follow are for; a new one if it is the first time. FALSE: NAME is none. */
gboolean config_mailbox_enter(Config *config, const char *section, const char *place);

/* What is wrong with each of them, in the ERROR; FALSE if anything is. */
gboolean config_mailbox_check_all(const Config *config, GError **error);

void config_mailbox_free(ConfigMailbox *mailbox); /* NULL is fine */
