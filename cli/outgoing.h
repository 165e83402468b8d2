/* outgoing.h: mail to a relay and JSON to a webhook, by libcurl, always within a time limit. */
#pragma once

#include <glib.h>

typedef enum {
    OUTGOING_DONE,
    OUTGOING_LATER,   /* not reachable, or it asks to come again */
    OUTGOING_REFUSED, /* by the other side, or by us: its certificate does not hold, it has no TLS
                       */
    OUTGOING_CANNOT,  /* there is no libcurl */
} OutgoingResult;

typedef struct {
    const char *url;             /* smtp://HOST[:PORT] or smtps://... */
    const char *from;            /* as are the next ones: of mail_address */
    const char *const *to;       /* NULL-terminated */
    GBytes *message;             /* lines end with CRLF */
    const char *user, *password; /* NULL: no login */
    const char *ca_file;         /* NULL: the CAs of the system */
    gboolean plain;              /* smtp:// without STARTTLS */
} OutgoingMail;

/* Sends to all recipients or to none. What the server says stands in the error (G_IO_ERROR); the
 * password never does. */
OutgoingResult outgoing_mail(const OutgoingMail *mail, GError **error);

typedef struct {
    const char *url;           /* https://..., or http:// */
    GBytes *body;              /* JSON */
    const char *const *fields; /* "Name: value", NULL-terminated; NULL for none */
    const char *token;         /* Authorization: Bearer (RFC 6750); NULL: none */
    const char *ca_file;       /* NULL: the CAs of the system */
    guint seconds;             /* for all of it */
} OutgoingPost;

/* Done when the answer is 2xx; redirects are not followed, so that nothing goes where nobody meant
 * it to go. The error (G_IO_ERROR) does not name the URL, which may hold a secret. */
OutgoingResult outgoing_post(const OutgoingPost *post, GError **error);
