/* decode_scan.c: one look over the bytes before a parser that recurses and keeps everything. */
#include "schema/decode-internal.h"

#include "schema/limits.h"

gboolean
decode_scan(const char *json, gsize length, const char **ret_reason)
{
    gsize depth = 0, containers = 0, values = 0;
    gboolean quoted = FALSE;
    if (length > JSON_TREE_MOST_BYTES) {
        *ret_reason = "the document is larger than any report";
        return FALSE;
    }
    for (gsize i = 0; i < length; i++) {
        char c = json[i];
        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = FALSE;
            continue;
        }
        switch (c) {
        case '"':
            quoted = TRUE;
            break;
        case '[':
        case '{':
            if (++depth > LIMIT_JSON_DEPTH) {
                *ret_reason = "the document is nested deeper than any report";
                return FALSE;
            }
            containers++;
            break;
        case ']':
        case '}':
            depth -= depth > 0;
            break;
        case ',':
            values++;
            break;
        default:
            break;
        }
        if (containers > LIMIT_JSON_CONTAINERS || values > LIMIT_JSON_VALUES) {
            *ret_reason = "the document holds more values than any report needs";
            return FALSE;
        }
    }
    return TRUE;
}
