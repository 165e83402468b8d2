/* https_request.h: the life of one request. Private to ingest/https*. */
#pragma once

#include "ingest/https-internal.h"

/* An MHD_AccessHandlerCallback; CLS is the HttpsServer. Refuses at once what the header already
 * tells, collects the body, has it judged, gives it to the sink, suspends the connection until
 * the last SinkDone, and answers. */
enum MHD_Result https_request_handle(void *cls, struct MHD_Connection *handle, const char *url,
                                     const char *method, const char *version, const char *data,
                                     size_t *size, void **context);

/* An MHD_RequestCompletedCallback: answered, or the peer is gone. */
void https_request_completed(void *cls, struct MHD_Connection *handle, void **context,
                             enum MHD_RequestTerminationCode code);

/* Judges the whole body of a suspended request and gives what it holds to the sink. In the thread of
 * libmicrohttpd, or in one of judging.h. */
void https_request_judge(gpointer request);

/* Under the lock of SERVER, when it stops: requests that wait for their commit are answered now
 * that they should come again. */
void https_request_wake_all(HttpsServer *server);
