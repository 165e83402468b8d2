/* fuzz_smtp_reply.c: what a mail server says, reply by reply, also in two pieces. */
#include "check/smtp_reply.h"

#include <string.h>

#include "schema/limits.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    gsize at = 0;
    SmtpReplyRead read = SMTP_REPLY_DONE;
    while (at < size && read == SMTP_REPLY_DONE) {
        g_autoptr(SmtpReply) reply = smtp_reply_new();
        gsize first = (size - at) / 2, used = 0, rest = 0;
        read = smtp_reply_feed(reply, (const char *)data + at, first, &used);
        if (read == SMTP_REPLY_MORE) {
            g_assert(used == first);
            read = smtp_reply_feed(reply, (const char *)data + at + used, size - at - used, &rest);
        }
        at += used + rest;
        g_assert(read != SMTP_REPLY_DONE || (reply->code >= 200 && reply->code < 600));
        g_assert((read == SMTP_REPLY_BROKEN) == (reply->problem != NULL));
        g_assert(reply->lines->len <= LIMIT_SMTP_REPLY_LINES);
        smtp_reply_offers(reply, "STARTTLS");
        g_autofree char *text = smtp_reply_text(reply);
        g_assert(strlen(text) <= LIMIT_FACT_BYTES && g_utf8_validate(text, -1, NULL));
    }
    return 0;
}
