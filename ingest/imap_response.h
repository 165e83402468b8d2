/* imap_response.h: what one response of an IMAP server says (RFC 3501 7). */
#pragma once

#include <glib.h>

typedef enum {
    IMAP_SAYS_OTHER, /* anything that we do not ask for, or cannot read */
    IMAP_SAYS_CONTINUE,
    IMAP_SAYS_OK, /* these five are status responses, tagged or not */
    IMAP_SAYS_NO,
    IMAP_SAYS_BAD,
    IMAP_SAYS_BYE,
    IMAP_SAYS_PREAUTH,
    IMAP_SAYS_CAPABILITY,
    IMAP_SAYS_SEARCH,
    IMAP_SAYS_FETCH,
} ImapSays;

typedef enum { IMAP_CAN_MOVE = 1 << 0, IMAP_CAN_UIDPLUS = 1 << 1 } ImapCan;

typedef struct {
    ImapSays says;
    char *tag;  /* NULL: untagged */
    char *code; /* status: what stands in brackets, "UIDVALIDITY 12"; NULL if nothing */
    char *text; /* status: for people; foreign text; may be "" */

    guint can;    /* CAPABILITY: of ImapCan */
    GArray *uids; /* SEARCH: of guint32, as they came; NULL for none */

    guint32 uid; /* FETCH: 0 where it was not told, as in news about flags that nobody asked for */
    gboolean has_flags, seen, deleted;
    gboolean has_size;
    guint64 size; /* RFC822.SIZE */
    gboolean has_body;
    GBytes *body; /* BODY[]; NULL where it was dropped for its length */
} ImapResponse;

/* Reads TEXT with its LITERALS as ImapReader gives them. Never fails: what cannot be read is
 * IMAP_SAYS_OTHER. Free what it holds with imap_response_clear. */
void imap_response_read(const char *text, const GPtrArray *literals, ImapResponse *ret_response);
void imap_response_clear(ImapResponse *response);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ImapResponse, imap_response_clear)

/* The number behind NAME in a status code: 12 for "UIDVALIDITY" in "UIDVALIDITY 12"; 0 where CODE
 * (NULL is fine) is another. */
guint32 imap_response_code_number(const ImapResponse *response, const char *name);
/* CODE begins with the word NAME. */
gboolean imap_response_code_is(const ImapResponse *response, const char *name);
