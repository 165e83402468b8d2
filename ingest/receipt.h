/* receipt.h: one outcome, three renderings (DESIGN section 4). */
#pragma once

#include <glib.h>

typedef enum {
    OUTCOME_STORED,
    OUTCOME_DUPLICATE,       /* the same content was taken before */
    OUTCOME_DEFECTIVE,       /* cannot be counted; kept in quarantine */
    OUTCOME_FOREIGN,         /* about none of our domains; kept in quarantine */
    OUTCOME_UNTRUSTED,       /* below [trust] minimum; kept in quarantine */
    OUTCOME_TOO_LARGE,       /* before or after inflating; kept cut */
    OUTCOME_UNAVAILABLE,     /* cannot now: try again */
    OUTCOME_NOT_POST,        /* HTTPS only, from here on: nothing was taken in */
    OUTCOME_UNKNOWN_PATH,
    OUTCOME_LENGTH_REQUIRED,
} Outcome;

typedef struct {
    Outcome outcome;
    const char *word;      /* "stored", "duplicate", "quarantined: defective", ... */
    int exit_code;         /* of deliver */
    int exit_code_strict;  /* of deliver --strict */
    unsigned http_status;
    const char *lmtp;      /* reply code and enhanced code: "250 2.0.0" */
} Receipt;

/* The row of the table; static, never NULL. */
const Receipt *receipt_for(Outcome outcome);

/* The outcome that an input of several reports is answered with where the protocol has only one
 * answer: UNAVAILABLE first (so that it comes again), then what the sender can mend, then the
 * rest. */
Outcome receipt_worse(Outcome a, Outcome b);
