#include "ingest/https_framing.h"

#include <string.h>

typedef struct {
    guint lengths;
    guint codings;
    const char *length;
    const char *coding;
} Fields;

static enum MHD_Result
collect(void *cls, G_GNUC_UNUSED enum MHD_ValueKind kind, const char *key, const char *value)
{
    Fields *fields = cls;
    if (g_ascii_strcasecmp(key, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0) {
        fields->lengths++;
        fields->length = value;
    } else if (g_ascii_strcasecmp(key, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
        fields->codings++;
        fields->coding = value;
    }
    return MHD_YES;
}

HttpsFraming
https_framing_of(struct MHD_Connection *handle, const char *version, guint64 *ret_length)
{
    Fields fields = {0};
    MHD_get_connection_values(handle, MHD_HEADER_KIND, collect, &fields);
    if (fields.codings > 0) {
        /* HTTP/1.0 has no transfer codings, so a proxy in between may have seen another end. */
        if (fields.codings > 1 || fields.lengths > 0 || strcmp(version, MHD_HTTP_VERSION_1_1) != 0)
            return HTTPS_FRAMING_AMBIGUOUS;
        /* Exactly what libmicrohttpd takes for chunked; all else it would read to the end of the
         * connection. */
        return fields.coding != NULL && g_ascii_strcasecmp(fields.coding, "chunked") == 0
                   ? HTTPS_FRAMING_CHUNKED
                   : HTTPS_FRAMING_UNKNOWN_CODING;
    }
    if (fields.lengths == 0)
        return HTTPS_FRAMING_NONE;
    if (fields.lengths > 1)
        return HTTPS_FRAMING_AMBIGUOUS;
    return fields.length != NULL &&
                   g_ascii_string_to_unsigned(fields.length, 10, 0, G_MAXUINT64, ret_length, NULL)
               ? HTTPS_FRAMING_LENGTH
               : HTTPS_FRAMING_AMBIGUOUS;
}
