#include "ingest/https_answer.h"

#include <string.h>

#include "ingest/problem.h"

/* When a sender that failed is asked to come again. */
#define RETRY_SECONDS 60u

HttpsAnswer
https_answer_refusing(Outcome outcome, const char *detail)
{
    const Receipt *receipt = receipt_for(outcome);
    return (HttpsAnswer){
        .status = receipt->http_status,
        .outcome = receipt->word,
        .detail = detail,
        .retry_after = outcome == OUTCOME_UNAVAILABLE ? RETRY_SECONDS : 0,
    };
}

static enum MHD_Result
add_headers(struct MHD_Response *response, const HttpsAnswer *answer)
{
    char seconds[16];
    gboolean success = answer->status < 300;
    g_snprintf(seconds, sizeof seconds, "%u", answer->retry_after);
    const char *const headers[][2] = {
        {"Content-Type", success ? "application/json" : "application/problem+json"},
        {"Cache-Control", "no-store"},
        {"X-Content-Type-Options", "nosniff"},
        {"Allow", answer->status == 405 ? "POST" : NULL},
        {"Retry-After", answer->retry_after > 0 ? seconds : NULL},
        {"Connection", answer->close ? "close" : NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(headers); i++) {
        if (headers[i][1] != NULL &&
            MHD_add_response_header(response, headers[i][0], headers[i][1]) != MHD_YES)
            return MHD_NO;
    }
    return MHD_YES;
}

enum MHD_Result
https_answer_queue(struct MHD_Connection *handle, const HttpsAnswer *answer)
{
    g_autofree char *body =
        answer->status < 300
            ? problem_success_json(answer->outcome, answer->reference)
            : problem_json(answer->status, MHD_get_reason_phrase_for(answer->status),
                           answer->outcome, answer->detail, answer->findings);
    /* A copy, because the two libraries need not share an allocator. */
    struct MHD_Response *response = MHD_create_response_from_buffer(body != NULL ? strlen(body) : 0,
                                                                    body, MHD_RESPMEM_MUST_COPY);
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result result = add_headers(response, answer);
    if (result == MHD_YES)
        result = MHD_queue_response(handle, answer->status, response);
    MHD_destroy_response(response);
    return result;
}
