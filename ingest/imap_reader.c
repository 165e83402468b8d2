#include "ingest/imap_reader.h"

#include <string.h>

#include "schema/limits.h"

#define LITERAL_START 4096u /* set aside at once on the word of the server; beyond, as it comes */

struct ImapReader {
    gsize max_literal;
    GString *text;
    gsize line_start;    /* in text: where what follows the last literal begins */
    GPtrArray *literals; /* of GBytes, or NULL */
    gsize kept;          /* octets of these */
    GByteArray *literal; /* being read; NULL while it is dropped */
    guint64 missing;     /* octets of it to come */
    gboolean ended;      /* a whole response is there: the next octet starts another */
};

static void
free_literal(gpointer literal)
{
    if (literal != NULL)
        g_bytes_unref(literal);
}

ImapReader *
imap_reader_new(gsize max_literal)
{
    ImapReader *reader = g_new0(ImapReader, 1);
    reader->max_literal = max_literal;
    reader->text = g_string_new(NULL);
    reader->literals = g_ptr_array_new_with_free_func(free_literal);
    return reader;
}

void
imap_reader_free(ImapReader *reader)
{
    if (reader == NULL)
        return;
    g_string_free(reader->text, TRUE);
    g_ptr_array_unref(reader->literals);
    if (reader->literal != NULL)
        g_byte_array_unref(reader->literal);
    g_free(reader);
}

const char *
imap_reader_text(const ImapReader *reader)
{
    return reader->text->str;
}

GPtrArray *
imap_reader_literals(const ImapReader *reader)
{
    return reader->literals;
}

static void
start_response(ImapReader *reader)
{
    g_string_truncate(reader->text, 0);
    g_ptr_array_set_size(reader->literals, 0);
    reader->line_start = 0;
    reader->kept = 0;
    reader->ended = FALSE;
}

/* The line ends with "{n}": n octets follow. FALSE: it does not, or the number is none of IMAP. */
static gboolean
announces_literal(const ImapReader *reader, guint64 *ret_octets)
{
    const char *line = reader->text->str + reader->line_start;
    gsize length = reader->text->len - reader->line_start;
    if (length < 3 || line[length - 1] != '}')
        return FALSE;
    gsize digits = length - 1;
    while (digits > 0 && g_ascii_isdigit(line[digits - 1]))
        digits--;
    if (digits == 0 || line[digits - 1] != '{')
        return FALSE;
    g_autofree char *number = g_strndup(line + digits, length - 1 - digits);
    return g_ascii_string_to_unsigned(number, 10, 0, G_MAXUINT32, ret_octets, NULL);
}

static void
finish_literal(ImapReader *reader)
{
    GByteArray *literal = g_steal_pointer(&reader->literal);
    g_ptr_array_add(reader->literals, literal != NULL ? g_byte_array_free_to_bytes(literal) : NULL);
    reader->line_start = reader->text->len;
}

static gboolean
start_literal(ImapReader *reader, guint64 octets)
{
    if (reader->literals->len >= LIMIT_IMAP_LITERALS)
        return FALSE;
    reader->missing = octets;
    if (octets <= reader->max_literal - reader->kept) {
        reader->kept += (gsize)octets;
        reader->literal = g_byte_array_sized_new((guint)MIN(octets, LITERAL_START));
    }
    if (octets == 0)
        finish_literal(reader);
    return TRUE;
}

static gsize
read_literal(ImapReader *reader, const char *data, gsize length)
{
    gsize n = (gsize)MIN(reader->missing, length);
    if (reader->literal != NULL)
        g_byte_array_append(reader->literal, (const guint8 *)data, (guint)n);
    reader->missing -= n;
    if (reader->missing == 0)
        finish_literal(reader);
    return n;
}

/* One line, or as much of it as is there. */
static ImapRead
read_line(ImapReader *reader, const char *data, gsize length, gsize *ret_used)
{
    const char *end = memchr(data, '\n', length);
    gsize n = end != NULL ? (gsize)(end - data) : length;
    guint64 octets;
    if (n > LIMIT_IMAP_RESPONSE_BYTES - reader->text->len)
        return IMAP_READ_BROKEN;
    g_string_append_len(reader->text, data, (gssize)n);
    *ret_used = end != NULL ? n + 1 : n;
    if (end == NULL)
        return IMAP_READ_MORE;
    if (reader->text->len > reader->line_start && reader->text->str[reader->text->len - 1] == '\r')
        g_string_truncate(reader->text, reader->text->len - 1);
    if (announces_literal(reader, &octets))
        return start_literal(reader, octets) ? IMAP_READ_MORE : IMAP_READ_BROKEN;
    reader->ended = TRUE;
    return IMAP_READ_RESPONSE;
}

ImapRead
imap_reader_feed(ImapReader *reader, const char *data, gsize length, gsize *ret_used)
{
    ImapRead read = IMAP_READ_MORE;
    gsize at = 0;
    if (reader->ended && length > 0)
        start_response(reader);
    while (at < length && read == IMAP_READ_MORE) {
        gsize used = 0;
        if (reader->missing > 0)
            used = read_literal(reader, data + at, length - at);
        else
            read = read_line(reader, data + at, length - at, &used);
        at += used;
    }
    *ret_used = at;
    return read;
}
