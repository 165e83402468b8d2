/* imap.h: a mailbox on an IMAP server (RFC 3501), as far as taking reports out of it needs.
 *
 * Nothing here changes a mailbox but imap_mark_seen, imap_move and imap_delete: messages are read
 * with BODY.PEEK, and a folder can be opened without leave to write. All functions that take a
 * GError fail with IMAP_ERROR; after IMAP_ERROR_LOST only imap_close may follow.
 */
#pragma once

#include <glib.h>

#include "ingest/imap_url.h"

#define IMAP_ERROR (imap_error_quark())
GQuark imap_error_quark(void);
typedef enum {
    IMAP_ERROR_CONNECT, /* no connection, no TLS, a certificate that does not hold */
    IMAP_ERROR_LOGIN,   /* the server refuses user, password or token */
    IMAP_ERROR_REFUSED, /* the server says NO or BAD to a command */
    IMAP_ERROR_LOST,    /* the connection ended, or what came is no IMAP */
    IMAP_ERROR_CANNOT,  /* this program or this server cannot do it */
} ImapErrorCode;

typedef struct Imap Imap;

/* How to get in. Borrowed during imap_open. */
typedef struct {
    const char *secret;  /* the password, or the OAuth token; never in a message of an error */
    gboolean is_token;   /* OAUTHBEARER or XOAUTH2 instead of PLAIN, LOGIN */
    const char *ca_file; /* PEM; the only certificates that are believed. NULL: the system's */
    gboolean plain;      /* for a URL without tls: do without STARTTLS, on this machine only */
    gsize message_bytes; /* larger messages are not kept while they come */
} ImapLogin;

/* FALSE: built without libcurl, so that imap_open always fails. */
gboolean imap_is_built_in(void);

/* Connects and logs in. TLS is verified; without it only a PLAIN login to this machine is made.
 * Nothing is waited for longer than LIMIT_IMAP_CONNECT_SECONDS and LIMIT_IMAP_IDLE_SECONDS. */
Imap *imap_open(const ImapUrl *url, const ImapLogin *login, GError **error);
void imap_close(Imap *imap); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Imap, imap_close)

typedef struct {
    guint32 uidvalidity;
    guint32 uidnext;    /* 0: not told */
    gboolean read_only; /* the server lets nothing be changed, though it was asked for */
} ImapFolder;

/* Makes FOLDER (UTF-8) the one that the functions below are about: without WRITE by EXAMINE. */
gboolean imap_select(Imap *imap, const char *folder, gboolean write, ImapFolder *ret_folder,
                     GError **error);

/* Fails unless there is such a folder. To be asked for another than the selected one. */
gboolean imap_check_folder(Imap *imap, const char *folder, GError **error);

/* UIDs from FIRST on, ascending, of messages not marked as deleted which are or may be reports:
 * with a TLS-Report-Domain, a subject of RFC 8460 5.3, or "tlsrpt" in the Content-Type. The caller
 * frees with g_array_unref; of guint32. */
GArray *imap_search_reports(Imap *imap, guint32 first, GError **error);

typedef struct {
    guint32 uid;
    gboolean seen, deleted;
    guint64 size; /* octets, as the server believes */
    GBytes *body; /* borrowed; NULL from imap_survey, and where it was larger than message_bytes */
} ImapMessage;
typedef void (*ImapMessageFunc)(gpointer data, const ImapMessage *message);

/* Flags and size of each message of SET (imap_set_text); those that are gone are left out. */
gboolean imap_survey(Imap *imap, const char *set, ImapMessageFunc func, gpointer data,
                     GError **error);
/* Their octets; only uid and body are set. Leaves \Seen as it is. */
gboolean imap_fetch(Imap *imap, const char *set, ImapMessageFunc func, gpointer data,
                    GError **error);

/* Each needs a folder that was selected with WRITE. A SET of messages that are gone is no error. */
gboolean imap_mark_seen(Imap *imap, const char *set, GError **error);
/* By MOVE, else by COPY and imap_delete. */
gboolean imap_move(Imap *imap, const char *set, const char *folder, GError **error);
/* Marks them \Deleted, and removes exactly them where the server has UIDPLUS; else they stay for
 * whoever cleans up: EXPUNGE alone would remove what others have marked. */
gboolean imap_delete(Imap *imap, const char *set, GError **error);
/* Whether imap_delete, or with MOVING imap_move, removes them from the folder. */
gboolean imap_can_remove(const Imap *imap, gboolean moving);
