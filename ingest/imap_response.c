#include "ingest/imap_response.h"

#include <string.h>

#include "schema/limits.h"

/* A response being read. */
typedef struct {
    const char *p;
    const GPtrArray *literals;
    guint next; /* literal */
} Scan;

/* ---- words ----------------------------------------------------------------------------- */

static gboolean
skip(Scan *scan, char c)
{
    if (*scan->p != c)
        return FALSE;
    scan->p++;
    return TRUE;
}

/* Up to a space or a parenthesis; spaces in brackets belong to it: BODY[HEADER.FIELDS (To)]. */
static gsize
word(Scan *scan, const char **ret_start)
{
    guint depth = 0;
    *ret_start = scan->p;
    while (*scan->p != '\0' && (depth > 0 || strchr(" ()", *scan->p) == NULL)) {
        if (*scan->p == '[')
            depth++;
        else if (*scan->p == ']' && depth > 0)
            depth--;
        scan->p++;
    }
    return (gsize)(scan->p - *ret_start);
}

static gboolean
is_word(const char *start, gsize length, const char *expected)
{
    return strlen(expected) == length && g_ascii_strncasecmp(start, expected, length) == 0;
}

static gboolean
number(const char *start, gsize length, guint64 max, guint64 *ret_number)
{
    g_autofree char *text = g_strndup(start, MIN(length, 20u));
    return length <= 20 && g_ascii_string_to_unsigned(text, 10, 0, max, ret_number, NULL);
}

/* A quoted string at the scan, newly allocated. NULL: it has no end. */
static GString *
quoted(Scan *scan)
{
    g_autoptr(GString) text = g_string_new(NULL);
    scan->p++;
    for (; *scan->p != '"'; scan->p++) {
        if (*scan->p == '\\')
            scan->p++;
        if (*scan->p == '\0')
            return NULL;
        g_string_append_c(text, *scan->p);
    }
    scan->p++;
    return g_steal_pointer(&text);
}

/* The "{n}" at the scan; its octets are the next of the literals. FALSE: there are none left. */
static gboolean
literal(Scan *scan, GBytes **ret_bytes)
{
    const char *end = strchr(scan->p, '}');
    if (end == NULL || scan->next >= scan->literals->len)
        return FALSE;
    *ret_bytes = g_ptr_array_index(scan->literals, scan->next++);
    scan->p = end + 1;
    return TRUE;
}

/* Passes over any value, lists of any depth included. */
static gboolean
skip_value(Scan *scan)
{
    GBytes *ignored;
    const char *start;
    guint depth = 0;
    do {
        while (skip(scan, ' '))
            ;
        if (skip(scan, '(')) {
            depth++;
        } else if (*scan->p == ')' && depth > 0) {
            scan->p++;
            depth--;
        } else if (*scan->p == '"') {
            g_autoptr(GString) text = quoted(scan);
            if (text == NULL)
                return FALSE;
        } else if (*scan->p == '{') {
            if (!literal(scan, &ignored))
                return FALSE;
        } else if (word(scan, &start) == 0) {
            return FALSE;
        }
    } while (depth > 0);
    return TRUE;
}

/* ---- FETCH ----------------------------------------------------------------------------- */

static gboolean
read_flags(Scan *scan, ImapResponse *response)
{
    const char *start;
    if (!skip(scan, '('))
        return FALSE;
    response->has_flags = TRUE;
    while (!skip(scan, ')')) {
        gsize length = word(scan, &start);
        response->seen |= is_word(start, length, "\\Seen");
        response->deleted |= is_word(start, length, "\\Deleted");
        if (!skip(scan, ' ') && *scan->p != ')')
            return FALSE;
    }
    return TRUE;
}

static gboolean
read_body(Scan *scan, ImapResponse *response)
{
    GBytes *bytes = NULL;
    const char *start;
    g_clear_pointer(&response->body, g_bytes_unref);
    response->has_body = TRUE;
    if (*scan->p == '{') {
        if (!literal(scan, &bytes))
            return FALSE;
        response->body = bytes != NULL ? g_bytes_ref(bytes) : NULL;
        return TRUE;
    }
    if (*scan->p == '"') {
        GString *text = quoted(scan);
        response->body = text != NULL ? g_string_free_to_bytes(text) : NULL;
        return text != NULL;
    }
    response->body = g_bytes_new_static("", 0);
    gsize length = word(scan, &start);
    return is_word(start, length, "NIL");
}

static gboolean
read_item(Scan *scan, ImapResponse *response)
{
    const char *name, *start;
    guint64 value;
    gsize length = word(scan, &name);
    if (length == 0 || !skip(scan, ' '))
        return FALSE;
    if (is_word(name, length, "FLAGS"))
        return read_flags(scan, response);
    if (is_word(name, length, "BODY[]"))
        return read_body(scan, response);
    gboolean is_uid = is_word(name, length, "UID");
    if (!is_uid && !is_word(name, length, "RFC822.SIZE"))
        return skip_value(scan);
    gsize digits = word(scan, &start);
    if (!number(start, digits, is_uid ? G_MAXUINT32 : G_MAXUINT64, &value))
        return FALSE;
    if (is_uid) {
        response->uid = (guint32)value;
    } else {
        response->size = value;
        response->has_size = TRUE;
    }
    return TRUE;
}

static gboolean
read_fetch(Scan *scan, ImapResponse *response)
{
    if (!skip(scan, '('))
        return FALSE;
    while (!skip(scan, ')')) {
        if (!read_item(scan, response))
            return FALSE;
        while (skip(scan, ' '))
            ;
    }
    return TRUE;
}

/* ---- the other responses --------------------------------------------------------------- */

static void
read_search(Scan *scan, ImapResponse *response)
{
    response->uids = g_array_new(FALSE, FALSE, sizeof(guint32));
    while (skip(scan, ' ')) {
        const char *start;
        guint64 uid;
        gsize length = word(scan, &start);
        if (length == 0 || !number(start, length, G_MAXUINT32, &uid) || uid == 0)
            continue; /* "(MODSEQ 12)" may follow: RFC 7162 */
        guint32 uid32 = (guint32)uid;
        g_array_append_val(response->uids, uid32);
    }
}

static void
read_capabilities(Scan *scan, ImapResponse *response)
{
    while (skip(scan, ' ')) {
        const char *start;
        gsize length = word(scan, &start);
        if (is_word(start, length, "MOVE"))
            response->can |= IMAP_CAN_MOVE;
        else if (is_word(start, length, "UIDPLUS"))
            response->can |= IMAP_CAN_UIDPLUS;
    }
}

/* " [CODE] text" */
static void
read_status_text(Scan *scan, ImapResponse *response)
{
    const char *text = *scan->p == ' ' ? scan->p + 1 : scan->p;
    const char *end = *text == '[' ? strchr(text, ']') : NULL;
    if (end != NULL) {
        response->code = g_strndup(text + 1, (gsize)(end - text - 1));
        text = end[1] == ' ' ? end + 2 : end + 1;
    }
    response->text = g_strdup(text);
}

static ImapSays
status_of(const char *start, gsize length)
{
    static const struct {
        const char *word;
        ImapSays says;
    } table[] = {
        {"OK", IMAP_SAYS_OK},   {"NO", IMAP_SAYS_NO},           {"BAD", IMAP_SAYS_BAD},
        {"BYE", IMAP_SAYS_BYE}, {"PREAUTH", IMAP_SAYS_PREAUTH},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        if (is_word(start, length, table[i].word))
            return table[i].says;
    }
    return IMAP_SAYS_OTHER;
}

static void
read_untagged(Scan *scan, ImapResponse *response)
{
    const char *start;
    guint64 ignored;
    gsize length = word(scan, &start);
    if (number(start, length, G_MAXUINT32, &ignored)) {
        if (!skip(scan, ' '))
            return;
        length = word(scan, &start);
        if (is_word(start, length, "FETCH") && skip(scan, ' ') && read_fetch(scan, response))
            response->says = IMAP_SAYS_FETCH;
        return;
    }
    if (is_word(start, length, "SEARCH")) {
        response->says = IMAP_SAYS_SEARCH;
        read_search(scan, response);
    } else if (is_word(start, length, "CAPABILITY")) {
        response->says = IMAP_SAYS_CAPABILITY;
        read_capabilities(scan, response);
    } else {
        response->says = status_of(start, length);
        if (response->says != IMAP_SAYS_OTHER)
            read_status_text(scan, response);
    }
}

void
imap_response_read(const char *text, const GPtrArray *literals, ImapResponse *ret_response)
{
    Scan scan = {.p = text, .literals = literals};
    ImapResponse response = {.says = IMAP_SAYS_OTHER};
    const char *start;
    if (*text == '+') {
        response.says = IMAP_SAYS_CONTINUE;
    } else if (g_str_has_prefix(text, "* ")) {
        scan.p += 2;
        read_untagged(&scan, &response);
    } else {
        gsize length = word(&scan, &start);
        response.tag = g_strndup(start, length);
        if (skip(&scan, ' ')) {
            length = word(&scan, &start);
            response.says = status_of(start, length);
            read_status_text(&scan, &response);
        }
    }
    *ret_response = response;
}

void
imap_response_clear(ImapResponse *response)
{
    g_free(response->tag);
    g_free(response->code);
    g_free(response->text);
    if (response->uids != NULL)
        g_array_unref(response->uids);
    if (response->body != NULL)
        g_bytes_unref(response->body);
    *response = (ImapResponse){.says = IMAP_SAYS_OTHER};
}

gboolean
imap_response_code_is(const ImapResponse *response, const char *name)
{
    gsize length = strlen(name);
    return response->code != NULL && g_ascii_strncasecmp(response->code, name, length) == 0 &&
           (response->code[length] == ' ' || response->code[length] == '\0');
}

guint32
imap_response_code_number(const ImapResponse *response, const char *name)
{
    guint64 value;
    if (!imap_response_code_is(response, name))
        return 0;
    const char *digits = response->code + strlen(name);
    while (*digits == ' ')
        digits++;
    return g_ascii_string_to_unsigned(digits, 10, 0, G_MAXUINT32, &value, NULL) ? (guint32)value
                                                                                : 0;
}
