/* https_header.h: what the header of a request already tells. Private to ingest/https*. */
#pragma once

#include "ingest/https-internal.h"
#include "ingest/https_answer.h"

/* Status 0: go on; *RET_LENGTH is the size of the body where it is announced, else as it was. Any
 * other status: the refusal, whose texts are static. VERSION is "HTTP/1.1". */
HttpsAnswer https_header_judge(const HttpsServer *server, struct MHD_Connection *handle,
                               const char *url, const char *method, const char *version,
                               guint64 *ret_length);
