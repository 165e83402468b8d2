/* decode_load.c: the text of a document to a tree: the quick way, or the one that can explain. */
#include <jansson.h>

#include "schema/decode-internal.h"

/* Jansson's words for what it cannot read, as ours. */
static void
refuse_syntax(Decoder *decoder, const json_error_t *error)
{
    const char *code = "json-syntax", *clause = "RFC 8259 2";
    switch (json_error_code(error)) {
    case json_error_premature_end_of_input:
        code = "json-truncated";
        break;
    case json_error_end_of_input_expected:
        code = "json-trailing-text";
        break;
    case json_error_invalid_utf8:
        code = "json-not-utf8";
        clause = "RFC 8259 8.1";
        break;
    case json_error_numeric_overflow:
        code = "json-number-overflow";
        clause = "RFC 7493 2.2";
        break;
    case json_error_null_byte_in_key:
        code = "json-nul-in-name";
        clause = "RFC 8259 9";
        break;
    default:
        break;
    }
    decode_defect(decoder, NULL, code, clause, "line %d, column %d: %s", error->line, error->column,
                  error->text);
}

/* The document as Jansson's tree, or NULL with a defect. What I-JSON forbids but can be read is
 * read on a second try. */
static json_t *
load_document(Decoder *decoder, const char *json, gsize length)
{
    gsize flags = JSON_ALLOW_NUL | JSON_DECODE_ANY | JSON_REJECT_DUPLICATES;
    for (;;) {
        json_error_t error;
        json_t *document = json_loadb(json, length, flags, &error);
        if (document != NULL)
            return document;
        if (json_error_code(&error) == json_error_duplicate_key &&
            (flags & JSON_REJECT_DUPLICATES) != 0) {
            decode_deviation(decoder, NULL, "json-duplicate-name", "RFC 7493 2.3",
                             "line %d, column %d: %s; the last one counts", error.line,
                             error.column, error.text);
            flags &= ~(gsize)JSON_REJECT_DUPLICATES;
        } else if (json_error_code(&error) == json_error_numeric_overflow &&
                   !decoder->integers_are_reals) {
            /* Then a count beyond 64 bits is refused at its own place, and one in a member that
             * nobody reads does no harm. */
            decoder->integers_are_reals = TRUE;
            flags |= JSON_DECODE_INT_AS_REAL;
        } else {
            refuse_syntax(decoder, &error);
            return NULL;
        }
    }
}

JsonTree *
decode_load(Decoder *decoder, const char *json, gsize length)
{
    const char *reason;
    JsonTree *tree = json_tree_read(json, length);
    if (tree != NULL)
        return tree;
    if (!decode_scan(json, length, &reason)) {
        decode_defect(decoder, NULL, "json-too-complex", "RFC 8259 9", "%s", reason);
        return NULL;
    }
    json_t *document = load_document(decoder, json, length);
    return document == NULL ? NULL : json_tree_of_jansson(document);
}
