#include "ingest/mail_plain.h"

#include <string.h>

typedef struct {
    const char *p, *end;
} Cursor;

/* White space and line breaks; a value never holds a line break that is not folding. */
static void
skip_blanks(Cursor *cursor)
{
    while (cursor->p < cursor->end) {
        gboolean crlf = *cursor->p == '\r' && cursor->p + 1 < cursor->end && cursor->p[1] == '\n';
        if (*cursor->p != ' ' && *cursor->p != '\t' && *cursor->p != '\n' && !crlf)
            return;
        cursor->p++;
    }
}

/* Letters, digits and MARKS: fewer than a token may have (RFC 2045 5.1). FALSE: none. */
static gboolean
take_word(Cursor *cursor, const char *marks, MailSlice *ret)
{
    ret->at = cursor->p;
    while (cursor->p < cursor->end && *cursor->p != '\0' &&
           (g_ascii_isalnum(*cursor->p) || strchr(marks, *cursor->p) != NULL))
        cursor->p++;
    ret->length = (gsize)(cursor->p - ret->at);
    return ret->length > 0;
}

static gboolean
take_quoted(Cursor *cursor, MailSlice *ret)
{
    ret->at = ++cursor->p;
    for (; cursor->p < cursor->end; cursor->p++) {
        char c = *cursor->p;
        if (c == '"') {
            ret->length = (gsize)(cursor->p++ - ret->at);
            return ret->length > 0;
        }
        gboolean encoded_word = c == '=' && cursor->p + 1 < cursor->end && cursor->p[1] == '?';
        if (!g_ascii_isprint(c) || c == '\\' || encoded_word)
            return FALSE;
    }
    return FALSE;
}

static gboolean
is_called(const MailSlice *slice, const char *name)
{
    return slice->length == strlen(name) &&
           g_ascii_strncasecmp(slice->at, name, slice->length) == 0;
}

/* attribute "=" value; FALSE at a surprise. */
static gboolean
take_parameter(Cursor *cursor, MailPlain *plain)
{
    MailSlice name, value, nobody = {0};
    if (!take_word(cursor, "-", &name) || cursor->p == cursor->end || *cursor->p++ != '=' ||
        cursor->p == cursor->end)
        return FALSE;
    if (*cursor->p == '"' ? !take_quoted(cursor, &value) : !take_word(cursor, "-._+!", &value))
        return FALSE;
    MailSlice *place = &nobody;
    if (is_called(&name, "boundary"))
        place = &plain->boundary;
    else if (is_called(&name, "filename"))
        place = &plain->file_name;
    else if (is_called(&name, "name"))
        place = &plain->name;
    else if (is_called(&name, "report-type"))
        place = &plain->report_type;
    if (place->at != NULL)
        return FALSE;
    *place = value;
    return TRUE;
}

gboolean
mail_plain_read(const char *value, gsize length, gboolean is_type, MailPlain *ret)
{
    Cursor cursor = {value, value + length};
    *ret = (MailPlain){0};
    skip_blanks(&cursor);
    if (!take_word(&cursor, "-+.", &ret->type))
        return FALSE;
    if (is_type) {
        MailSlice subtype;
        if (cursor.p == cursor.end || *cursor.p++ != '/' || !take_word(&cursor, "-+.", &subtype))
            return FALSE;
        ret->type.length = (gsize)(cursor.p - ret->type.at);
    }
    for (;;) {
        skip_blanks(&cursor);
        if (cursor.p == cursor.end)
            return TRUE;
        if (*cursor.p++ != ';')
            return FALSE;
        skip_blanks(&cursor);
        if (cursor.p == cursor.end)
            return TRUE;
        if (!take_parameter(&cursor, ret))
            return FALSE;
    }
}

static gboolean
is_dot_atom(const MailSlice *word)
{
    return word->at[0] != '.' && word->at[word->length - 1] != '.' &&
           memmem(word->at, word->length, "..", 2) == NULL;
}

/* local@domain, dot-atoms of letters, digits and the marks of real ones. */
static gboolean
take_address(Cursor *cursor, MailSlice *ret_domain)
{
    MailSlice local;
    if (!take_word(cursor, "-._+", &local) || cursor->p == cursor->end || *cursor->p++ != '@' ||
        !take_word(cursor, "-.", ret_domain))
        return FALSE;
    /* GMime turns A-labels ("xn--") into U-labels: "--" is left to it. */
    return is_dot_atom(&local) && is_dot_atom(ret_domain) &&
           memmem(ret_domain->at, ret_domain->length, "--", 2) == NULL;
}

gboolean
mail_plain_from(const char *value, gsize length, MailSlice *ret_domain)
{
    Cursor cursor = {value, value + length};
    skip_blanks(&cursor);
    const char *start = cursor.p;
    const char *angle = memchr(start, '<', (gsize)(cursor.end - start));
    if (angle != NULL) {
        MailSlice word;
        /* A display name of words, or one quoted string. */
        if (*start == '"' && !take_quoted(&cursor, &word))
            return FALSE;
        skip_blanks(&cursor);
        while (*start != '"' && cursor.p < angle) {
            if (!take_word(&cursor, "-", &word))
                return FALSE;
            skip_blanks(&cursor);
        }
        if (cursor.p++ != angle)
            return FALSE;
    }
    if (!take_address(&cursor, ret_domain))
        return FALSE;
    if (angle != NULL && (cursor.p == cursor.end || *cursor.p++ != '>'))
        return FALSE;
    skip_blanks(&cursor);
    return cursor.p == cursor.end;
}
