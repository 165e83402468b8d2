/* https_answer.h: what a peer is told. Private to ingest/https*. */
#pragma once

#include <glib.h>
#include <microhttpd.h>

#include "ingest/receipt.h"

typedef struct {
    unsigned status;
    const char *outcome;       /* word of the receipt */
    const char *detail;        /* one sentence; NULL with a 2xx status */
    const char *reference;     /* "r12" or NULL; told with a 2xx status */
    const GPtrArray *findings; /* of Finding, or NULL */
    guint retry_after;         /* seconds; 0: not told */
    gboolean close;            /* no further request on this connection */
} HttpsAnswer;

/* The answer with OUTCOME; DETAIL is borrowed. */
HttpsAnswer https_answer_refusing(Outcome outcome, const char *detail);

/* Queues the answer. MHD_NO when that cannot be done: libmicrohttpd then cuts the connection. */
enum MHD_Result https_answer_queue(struct MHD_Connection *handle, const HttpsAnswer *answer);
