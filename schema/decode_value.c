/* decode_value.c: single JSON values to the types of the model. */
#include "schema/decode-internal.h"

#include <string.h>

#include "schema/domain_name.h"
#include "schema/limits.h"

static void
append_index(GString *pointer, gsize index)
{
    char digits[24], *first = digits + sizeof digits;
    do {
        *--first = (char)('0' + index % 10);
        index /= 10;
    } while (index > 0);
    g_string_append_len(pointer, first, digits + sizeof digits - first);
}

static void
append_pointer(GString *pointer, const Place *place)
{
    if (place == NULL)
        return;
    append_pointer(pointer, place->parent);
    g_string_append_c(pointer, '/');
    if (place->name != NULL)
        g_string_append(pointer, place->name);
    else
        append_index(pointer, place->index);
}

static void add_finding(Decoder *decoder, FindingKind kind, const Place *place, const char *code,
                        const char *clause, const char *format, va_list arguments)
    G_GNUC_PRINTF(6, 0);

static void
add_finding(Decoder *decoder, FindingKind kind, const Place *place, const char *code,
            const char *clause, const char *format, va_list arguments)
{
    g_autoptr(GString) pointer = g_string_new(NULL);
    append_pointer(pointer, place);
    findings_add_va(decoder->findings, kind, code, pointer->str, clause, format, arguments);
}

void
decode_deviation(Decoder *decoder, const Place *place, const char *code, const char *clause,
                 const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_finding(decoder, FINDING_DEVIATION, place, code, clause, format, arguments);
    va_end(arguments);
}

void
decode_defect(Decoder *decoder, const Place *place, const char *code, const char *clause,
              const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_finding(decoder, FINDING_DEFECT, place, code, clause, format, arguments);
    va_end(arguments);
    decoder->defective = TRUE;
}

const char *
decode_kind(const JsonNode *value)
{
    if (value == NULL)
        return "missing";
    switch (value->kind) {
    case NODE_OBJECT:
        return "an object";
    case NODE_ARRAY:
        return "an array";
    case NODE_STRING:
        return value->size > 0 ? "a string" : "an empty string";
    case NODE_INTEGER:
    case NODE_REAL:
        return "a number";
    case NODE_BOOLEAN:
        return "a boolean";
    case NODE_NULL:
        break;
    }
    return "null";
}

void
decode_alias(Decoder *decoder, const Place *place, const char *name)
{
    decode_deviation(decoder, place, "alias-member", CLAUSE_FIELDS,
                     "the member is named %s; its name is %s", place->name, name);
}

/* The longest start of TEXT within MAX bytes that ends with a whole character. */
static gsize
whole_characters(const char *text, gsize length, gsize max)
{
    if (length <= max)
        return length;
    while (max > 0 && ((guchar)text[max] & 0xc0) == 0x80)
        max--;
    return max;
}

/* TEXT with U+FFFD for every NUL. Newly allocated. */
static GString *
without_nul(const char *text, gsize length)
{
    GString *copy = g_string_sized_new(length);
    for (const char *end = text + length; text < end; text++) {
        if (*text == '\0')
            g_string_append(copy, "\xef\xbf\xbd");
        else
            g_string_append_c(copy, *text);
    }
    return copy;
}

const char *
decode_text(Decoder *decoder, const Place *place, const JsonNode *string, gsize max)
{
    const char *text = string->text;
    gsize length = string->size;
    gsize kept = whole_characters(text, length, max);
    if (kept < length)
        decode_deviation(decoder, place, "text-cut", "RFC 8259 9",
                         "the text has %" G_GSIZE_FORMAT " bytes and is cut after %" G_GSIZE_FORMAT,
                         length, kept);
    if (memchr(text, '\0', kept) == NULL)
        return report_string(decoder->report, text, (gssize)kept);
    decode_deviation(decoder, place, "text-nul", "RFC 8259 9", "the text holds NUL characters");
    GString *copy = without_nul(text, kept);
    const char *result = report_string(decoder->report, copy->str, (gssize)copy->len);
    g_string_free(copy, TRUE);
    return result;
}

const char *
decode_name(Decoder *decoder, const Place *place, const char *text, gsize length,
            gboolean allow_wildcard)
{
    gsize start = 0, end = length;
    if (domain_name_is_normal(text, length))
        return report_string(decoder->report, text, (gssize)length);
    while (start < end && g_ascii_isspace(text[start]))
        start++;
    while (end > start && g_ascii_isspace(text[end - 1]))
        end--;
    gboolean changed;
    g_autofree char *name =
        domain_name_normalise(text + start, (gssize)(end - start), allow_wildcard, &changed);
    if (name == NULL)
        return NULL;
    if (changed || end - start < length)
        decode_deviation(decoder, place, "name-not-plain", CLAUSE_FIELDS,
                         "\"%.*s\" is not written as A-labels without trailing dot and space: "
                         "read as %s",
                         (int)length, text, name);
    return report_string(decoder->report, name, -1);
}

static gint64
refuse_count(Decoder *decoder, const Place *place, const char *code, const char *clause,
             const char *fact)
{
    decode_defect(decoder, place, code, clause, "%s", fact);
    return 0;
}

static gint64
count_of_integer(Decoder *decoder, const Place *place, gint64 number)
{
    if (number < 0)
        return refuse_count(decoder, place, "count-negative", CLAUSE_FIELDS, "count is negative");
    if (number > LIMIT_COUNT)
        return refuse_count(decoder, place, "count-too-large", "RFC 7493 2.2",
                            "count is beyond 2^53-1");
    return number;
}

static gint64
count_of_real(Decoder *decoder, const Place *place, double number)
{
    if (number < 0)
        return refuse_count(decoder, place, "count-negative", CLAUSE_FIELDS, "count is negative");
    if (number > (double)LIMIT_COUNT)
        return refuse_count(decoder, place, "count-too-large", "RFC 7493 2.2",
                            "count is beyond 2^53-1");
    if ((double)(gint64)number < number)
        return refuse_count(decoder, place, "count-fraction", CLAUSE_FIELDS,
                            "count is not a whole number");
    if (!decoder->integers_are_reals)
        decode_deviation(decoder, place, "count-real", CLAUSE_FIELDS,
                         "count is written as a real number; read as %.0f", number);
    return (gint64)number;
}

static gint64
count_of_string(Decoder *decoder, const Place *place, const JsonNode *string)
{
    const char *text = string->text;
    gsize length = string->size;
    if (length == 0 || strspn(text, "0123456789") != length)
        return refuse_count(decoder, place, "count-not-number", CLAUSE_FIELDS,
                            "count is a text that is no number");
    /* ULLONG_MAX on overflow, which is beyond the limit as well. */
    guint64 number = g_ascii_strtoull(text, NULL, 10);
    if (number > LIMIT_COUNT)
        return refuse_count(decoder, place, "count-too-large", "RFC 7493 2.2",
                            "count is beyond 2^53-1");
    decode_deviation(decoder, place, "count-string", CLAUSE_FIELDS,
                     "count is written as a string; read as %" G_GUINT64_FORMAT, number);
    return (gint64)number;
}

gint64
decode_count(Decoder *decoder, const Place *place, const JsonNode *value)
{
    /* 0 and not 1: a sender that leaves a count out had nothing to count there (seen for failures
     * of a report without any); inventing a session would falsify a total. */
    if (value == NULL || json_node_is(value, NODE_NULL)) {
        decode_deviation(decoder, place, "count-missing", CLAUSE_FIELDS, "count is %s; read as 0",
                         decode_kind(value));
        return 0;
    }
    if (json_node_is(value, NODE_INTEGER))
        return count_of_integer(decoder, place, value->integer);
    if (json_node_is(value, NODE_REAL))
        return count_of_real(decoder, place, value->real);
    if (json_node_is(value, NODE_STRING))
        return count_of_string(decoder, place, value);
    decode_defect(decoder, place, "count-not-number", CLAUSE_FIELDS, "count is %s",
                  decode_kind(value));
    return 0;
}
