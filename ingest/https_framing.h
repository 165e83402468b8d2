/* https_framing.h: where a request body ends (RFC 9112 6). Private to ingest/https*. */
#pragma once

#include <glib.h>
#include <microhttpd.h>

typedef enum {
    HTTPS_FRAMING_LENGTH,
    HTTPS_FRAMING_CHUNKED,
    HTTPS_FRAMING_NONE,
    HTTPS_FRAMING_UNKNOWN_CODING, /* a Transfer-Encoding other than chunked */
    HTTPS_FRAMING_AMBIGUOUS,      /* both, or several: where two programs disagree about the end
                                   * of a request, one can be smuggled past a proxy */
} HttpsFraming;

/* VERSION is "HTTP/1.1". *ret_length is set for LENGTH. libmicrohttpd has refused a malformed
 * Content-Length before, unless there is a Transfer-Encoding. */
HttpsFraming https_framing_of(struct MHD_Connection *handle, const char *version,
                              guint64 *ret_length);
