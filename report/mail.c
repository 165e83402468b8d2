#include "report/mail.h"

#include <gmime/gmime.h>
#include <string.h>

#include "schema/domain_name.h"
#include "schema/finding.h"
#include "schema/limits.h"

/* ---- addresses --------------------------------------------------------------------------- */

static gboolean
is_local_part(const char *text, gsize length)
{
    if (length == 0 || length > 64 || text[0] == '.' || text[0] == '-' || text[length - 1] == '.')
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        if (text[i] == '.' && text[i + 1] == '.')
            return FALSE;
        if (!g_ascii_isalnum(text[i]) && strchr("!#$%&'*+-/=?^_`{|}~.", text[i]) == NULL)
            return FALSE;
    }
    return TRUE;
}

char *
mail_address(const char *text)
{
    const char *at = strrchr(text, '@');
    if (at == NULL || !is_local_part(text, (gsize)(at - text)))
        return NULL;
    g_autofree char *domain = domain_name_normalise(at + 1, -1, FALSE, NULL);
    return domain != NULL ? g_strdup_printf("%.*s@%s", (int)(at - text), text, domain) : NULL;
}

char **
mail_addresses(const char *text, char **ret_wrong)
{
    g_auto(GStrv) words = g_strsplit_set(text, ",;", (int)LIMIT_MAIL_RECIPIENTS + 1);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    guint n = 0;
    const char *wrong = NULL;
    for (char **word = words; *word != NULL && wrong == NULL; word++) {
        if (*g_strstrip(*word) == '\0')
            continue;
        g_autofree char *address = mail_address(*word);
        if (address == NULL)
            wrong = *word;
        else
            g_strv_builder_add(builder, address);
        n++;
    }
    if (wrong == NULL && n > 0 && n <= LIMIT_MAIL_RECIPIENTS)
        return g_strv_builder_end(builder);
    if (ret_wrong != NULL)
        *ret_wrong = g_strdup(wrong != NULL ? wrong : "");
    return NULL;
}

/* ---- composing --------------------------------------------------------------------------- */

static GMimeObject *
text_part(const char *subtype, const char *text)
{
    GMimeTextPart *part = g_mime_text_part_new_with_subtype(subtype);
    g_mime_text_part_set_charset(part, "utf-8");
    g_mime_text_part_set_text(part, text);
    return GMIME_OBJECT(part);
}

/* RFC 2046 5.1.4: the best one last. */
static GMimeObject *
body_of(const Mail *mail)
{
    GMimeObject *text = text_part("plain", mail->text);
    if (mail->html == NULL)
        return text;
    GMimeObject *html = text_part("html", mail->html);
    GMimeMultipart *both = g_mime_multipart_new_with_subtype("alternative");
    g_mime_multipart_add(both, text);
    g_mime_multipart_add(both, html);
    g_object_unref(text);
    g_object_unref(html);
    return GMIME_OBJECT(both);
}

static void
set_fields(GMimeMessage *message, const Mail *mail)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(mail->date);
    g_autofree char *unique = g_uuid_string_random();
    g_autofree char *id = g_strdup_printf("%s@%s", unique, strrchr(mail->from, '@') + 1);
    g_autofree char *subject = text_printable(mail->subject, -1, LIMIT_SUBJECT_BYTES);
    g_mime_message_add_mailbox(message, GMIME_ADDRESS_TYPE_FROM, "tlsgauge", mail->from);
    for (const char *const *to = mail->to; *to != NULL; to++)
        g_mime_message_add_mailbox(message, GMIME_ADDRESS_TYPE_TO, NULL, *to);
    g_mime_message_set_subject(message, subject, "utf-8");
    g_mime_message_set_date(message, date);
    g_mime_message_set_message_id(message, id);
    g_mime_object_set_header(GMIME_OBJECT(message), "Auto-Submitted", "auto-generated", NULL);
    g_mime_object_set_header(GMIME_OBJECT(message), "Precedence", "bulk", NULL);
}

static gpointer
prepare(G_GNUC_UNUSED gpointer data)
{
    g_mime_init();
    return NULL;
}

void
mail_prepare(void)
{
    static GOnce once = G_ONCE_INIT;
    g_once(&once, prepare, NULL);
}

GBytes *
mail_compose(const Mail *mail, gboolean crlf)
{
    mail_prepare();
    GMimeMessage *message = g_mime_message_new(FALSE);
    GMimeObject *body = body_of(mail);
    set_fields(message, mail);
    g_mime_message_set_mime_part(message, body);
    g_mime_object_encode(GMIME_OBJECT(message), GMIME_ENCODING_CONSTRAINT_7BIT);

    GMimeFormatOptions *format = g_mime_format_options_new();
    g_mime_format_options_set_newline_format(format, crlf ? GMIME_NEWLINE_FORMAT_DOS
                                                          : GMIME_NEWLINE_FORMAT_UNIX);
    GMimeStream *stream = g_mime_stream_mem_new();
    g_mime_object_write_to_stream(GMIME_OBJECT(message), format, stream);
    const GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    GBytes *result = g_bytes_new(bytes->data, bytes->len);
    g_object_unref(stream);
    g_mime_format_options_free(format);
    g_object_unref(body);
    g_object_unref(message);
    return result;
}
