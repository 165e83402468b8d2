#include "ingest/mime.h"

#include <string.h>

#include "ingest/transfer.h"
#include "schema/limits.h"

typedef struct {
    MimeLeafFunc func;
    gpointer data;
    MimeShape *shape;
    guint entities; /* leaves and what holds them */
} Walk;

/* One message or part to be looked at. */
typedef struct {
    GBytes *owner;
    const char *start; /* of its header */
    gsize length;
    const char *number;       /* "" for the whole message */
    const char *default_type; /* RFC 2046 5.1.5: message/rfc822 inside multipart/digest */
    gboolean in_tlsrpt;
    guint depth;
} Entity;

static void walk_entity(Walk *walk, const Entity *entity, const MailHeader *message);

/* A delimiter line (RFC 2046 5.1.1). */
typedef struct {
    const char *line; /* the "--" */
    const char *next; /* the line behind it */
    gboolean closes;
} Delimiter;

/* Whether LINE is MARK ("--boundary"), with "--" behind it where it closes, and nothing but white
 * space else. */
static gboolean
is_delimiter(const char *line, const char *end, const char *mark, gsize length, Delimiter *ret)
{
    if ((gsize)(end - line) < length || memcmp(line, mark, length) != 0)
        return FALSE;
    const char *p = line + length;
    gboolean closes = end - p >= 2 && p[0] == '-' && p[1] == '-';
    p += closes ? 2 : 0;
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
        p++;
    if (p < end && *p != '\n')
        return FALSE;
    *ret = (Delimiter){line, p < end ? p + 1 : end, closes};
    return TRUE;
}

/* The first delimiter between LINE, where a line begins, and END. */
static gboolean
find_delimiter(const char *line, const char *end, const char *mark, Delimiter *ret)
{
    gsize length = strlen(mark);
    while (line < end) {
        if (*line == '-' && is_delimiter(line, end, mark, length, ret))
            return TRUE;
        const char *newline = memchr(line, '\n', (gsize)(end - line));
        if (newline == NULL)
            return FALSE;
        line = newline + 1;
    }
    return FALSE;
}

/* The line break before a delimiter belongs to the delimiter. */
static const char *
before_line_break(const char *start, const char *end)
{
    if (end > start && end[-1] == '\n')
        end--;
    if (end > start && end[-1] == '\r')
        end--;
    return end;
}

static char *
child_number(const char *parent, guint index)
{
    return parent[0] == '\0' ? g_strdup_printf("%u", index)
                             : g_strdup_printf("%s.%u", parent, index);
}

/* FALSE if there is no part in it at all. */
static gboolean
walk_multipart(Walk *walk, const Entity *entity, const char *body, const MailContent *content,
               const MailHeader *message)
{
    const char *end = entity->start + entity->length;
    g_autofree char *mark = g_strconcat("--", content->boundary, NULL);
    Delimiter delimiter;
    if (!find_delimiter(body, end, mark, &delimiter) || delimiter.closes)
        return FALSE;
    Entity part = *entity;
    part.default_type =
        strcmp(content->type, "multipart/digest") == 0 ? "message/rfc822" : "text/plain";
    part.in_tlsrpt =
        entity->in_tlsrpt || (content->is_tlsrpt && strcmp(content->type, "multipart/report") == 0);
    part.depth = entity->depth + 1;
    for (guint i = 1; !delimiter.closes && walk->entities <= LIMIT_MIME_PARTS; i++) {
        Delimiter following = {end, end, TRUE};
        gboolean ended = find_delimiter(delimiter.next, end, mark, &following);
        const char *stop = ended ? before_line_break(delimiter.next, following.line) : end;
        g_autofree char *number = child_number(entity->number, i);
        part.start = delimiter.next;
        part.length = (gsize)(stop - delimiter.next);
        part.number = number;
        walk_entity(walk, &part, message);
        delimiter = following;
    }
    return TRUE;
}

/* An attached message, in an encoding or not, though RFC 2046 5.2.1 allows none. */
static void
walk_attached(Walk *walk, const Entity *entity, MailHeader header, const char *body)
{
    gsize length = (gsize)(entity->start + entity->length - body);
    g_autofree char *name = mail_header_value(header, "Content-Transfer-Encoding");
    TransferEncoding encoding =
        mail_header_sniff(body, length) ? TRANSFER_IDENTITY : transfer_from_name(name);
    g_autoptr(GBytes) decoded = transfer_decode(entity->owner, body, length, encoding);
    const char *data = g_bytes_get_data(decoded, &length);
    if (length == 0)
        return;
    gsize start = mail_header_start(data, length);
    Entity inner = *entity;
    inner.owner = decoded;
    inner.start = data + start;
    inner.length = length - start;
    inner.default_type = "text/plain";
    inner.in_tlsrpt = FALSE;
    inner.depth = entity->depth + 1;
    walk_entity(walk, &inner, NULL);
}

static void
call_leaf(Walk *walk, const Entity *entity, const MailContent *content, MailHeader message,
          MailHeader header, const char *body)
{
    MimeLeaf leaf = {
        .message = message,
        .header = header,
        .owner = entity->owner,
        .body = body,
        .length = (gsize)(entity->start + entity->length - body),
        .number = entity->number[0] == '\0' ? "1" : entity->number,
        .type = content->type,
        .file_name = content->file_name,
        .in_tlsrpt = entity->in_tlsrpt,
    };
    walk->shape->leaves++;
    walk->func(walk->data, &leaf);
}

/* MESSAGE is the header of the message that ENTITY is a part of; NULL: it is one itself. */
static void
walk_entity(Walk *walk, const Entity *entity, const MailHeader *message)
{
    if (++walk->entities > LIMIT_MIME_PARTS) {
        walk->shape->cut_short = TRUE;
        return;
    }
    gsize offset;
    MailHeader header = mail_header_read(entity->start, entity->length, &offset);
    const char *body = entity->start + offset;
    message = message != NULL ? message : &header;
    g_auto(MailContent) content = {0};
    mail_header_content(header, entity->default_type, &content);
    if (walk->shape->type == NULL)
        walk->shape->type = g_strdup(content.type);

    gboolean multipart = g_str_has_prefix(content.type, "multipart/") && content.boundary != NULL &&
                         content.boundary[0] != '\0';
    gboolean attached =
        strcmp(content.type, "message/rfc822") == 0 || strcmp(content.type, "message/global") == 0;
    gboolean too_deep = entity->depth >= LIMIT_MIME_DEPTH;
    if ((multipart || attached) && too_deep)
        walk->shape->cut_short = TRUE;
    else if (attached)
        walk_attached(walk, entity, header, body);
    else if (!multipart || !walk_multipart(walk, entity, body, &content, message))
        call_leaf(walk, entity, &content, *message, header, body);
}

void
mime_walk(GBytes *message, MimeLeafFunc func, gpointer data, MimeShape *ret_shape)
{
    *ret_shape = (MimeShape){0};
    gsize length;
    const char *start = g_bytes_get_data(message, &length);
    if (length == 0) {
        ret_shape->type = g_strdup("text/plain");
        return;
    }
    gsize offset = mail_header_start(start, length);
    Walk walk = {.func = func, .data = data, .shape = ret_shape};
    Entity entity = {
        .owner = message,
        .start = start + offset,
        .length = length - offset,
        .number = "",
        .default_type = "text/plain",
    };
    walk_entity(&walk, &entity, NULL);
}
