#include "ingest/mail_header.h"

#include <gmime/gmime.h>
#include <string.h>

#include "ingest/mail_plain.h"
#include "ingest/mail_trust.h"
#include "schema/domain_name.h"
#include "schema/limits.h"

/* Offset behind the line that begins at OFFSET. */
static gsize
next_line(const char *data, gsize length, gsize offset)
{
    const char *newline = memchr(data + offset, '\n', length - offset);
    return newline == NULL ? length : (gsize)(newline - data) + 1;
}

static gboolean
is_empty_line(const char *data, gsize length, gsize offset)
{
    return data[offset] == '\n' ||
           (data[offset] == '\r' && offset + 1 < length && data[offset + 1] == '\n');
}

static gboolean
is_from_line(const char *data, gsize length)
{
    return (length >= 5 && memcmp(data, "From ", 5) == 0) ||
           (length >= 6 && memcmp(data, ">From ", 6) == 0);
}

/* Where the colon stands when the field name ends at OFFSET; LENGTH if there is none. */
static gsize
find_colon(const char *data, gsize length, gsize offset)
{
    while (offset < length && (data[offset] == ' ' || data[offset] == '\t'))
        offset++;
    return offset < length && data[offset] == ':' ? offset : length;
}

/* Length of the field name with which DATA begins, or 0. RFC 5322 allows nearly any character;
 * the letters, digits and marks of real names keep JSON and prose out. */
static gsize
name_length(const char *data, gsize length)
{
    gsize n = 0;
    while (n < length &&
           (g_ascii_isalnum(data[n]) || data[n] == '-' || data[n] == '_' || data[n] == '.'))
        n++;
    return find_colon(data, length, n) < length ? n : 0;
}

gsize
mail_header_start(const char *data, gsize length)
{
    gsize offset = 0;
    while (offset < length &&
           (is_empty_line(data, length, offset) || is_from_line(data + offset, length - offset)))
        offset = next_line(data, length, offset);
    return offset;
}

gboolean
mail_header_sniff(const char *data, gsize length)
{
    gsize start = mail_header_start(data, length);
    return name_length(data + start, length - start) > 0 || is_from_line(data, length);
}

MailHeader
mail_header_read(const char *data, gsize length, gsize *ret_body)
{
    gboolean any = FALSE;
    gsize offset = 0;
    while (offset < length && !is_empty_line(data, length, offset)) {
        any = any || name_length(data + offset, length - offset) > 0;
        /* A stray line between fields is passed over; one before them all is a body without a
         * header. */
        if (!any && !is_from_line(data + offset, length - offset)) {
            *ret_body = offset;
            return (MailHeader){data, 0};
        }
        offset = next_line(data, length, offset);
    }
    *ret_body = offset < length ? next_line(data, length, offset) : length;
    return (MailHeader){data, MIN(offset, LIMIT_HEADER_BYTES)};
}

gboolean
mail_header_next(MailHeader header, const char *name, gsize *position, const char **ret_value,
                 gsize *ret_length)
{
    gsize wanted = strlen(name);
    char first = g_ascii_tolower(name[0]);
    gsize offset = *position;
    while (offset < header.length) {
        const char *line = header.start + offset;
        gsize room = header.length - offset, colon = room;
        if (room > wanted && g_ascii_tolower(line[0]) == first &&
            g_ascii_strncasecmp(line, name, wanted) == 0)
            colon = find_colon(line, room, wanted);
        /* The field goes on as long as lines begin with white space (RFC 5322 2.2.3). */
        gsize end = next_line(header.start, header.length, offset);
        while (end < header.length && (header.start[end] == ' ' || header.start[end] == '\t'))
            end = next_line(header.start, header.length, end);
        if (colon < room) {
            const char *value = line + colon + 1;
            *ret_value = value;
            *ret_length = (gsize)(header.start + end - value);
            *position = end;
            return TRUE;
        }
        offset = end;
    }
    *position = header.length;
    return FALSE;
}

/* Line breaks go, the white space behind them stays; NUL would end the text early. */
static char *
unfold(const char *value, gsize length)
{
    char *text = g_malloc(length + 1);
    gsize n = 0;
    for (gsize i = 0; i < length; i++) {
        if (value[i] != '\r' && value[i] != '\n')
            text[n++] = value[i] != '\0' ? value[i] : ' ';
    }
    text[n] = '\0';
    return g_strstrip(text);
}

char *
mail_header_value(MailHeader header, const char *name)
{
    gsize position = 0, length;
    const char *value;
    if (!mail_header_next(header, name, &position, &value, &length))
        return NULL;
    return unfold(value, MIN(length, LIMIT_FIELD_VALUE_BYTES));
}

static gpointer
init_gmime(G_GNUC_UNUSED gpointer data)
{
    g_mime_init();
    return NULL;
}

static void
need_gmime(void)
{
    static GOnce once = G_ONCE_INIT;
    g_once(&once, init_gmime, NULL);
}

/* The next field of that name is the only one. */
static gboolean
find_only(MailHeader header, const char *name, const char **ret_value, gsize *ret_length)
{
    gsize position = 0, length;
    const char *value;
    return mail_header_next(header, name, &position, ret_value, ret_length) &&
           !mail_header_next(header, name, &position, &value, &length);
}

char *
mail_header_from_domain(MailHeader header)
{
    gsize length;
    const char *value;
    MailSlice domain;
    if (!find_only(header, "From", &value, &length))
        return NULL;
    if (length <= LIMIT_ADDRESS_BYTES && mail_plain_from(value, length, &domain))
        return domain_name_normalise(domain.at, (gssize)domain.length, FALSE, NULL);
    return mail_header_from_domain_any(header);
}

char *
mail_header_from_domain_any(MailHeader header)
{
    gsize length;
    const char *value;
    g_autofree char *text = mail_header_value(header, "From");
    if (text == NULL || strlen(text) > LIMIT_ADDRESS_BYTES ||
        !find_only(header, "From", &value, &length))
        return NULL;
    need_gmime();
    InternetAddressList *list = internet_address_list_parse(NULL, text);
    char *domain = NULL;
    if (list != NULL && internet_address_list_length(list) == 1) {
        InternetAddress *address = internet_address_list_get_address(list, 0);
        if (INTERNET_ADDRESS_IS_MAILBOX(address))
            domain = mail_trust_address_domain(
                internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address)));
    }
    g_clear_object(&list);
    return domain;
}

static char *
disposition_file_name(MailHeader header)
{
    g_autofree char *text = mail_header_value(header, "Content-Disposition");
    if (text == NULL)
        return NULL;
    need_gmime();
    GMimeContentDisposition *disposition = g_mime_content_disposition_parse(NULL, text);
    char *name = g_strdup(g_mime_content_disposition_get_parameter(disposition, "filename"));
    g_object_unref(disposition);
    return name;
}

/* All but the file name of Content-Disposition, which is there if it has one. */
static void
read_type(MailHeader header, const char *default_type, MailContent *ret_content)
{
    g_autofree char *text = mail_header_value(header, "Content-Type");
    if (text == NULL) {
        ret_content->type = g_strdup(default_type);
        return;
    }
    need_gmime();
    GMimeContentType *type = g_mime_content_type_parse(NULL, text);
    g_autofree char *mime_type = g_mime_content_type_get_mime_type(type);
    ret_content->type = g_ascii_strdown(mime_type, -1);
    ret_content->boundary = g_strdup(g_mime_content_type_get_parameter(type, "boundary"));
    const char *report_type = g_mime_content_type_get_parameter(type, "report-type");
    ret_content->is_tlsrpt = report_type != NULL && g_ascii_strcasecmp(report_type, "tlsrpt") == 0;
    if (ret_content->file_name == NULL)
        ret_content->file_name = g_strdup(g_mime_content_type_get_parameter(type, "name"));
    g_object_unref(type);
}

/* The first field of that name, where it is plain. */
static gboolean
read_plain(MailHeader header, const char *name, gboolean is_type, MailPlain *ret)
{
    gsize position = 0, length;
    const char *value;
    return mail_header_next(header, name, &position, &value, &length) &&
           length <= LIMIT_FIELD_VALUE_BYTES && mail_plain_read(value, length, is_type, ret);
}

static char *
copy_slice(const MailSlice *slice)
{
    return slice->at == NULL ? NULL : g_strndup(slice->at, slice->length);
}

void
mail_header_content(MailHeader header, const char *default_type, MailContent *ret_content)
{
    MailPlain plain;
    gboolean disposed = read_plain(header, "Content-Disposition", FALSE, &plain);
    *ret_content = (MailContent){.file_name = disposed ? copy_slice(&plain.file_name)
                                                       : disposition_file_name(header)};
    if (!read_plain(header, "Content-Type", TRUE, &plain)) {
        read_type(header, default_type, ret_content);
        return;
    }
    ret_content->type = g_ascii_strdown(plain.type.at, (gssize)plain.type.length);
    ret_content->boundary = copy_slice(&plain.boundary);
    ret_content->is_tlsrpt =
        plain.report_type.length == strlen("tlsrpt") &&
        g_ascii_strncasecmp(plain.report_type.at, "tlsrpt", plain.report_type.length) == 0;
    if (ret_content->file_name == NULL)
        ret_content->file_name = copy_slice(&plain.name);
}

void
mail_header_content_any(MailHeader header, const char *default_type, MailContent *ret_content)
{
    *ret_content = (MailContent){.file_name = disposition_file_name(header)};
    read_type(header, default_type, ret_content);
}

void
mail_header_content_clear(MailContent *content)
{
    g_free(content->type);
    g_free(content->boundary);
    g_free(content->file_name);
}
