/* smtp_reply.h: the octets of a mail server read as replies (RFC 5321 4.2), whatever they are. */
#pragma once

#include <glib.h>

typedef enum {
    SMTP_REPLY_MORE,   /* all octets used, the reply has not ended */
    SMTP_REPLY_DONE,   /* the reply is whole */
    SMTP_REPLY_BROKEN, /* no SMTP, or longer than the limits; "problem" says what */
} SmtpReplyRead;

typedef struct {
    guint code;       /* 220; 0 before the first line has ended */
    GPtrArray *lines; /* of char *: what follows the code, without line end; may be invalid UTF-8 */
    const char *problem; /* static; NULL unless broken */
    GString *line;       /* private: the line that is being read */
} SmtpReply;

/* An empty reply. Free with smtp_reply_free. */
SmtpReply *smtp_reply_new(void);
void smtp_reply_free(SmtpReply *reply); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SmtpReply, smtp_reply_free)

/* Reads DATA up to the end of the reply, *ret_used octets of it; what is left belongs to the next
 * reply. Lines may be up to LIMIT_SMTP_LINE_BYTES long and end with LF alone: we look at servers as
 * they are. Not to be called again after anything but SMTP_REPLY_MORE. */
SmtpReplyRead smtp_reply_feed(SmtpReply *reply, const char *data, gsize length, gsize *ret_used);

/* The reply to EHLO has a line with this keyword (RFC 5321 4.1.1.1; case is free). */
gboolean smtp_reply_offers(const SmtpReply *reply, const char *keyword);

/* "220 mx.example.org ESMTP", further lines after " / "; printable and bounded as a fact is. Newly
 * allocated. */
char *smtp_reply_text(const SmtpReply *reply);
