/* json_read.c: the one-pass reader of regular documents. It reads RFC 8259 strictly and gives up at
 * whatever is not as senders commonly write it; it never decides what is wrong. */
#include "schema/json_tree.h"

#include <string.h>

#include "schema/decode-internal.h"
#include "schema/limits.h"

/* More digits may pass 64 bits. */
#define MAX_DIGITS 18

/* Objects of reports have up to eight members. Each new name is compared with all before it, so an
 * object with many is left to Jansson's hash table. */
#define MAX_MEMBERS 32

typedef struct {
    JsonTree *tree;
    char *at; /* in the copy of the text, whose end is a NUL */
    const char *end;
    guint depth;
    gsize containers, commas; /* counted as decode_scan does */
} Reader;

static gboolean read_value(Reader *reader, JsonNode *node);

static void
skip_space(Reader *reader)
{
    while (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\r' || *reader->at == '\t')
        reader->at++;
}

/* The next character that is no white space is C: it is taken. */
static gboolean
take(Reader *reader, char c)
{
    skip_space(reader);
    if (*reader->at != c)
        return FALSE;
    reader->at++;
    return TRUE;
}

/* ---- strings --------------------------------------------------------------------------- */

/* Four hexadecimal digits at TEXT; -1 if they are none. */
static gint32
read_hex(const char *text)
{
    gint32 code = 0;
    for (guint i = 0; i < 4; i++) {
        int digit = g_ascii_xdigit_value(text[i]); /* the NUL at the end of the copy is none */
        if (digit < 0)
            return -1;
        code = code * 16 + digit;
    }
    return code;
}

/* The character of \uXXXX at TEXT (after the u), a surrogate pair included; *ret_length is what it
 * takes. 0 for a NUL or half of a pair. */
static gunichar
read_unicode(const char *text, gsize *ret_length)
{
    gint32 high = read_hex(text);
    *ret_length = 4;
    if (high < 0)
        return 0;
    if (high < 0xd800 || high > 0xdfff)
        return (gunichar)high;
    if (high > 0xdbff || text[4] != '\\' || text[5] != 'u')
        return 0;
    gint32 low = read_hex(text + 6);
    if (low < 0xdc00 || low > 0xdfff)
        return 0;
    *ret_length = 10;
    return 0x10000 + (((gunichar)high - 0xd800) << 10) + ((gunichar)low - 0xdc00);
}

/* The escape at *FROM (after the backslash) to *TO, which is not behind it; both go on. */
static gboolean
unescape(char **from, char **to)
{
    static const char plain[] = "\"\\/bfnrt", meaning[] = "\"\\/\b\f\n\r\t";
    const char *found = **from != '\0' ? strchr(plain, **from) : NULL;
    if (found != NULL) {
        *(*to)++ = meaning[found - plain];
        (*from)++;
        return TRUE;
    }
    gsize length;
    gunichar c = **from == 'u' ? read_unicode(*from + 1, &length) : 0;
    if (c == 0)
        return FALSE;
    *from += 1 + length;
    *to += g_unichar_to_utf8(c, *to);
    return TRUE;
}

/* No octet that ends a string, begins an escape, or may not be in one. */
static inline gboolean
is_plain(char c)
{
    return c != '"' && c != '\\' && (guchar)c >= 0x20;
}

/* TEXT less the octets at its start that are plain ASCII text; goes eight at a time, so that it may
 * look at JSON_TREE_PADDING octets past the end. */
static char *
skip_plain(char *text)
{
    const guint64 ones = 0x0101010101010101, high = 0x8080808080808080;
    for (;; text += 8) {
        guint64 word;
        memcpy(&word, text, sizeof word);
        word = GUINT64_FROM_LE(word); /* the first octet is the lowest */
        guint64 quote = word ^ ones * '"', backslash = word ^ ones * '\\';
        /* The highest bit of an octet is set where it is below 0x20, one of the two, or not ASCII;
         * perhaps in the octets after such a one as well, and nowhere else: the first is right. */
        guint64 found = ((word - ones * 0x20) | (quote - ones) | (backslash - ones) | word) & high;
        if (found != 0)
            return text + __builtin_ctzll(found) / 8;
    }
}

/* The string whose opening quote was taken, unescaped where it stands and ended by NUL. */
static gboolean
read_string(Reader *reader, const char **ret_text, gsize *ret_length)
{
    char *start = reader->at, *from = skip_plain(start), *to = from;
    guchar seen = 0; /* all octets, one over the other: the highest bit tells of non-ASCII */
    while (*from != '"') {
        if (*from == '\\') {
            from++;
            if (!unescape(&from, &to))
                return FALSE;
        } else if (is_plain(*from)) {
            seen |= (guchar)*from;
            *to++ = *from++;
        } else {
            return FALSE; /* a control character, or the end */
        }
    }
    *to = '\0'; /* on the closing quote, or before it */
    reader->at = from + 1;
    *ret_text = start;
    *ret_length = (gsize)(to - start);
    return seen < 0x80 || g_utf8_validate_len(start, *ret_length, NULL);
}

/* ---- values ---------------------------------------------------------------------------- */

static gboolean
read_integer(Reader *reader, JsonNode *node)
{
    const char *start = reader->at;
    gboolean negative = *start == '-';
    const char *digits = start + (negative ? 1 : 0), *p = digits;
    gint64 number = 0;
    for (; g_ascii_isdigit(*p) && p - digits <= MAX_DIGITS; p++)
        number = number * 10 + (*p - '0');
    if (p == digits || p - digits > MAX_DIGITS || (*digits == '0' && p - digits > 1) || *p == '.' ||
        *p == 'e' || *p == 'E')
        return FALSE;
    node->kind = NODE_INTEGER;
    node->integer = negative ? -number : number;
    reader->at += p - start;
    return TRUE;
}

/* A string whose opening quote was taken. */
static gboolean
read_text(Reader *reader, JsonNode *node)
{
    gsize length;
    if (!read_string(reader, &node->text, &length))
        return FALSE;
    node->kind = NODE_STRING;
    node->size = (guint32)length;
    return TRUE;
}

static gboolean
read_word(Reader *reader, const char *word, NodeKind kind, JsonNode *node)
{
    gsize length = strlen(word);
    if (strncmp(reader->at, word, length) != 0)
        return FALSE;
    reader->at += length;
    node->kind = kind;
    return TRUE;
}

static gboolean
enter(Reader *reader)
{
    return ++reader->depth <= LIMIT_JSON_DEPTH && ++reader->containers <= LIMIT_JSON_CONTAINERS;
}

/* After an element: a comma, or the bracket CLOSE; *ret_more says which. */
static gboolean
read_separator(Reader *reader, char close, gboolean *ret_more)
{
    if (take(reader, ',')) {
        *ret_more = TRUE;
        return ++reader->commas <= LIMIT_JSON_VALUES;
    }
    *ret_more = FALSE;
    reader->depth--;
    return take(reader, close);
}

static gboolean
read_array(Reader *reader, JsonNode *node)
{
    JsonNode *last = NULL;
    gboolean more = TRUE;
    node->kind = NODE_ARRAY;
    if (!enter(reader))
        return FALSE;
    if (take(reader, ']')) {
        reader->depth--;
        return TRUE;
    }
    while (more) {
        last = json_tree_add(reader->tree, last);
        if (node->size++ == 0)
            node->first = last;
        if (!read_value(reader, last) || !read_separator(reader, ']', &more))
            return FALSE;
    }
    return TRUE;
}

static gboolean
name_is_new(const JsonNode *object, const JsonNode *member)
{
    for (const JsonNode *other = object->first; other != member; other = other->next) {
        if (other->name_size == member->name_size &&
            memcmp(other->name, member->name, member->name_size) == 0)
            return FALSE;
    }
    return TRUE;
}

static gboolean
read_object(Reader *reader, JsonNode *node)
{
    JsonNode *last = NULL;
    const char *name;
    gsize length;
    gboolean more = TRUE;
    node->kind = NODE_OBJECT;
    if (!enter(reader))
        return FALSE;
    if (take(reader, '}')) {
        reader->depth--;
        return TRUE;
    }
    while (more) {
        last = json_tree_add(reader->tree, last);
        if (node->size++ == 0)
            node->first = last;
        if (node->size > MAX_MEMBERS || !take(reader, '"') || !read_string(reader, &name, &length))
            return FALSE;
        json_node_set_name(last, name, length);
        if (!name_is_new(node, last) || !take(reader, ':') || !read_value(reader, last) ||
            !read_separator(reader, '}', &more))
            return FALSE;
    }
    return TRUE;
}

static gboolean
read_value(Reader *reader, JsonNode *node)
{
    skip_space(reader);
    switch (*reader->at) {
    case '"':
        reader->at++;
        return read_text(reader, node);
    case '{':
        reader->at++;
        return read_object(reader, node);
    case '[':
        reader->at++;
        return read_array(reader, node);
    case 't':
        return read_word(reader, "true", NODE_BOOLEAN, node);
    case 'f':
        return read_word(reader, "false", NODE_BOOLEAN, node);
    case 'n':
        return read_word(reader, "null", NODE_NULL, node);
    default:
        return read_integer(reader, node);
    }
}

JsonTree *
json_tree_read(const char *json, gsize length)
{
    char *copy;
    if (length > JSON_TREE_MOST_BYTES)
        return NULL;
    JsonTree *tree = json_tree_new(json, length, &copy);
    Reader reader = {.tree = tree, .at = copy, .end = copy + length};
    JsonNode *root = json_tree_add(tree, NULL);
    json_tree_set_root(tree, root);
    gboolean whole = read_value(&reader, root);
    if (whole) {
        skip_space(&reader);
        whole = reader.at == reader.end;
    }
    if (whole)
        return tree;
    json_tree_free(tree);
    return NULL;
}
