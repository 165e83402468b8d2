/* imap_name.h: words of the IMAP command line: folders and sets of UIDs. */
#pragma once

#include <glib.h>

/* FOLDER (UTF-8) as a quoted string in modified UTF-7 (RFC 3501 5.1.3), so that nothing in it can
 * end the command. Newly allocated. NULL where it is empty, not UTF-8, holds control characters or
 * is longer than LIMIT_NAME_BYTES. */
char *imap_name_quote(const char *folder);

/* "1:3,7": the N UIDs, which ascend. Newly allocated; "" for none. */
char *imap_set_text(const guint32 *uids, gsize n);

/* Whether TEXT is such a set, and can be sent to a server as one. */
gboolean imap_set_valid(const char *text);
