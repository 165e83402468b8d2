/* mail.h: mail that people get: a text and the same as HTML in one message. */
#pragma once

#include <glib.h>

typedef struct {
    const char *from;      /* of mail_address */
    const char *const *to; /* each of mail_address; NULL-terminated, at least one */
    const char *subject;   /* one line; what is not printable in it is escaped */
    const char *text;      /* UTF-8 */
    const char *html;      /* UTF-8, a whole document; NULL: text alone */
    gint64 date;           /* Unix seconds */
} Mail;

/* TEXT ("user@example.org") as it may stand in a header field and on a command line: a local part
 * of atoms (RFC 5322 3.2.3), ASCII, that does not begin with "-", and a domain name, whose U-labels
 * become A-labels. Newly allocated; NULL for anything else. */
char *mail_address(const char *text);

/* A list of them, separated by "," or ";": at least one, at most LIMIT_MAIL_RECIPIENTS. Free with
 * g_strfreev. NULL when it is none; then *ret_wrong (may be NULL) is what is not an address, newly
 * allocated ("": there is none, or too many). */
char **mail_addresses(const char *text, char **ret_wrong);

/* Readies the MIME library; to be called once before threads are started that use it. Else
 * mail_compose does so. */
void mail_prepare(void);

/* MAIL as a message with lines of at most 998 octets, 7bit (RFC 5322, RFC 2045): from the program
 * "tlsgauge", Message-ID in the domain of the sender, Auto-Submitted: auto-generated (RFC 3834), so
 * that no vacation program answers. CRLF: lines end as SMTP wants them, else with LF. */
GBytes *mail_compose(const Mail *mail, gboolean crlf);
