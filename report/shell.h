/* shell.h: foreign names in shell commands that people paste. Private to report/. */
#pragma once

#include <glib.h>

/* NAME where it is a host name that no command takes for anything else: letters, digits, hyphens
 * and dots, "_" too, no label that begins or ends with a hyphen (an option, by its looks). NULL for
 * all other names: no command is made for these. */
const char *shell_host(const char *name);

/* FORMAT with every "%h" replaced by HOST and every "%d" by DOMAIN, both shell_host. Newly
 * allocated; NULL where FORMAT uses one that is NULL. */
char *shell_command(const char *format, const char *host, const char *domain);
