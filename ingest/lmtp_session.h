/* lmtp_session.h: one LMTP conversation (RFC 2033) as a pure state machine: octets in, replies out.
 *
 * It knows no socket, no time and no store, so that tests and a fuzzer can talk to it.
 */
#pragma once

#include <glib.h>

#include "ingest/body_room.h"
#include "ingest/receipt.h"

typedef struct LmtpSession LmtpSession;

/* What has to happen next. */
typedef enum {
    LMTP_READ,    /* send the replies, read more */
    LMTP_MESSAGE, /* a message is complete: take it, decide, call lmtp_session_answer */
    LMTP_CLOSE,   /* send the replies and close */
} LmtpNext;

/* HOSTNAME is what we call ourselves. A message of more than MAX_MESSAGE octets is read to its end
 * but only its first LIMIT_QUARANTINE_CUT_BYTES are kept. Messages lie in ROOM. Appends the
 * greeting to OUT. Free with lmtp_session_free. */
LmtpSession *lmtp_session_new(const char *hostname, gsize max_message, BodyRoom *room,
                              GString *out);
void lmtp_session_free(LmtpSession *session); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LmtpSession, lmtp_session_free)

/* Takes octets up to LENGTH, appends replies to OUT. *ret_used tells how many were taken: fewer
 * than LENGTH only with LMTP_MESSAGE and LMTP_CLOSE; the rest is to be fed again after the answer.
 * A line ends with CR LF and data ends with CR LF "." CR LF and with nothing else, so no two
 * parties can disagree where a message ends. */
LmtpNext lmtp_session_feed(LmtpSession *session, const guint8 *octets, gsize length,
                           gsize *ret_used, GString *out);

/* The message that waits, dots taken off, and its size as it was sent; a head of it where that is
 * more than MAX_MESSAGE. The caller owns it. NULL: there was no room for it. */
GBytes *lmtp_session_take_message(LmtpSession *session, guint64 *ret_full_size);

/* One reply for each recipient (RFC 2033 4.2), then the conversation goes on. REFERENCE may be
 * NULL. */
void lmtp_session_answer(LmtpSession *session, Outcome outcome, const char *reference,
                         GString *out);

/* The reply with which a server hangs up: "421 4.3.2 ...". */
void lmtp_session_farewell(const LmtpSession *session, const char *why, GString *out);
