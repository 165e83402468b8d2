/* imap_link.h: a connection to an IMAP server that is logged in: TLS and SASL are libcurl's, which
 * appears in imap_link.c alone. */
#pragma once

#include "ingest/imap.h"

typedef struct ImapLink ImapLink;

ImapLink *imap_link_open(const ImapUrl *url, const ImapLogin *login, GError **error);
void imap_link_close(ImapLink *link); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImapLink, imap_link_close)

/* All of DATA, or IMAP_ERROR_LOST. */
gboolean imap_link_send(ImapLink *link, const char *data, gsize length, GError **error);
/* Waits for at least one octet, at most SECONDS; *RET_LENGTH up to SIZE. IMAP_ERROR_LOST when none
 * comes any more. */
gboolean imap_link_receive(ImapLink *link, char *buffer, gsize size, guint seconds,
                           gsize *ret_length, GError **error);
