#include "ingest/receipt.h"

/* DESIGN section 4. exit_code and exit_code_strict are sysexits: 65 EX_DATAERR, 75 EX_TEMPFAIL. */
static const Receipt table[] = {
    [OUTCOME_STORED] = {OUTCOME_STORED, "stored", 0, 0, 201, "250 2.0.0"},
    [OUTCOME_DUPLICATE] = {OUTCOME_DUPLICATE, "duplicate", 0, 0, 200, "250 2.0.0"},
    [OUTCOME_DEFECTIVE] = {OUTCOME_DEFECTIVE, "defective", 0, 65, 400, "250 2.0.0"},
    [OUTCOME_FOREIGN] = {OUTCOME_FOREIGN, "foreign", 0, 0, 403, "250 2.0.0"},
    [OUTCOME_UNTRUSTED] = {OUTCOME_UNTRUSTED, "untrusted", 0, 0, 403, "250 2.0.0"},
    [OUTCOME_TOO_LARGE] = {OUTCOME_TOO_LARGE, "too-large", 0, 65, 413, "552 5.3.4"},
    [OUTCOME_UNAVAILABLE] = {OUTCOME_UNAVAILABLE, "unavailable", 75, 75, 503, "451 4.3.0"},
    [OUTCOME_NOT_POST] = {OUTCOME_NOT_POST, "not-post", 64, 64, 405, "502 5.5.1"},
    [OUTCOME_UNKNOWN_PATH] = {OUTCOME_UNKNOWN_PATH, "unknown-path", 64, 64, 404, "550 5.1.1"},
    [OUTCOME_LENGTH_REQUIRED] = {OUTCOME_LENGTH_REQUIRED, "length-required", 64, 64, 411,
                                 "501 5.5.4"},
};

/* What is told when there is one answer for several reports: higher wins. */
static const int severity[] = {
    [OUTCOME_DUPLICATE] = 0,   [OUTCOME_STORED] = 1,          [OUTCOME_FOREIGN] = 2,
    [OUTCOME_UNTRUSTED] = 3,   [OUTCOME_DEFECTIVE] = 4,       [OUTCOME_TOO_LARGE] = 5,
    [OUTCOME_NOT_POST] = 6,    [OUTCOME_LENGTH_REQUIRED] = 7, [OUTCOME_UNKNOWN_PATH] = 8,
    [OUTCOME_UNAVAILABLE] = 9,
};

const Receipt *
receipt_for(Outcome outcome)
{
    return &table[outcome];
}

Outcome
receipt_worse(Outcome a, Outcome b)
{
    return severity[a] >= severity[b] ? a : b;
}
