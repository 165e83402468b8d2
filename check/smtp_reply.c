#include "check/smtp_reply.h"

#include <string.h>

#include "schema/finding.h"
#include "schema/limits.h"

SmtpReply *
smtp_reply_new(void)
{
    SmtpReply *reply = g_new0(SmtpReply, 1);
    reply->lines = g_ptr_array_new_with_free_func(g_free);
    reply->line = g_string_new(NULL);
    return reply;
}

void
smtp_reply_free(SmtpReply *reply)
{
    if (reply == NULL)
        return;
    g_ptr_array_unref(reply->lines);
    g_string_free(reply->line, TRUE);
    g_free(reply);
}

static SmtpReplyRead
broken(SmtpReply *reply, const char *problem)
{
    reply->problem = problem;
    return SMTP_REPLY_BROKEN;
}

/* RFC 5321 4.2: three digits, then "-" (more lines follow), a space, or nothing. */
static SmtpReplyRead
take_line(SmtpReply *reply)
{
    GString *line = reply->line;
    if (line->len > 0 && line->str[line->len - 1] == '\r')
        g_string_truncate(line, line->len - 1);
    if (memchr(line->str, '\0', line->len) != NULL)
        return broken(reply, "a NUL octet in a reply");
    const char *text = line->str;
    if (line->len < 3 || text[0] < '2' || text[0] > '5' || !g_ascii_isdigit(text[1]) ||
        !g_ascii_isdigit(text[2]) || (line->len > 3 && text[3] != ' ' && text[3] != '-'))
        return broken(reply, "no SMTP reply");
    guint code =
        (guint)(text[0] - '0') * 100 + (guint)(text[1] - '0') * 10 + (guint)(text[2] - '0');
    if (reply->code != 0 && reply->code != code)
        return broken(reply, "the lines of one reply have different codes");
    reply->code = code;
    gboolean last = line->len == 3 || text[3] == ' ';
    g_ptr_array_add(reply->lines, g_strdup(line->len > 3 ? text + 4 : ""));
    g_string_truncate(line, 0);
    if (last)
        return SMTP_REPLY_DONE;
    if (reply->lines->len >= LIMIT_SMTP_REPLY_LINES)
        return broken(reply, "a reply without end");
    return SMTP_REPLY_MORE;
}

SmtpReplyRead
smtp_reply_feed(SmtpReply *reply, const char *data, gsize length, gsize *ret_used)
{
    *ret_used = 0;
    while (*ret_used < length) {
        const char *start = data + *ret_used;
        const char *end = memchr(start, '\n', length - *ret_used);
        gsize n = end != NULL ? (gsize)(end - start) : length - *ret_used;
        if (reply->line->len + n > LIMIT_SMTP_LINE_BYTES)
            return broken(reply, "a reply line without end");
        g_string_append_len(reply->line, start, (gssize)n);
        *ret_used += n + (end != NULL);
        if (end == NULL)
            break;
        SmtpReplyRead read = take_line(reply);
        if (read != SMTP_REPLY_MORE)
            return read;
    }
    return SMTP_REPLY_MORE;
}

gboolean
smtp_reply_offers(const SmtpReply *reply, const char *keyword)
{
    gsize length = strlen(keyword);
    for (guint i = 1; i < reply->lines->len; i++) { /* the first line is the greeting */
        const char *line = g_ptr_array_index(reply->lines, i);
        if (g_ascii_strncasecmp(line, keyword, length) == 0 &&
            (line[length] == '\0' || line[length] == ' '))
            return TRUE;
    }
    return FALSE;
}

char *
smtp_reply_text(const SmtpReply *reply)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < reply->lines->len; i++) {
        if (i == 0)
            g_string_append_printf(text, "%u ", reply->code);
        else
            g_string_append(text, " / ");
        g_string_append(text, g_ptr_array_index(reply->lines, i));
    }
    if (reply->line->len > 0) { /* what came of a line that is none */
        if (text->len > 0)
            g_string_append(text, " / ");
        g_string_append_len(text, reply->line->str, (gssize)reply->line->len);
    }
    return text_printable(text->str, (gssize)text->len, LIMIT_FACT_BYTES);
}
