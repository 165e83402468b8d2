/* secret.h: passwords and tokens: from files, credentials of systemd and commands; never from an
 * argument, and never in a message. */
#pragma once

#include "cli/config.h"

/* The secret that MAILBOX names: the first line of its password file, of its credential
 * ($CREDENTIALS_DIRECTORY, systemd.exec(5)), or of what its oauth-command prints, which is a token.
 * NULL with G_IO_ERROR where there is none. Free with secret_free. */
char *secret_read(const ConfigMailbox *mailbox, gboolean *ret_is_token, GError **error);

/* The first line of PATH: the same for who has a file and nothing else. */
char *secret_read_file(const char *path, GError **error);

/* Overwrites and frees; NULL is fine. */
void secret_free(char *secret);
