#include "ingest/authres.h"

#include <string.h>

typedef struct {
    const char *p, *end;
} Cursor;

static gboolean
at(const Cursor *cursor, char c)
{
    return cursor->p < cursor->end && *cursor->p == c;
}

static gboolean
is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Past a comment, which may hold comments and quoted pairs (RFC 5322 3.2.2). FALSE: it never ends.
 */
static gboolean
skip_comment(Cursor *cursor)
{
    gsize depth = 0;
    while (cursor->p < cursor->end) {
        char c = *cursor->p++;
        if (c == '\\' && cursor->p < cursor->end)
            cursor->p++;
        else if (c == '(')
            depth++;
        else if (c == ')' && --depth == 0)
            return TRUE;
    }
    return FALSE;
}

/* [CFWS]. */
static gboolean
skip_cfws(Cursor *cursor)
{
    while (cursor->p < cursor->end) {
        if (*cursor->p == '(') {
            if (!skip_comment(cursor))
                return FALSE;
        } else if (is_space(*cursor->p)) {
            cursor->p++;
        } else {
            break;
        }
    }
    return TRUE;
}

/* [CFWS] and then C, which is taken. */
static gboolean
take(Cursor *cursor, char c)
{
    if (!skip_cfws(cursor) || !at(cursor, c))
        return FALSE;
    cursor->p++;
    return TRUE;
}

static gboolean
append_quoted(Cursor *cursor, GString *out)
{
    cursor->p++;
    while (cursor->p < cursor->end) {
        char c = *cursor->p++;
        if (c == '"')
            return TRUE;
        if (c == '\\' && cursor->p < cursor->end)
            c = *cursor->p++;
        if (c != '\r' && c != '\n' && c != '\0')
            g_string_append_c(out, c);
    }
    return FALSE;
}

/* [CFWS] and a value: a token, a quoted-string, or a mailbox, whose local part may be quoted
 * (pvalue). Looser than the RFC's token, because real fields carry base64 and slashes unquoted;
 * STOP are the characters that end a bare run besides white space, comment and ";". NULL if
 * nothing is there. */
static char *
take_value(Cursor *cursor, const char *stop)
{
    if (!skip_cfws(cursor))
        return NULL;
    g_autoptr(GString) value = g_string_new(NULL);
    const char *start = cursor->p;
    while (cursor->p < cursor->end) {
        char c = *cursor->p;
        if (c == '"') {
            if (!append_quoted(cursor, value))
                return NULL;
            continue;
        }
        if ((guchar)c <= 0x20 || c == 0x7f || c == ';' || c == '(' || strchr(stop, c) != NULL)
            break;
        g_string_append_c(value, c);
        cursor->p++;
    }
    /* A control character is no end of a value: what stands before it is not what was meant. */
    gboolean ended = cursor->p == cursor->end || is_space(*cursor->p) || (guchar)*cursor->p > 0x20;
    return cursor->p == start || !ended ? NULL : g_string_free(g_steal_pointer(&value), FALSE);
}

/* [CFWS] and a Keyword (RFC 8601 2.2; RFC 5321 Ldh-str, and "_" as some write), lower-case. */
static char *
take_keyword(Cursor *cursor)
{
    if (!skip_cfws(cursor))
        return NULL;
    const char *start = cursor->p;
    while (cursor->p < cursor->end &&
           (g_ascii_isalnum(*cursor->p) || *cursor->p == '-' || *cursor->p == '_'))
        cursor->p++;
    return cursor->p == start ? NULL : g_ascii_strdown(start, cursor->p - start);
}

static void
dkim_free(gpointer data)
{
    AuthresDkim *dkim = data;
    g_free(dkim->result);
    g_free(dkim->header_d);
    g_free(dkim->header_i);
    g_free(dkim);
}

/* methodspec = method ["/" version] "=" result; FALSE: garbage. *RET_VERSION_1: a method of
 * another version means something that we do not know (2.5). */
static gboolean
take_method(Cursor *cursor, char **ret_method, char **ret_result, gboolean *ret_version_1)
{
    g_autofree char *method = take_keyword(cursor);
    g_autofree char *version = NULL;
    if (method == NULL || !skip_cfws(cursor))
        return FALSE;
    if (at(cursor, '/')) {
        cursor->p++;
        version = take_keyword(cursor);
        if (version == NULL)
            return FALSE;
    }
    if (!take(cursor, '='))
        return FALSE;
    g_autofree char *result = take_keyword(cursor);
    if (result == NULL)
        return FALSE;
    *ret_version_1 = version == NULL || strcmp(version, "1") == 0;
    *ret_method = g_steal_pointer(&method);
    *ret_result = g_steal_pointer(&result);
    return TRUE;
}

/* One reasonspec or propspec into DKIM (NULL: passed over); FALSE: garbage. */
static gboolean
take_property(Cursor *cursor, AuthresDkim *dkim)
{
    g_autofree char *ptype = take_keyword(cursor);
    if (ptype == NULL || !skip_cfws(cursor))
        return FALSE;
    if (at(cursor, '=')) { /* a reason tells nothing that we decide by */
        cursor->p++;
        g_autofree char *reason = take_value(cursor, "");
        return strcmp(ptype, "reason") == 0 && reason != NULL;
    }
    if (!take(cursor, '.'))
        return FALSE;
    g_autofree char *property = take_keyword(cursor);
    if (property == NULL || !take(cursor, '='))
        return FALSE;
    g_autofree char *value = take_value(cursor, "");
    if (value == NULL) /* "smtp.mailfrom=" with nothing behind it is the null sender */
        return skip_cfws(cursor);
    if (dkim == NULL || strcmp(ptype, "header") != 0)
        return TRUE;
    if (strcmp(property, "d") == 0 && dkim->header_d == NULL)
        dkim->header_d = g_steal_pointer(&value);
    else if (strcmp(property, "i") == 0 && dkim->header_i == NULL)
        dkim->header_i = g_steal_pointer(&value);
    return TRUE;
}

/* One resinfo behind its ";"; FALSE: garbage, or the end. */
static gboolean
take_result(Cursor *cursor, GPtrArray *results)
{
    g_autofree char *method = NULL;
    g_autofree char *result = NULL;
    gboolean version_1 = FALSE;
    if (!take_method(cursor, &method, &result, &version_1))
        return FALSE;
    AuthresDkim *dkim = NULL;
    if (version_1 && strcmp(method, "dkim") == 0) {
        dkim = g_new0(AuthresDkim, 1);
        dkim->result = g_steal_pointer(&result);
        g_ptr_array_add(results, dkim);
    }
    for (;;) {
        if (!skip_cfws(cursor))
            return FALSE;
        if (cursor->p == cursor->end || *cursor->p == ';')
            return TRUE;
        if (!take_property(cursor, dkim))
            return FALSE;
    }
}

/* [CFWS authres-version]; FALSE when it is another than 1, or is none. */
static gboolean
take_version(Cursor *cursor)
{
    if (!skip_cfws(cursor))
        return FALSE;
    if (cursor->p == cursor->end || *cursor->p == ';')
        return TRUE;
    g_autofree char *version = take_value(cursor, "");
    return g_strcmp0(version, "1") == 0;
}

Authres *
authres_parse(const char *value, gsize length)
{
    Cursor cursor = {value, value + length};
    g_autofree char *id = take_value(&cursor, "=");
    if (id == NULL || id[0] == '\0' || !take_version(&cursor))
        return NULL;
    Authres *authres = g_new(Authres, 1);
    authres->authserv_id = g_ascii_strdown(id, -1);
    authres->dkim = g_ptr_array_new_with_free_func(dkim_free);
    while (take(&cursor, ';')) {
        if (!take_result(&cursor, authres->dkim))
            break;
    }
    return authres;
}

void
authres_free(Authres *authres)
{
    if (authres == NULL)
        return;
    g_free(authres->authserv_id);
    g_ptr_array_unref(authres->dkim);
    g_free(authres);
}
