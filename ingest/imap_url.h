/* imap_url.h: where a mailbox is: imaps://USER@HOST[:PORT][/FOLDER] (after RFC 5092). */
#pragma once

#include <glib.h>

typedef struct {
    gboolean tls;  /* imaps: TLS from the first octet; else STARTTLS */
    char *host;    /* a name, or an address without brackets */
    guint port;    /* 993 for imaps, 143 for imap where none is told */
    char *user;    /* percent-decoded, as is folder */
    char *folder;  /* "INBOX" where none is told */
    char *address; /* the same mailbox in one spelling: what it is remembered and shown by */
} ImapUrl;

/* Reads TEXT. NULL, and in *RET_FAULT (static) what is wrong, where it is no such URL: another
 * scheme, no user, a password (which would show in the list of processes), a query, a folder that
 * has no IMAP name. Free with imap_url_free. */
ImapUrl *imap_url_parse(const char *text, const char **ret_fault);
void imap_url_free(ImapUrl *url); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImapUrl, imap_url_free)

/* The host is this machine, whatever its name service says: 127.0.0.0/8, ::1 or "localhost". */
gboolean imap_url_is_loopback(const ImapUrl *url);
