#include "ingest/https_header.h"

#include <string.h>

#include "ingest/https_framing.h"

/* PATH with one slash more at the end is the same path. */
static gboolean
same_path(const char *path, const char *url)
{
    gsize length = strlen(path);
    return strncmp(path, url, length) == 0 &&
           (url[length] == '\0' || strcmp(url + length, "/") == 0);
}

HttpsAnswer
https_header_judge(const HttpsServer *server, struct MHD_Connection *handle, const char *url,
                   const char *method, const char *version, guint64 *ret_length)
{
    if (!same_path(server->path, url))
        return https_answer_refusing(OUTCOME_UNKNOWN_PATH, "reports are not taken at this path");
    if (strcmp(method, MHD_HTTP_METHOD_POST) != 0)
        return https_answer_refusing(OUTCOME_NOT_POST, "reports are sent by POST (RFC 8460 5.4)");
    if (atomic_load(&server->draining))
        return https_answer_refusing(OUTCOME_UNAVAILABLE,
                                     "this collector shuts down; send it again later");

    switch (https_framing_of(handle, version, ret_length)) {
    case HTTPS_FRAMING_LENGTH:
    case HTTPS_FRAMING_CHUNKED:
        break;
    case HTTPS_FRAMING_NONE:
        return https_answer_refusing(
            OUTCOME_LENGTH_REQUIRED,
            "neither Content-Length nor chunked: the end of the report cannot be told");
    case HTTPS_FRAMING_UNKNOWN_CODING:
        return (HttpsAnswer){.status = MHD_HTTP_NOT_IMPLEMENTED,
                             .outcome = "not-understood",
                             .detail = "of transfer codings only chunked is understood"};
    case HTTPS_FRAMING_AMBIGUOUS:
        return (HttpsAnswer){.status = MHD_HTTP_BAD_REQUEST,
                             .outcome = "not-understood",
                             .detail = "Content-Length and Transfer-Encoding do not go together "
                                       "(RFC 9112 6)"};
    }
    return (HttpsAnswer){0};
}
