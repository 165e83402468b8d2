/* readiness.h: may this domain switch MTA-STS to enforce, and if not, what is in the way? */
#pragma once

#include <glib.h>

#include "report/evidence.h"

/* The thresholds of the design, section 6; [readiness] of the configuration. */
typedef struct {
    guint days;              /* closed days that are looked at */
    guint coverage_days;     /* of them, with an sts report */
    guint fresh_days;        /* age of the newest sts report at most */
    guint senders;           /* that saw the sts policy */
    guint sessions;          /* under the sts policy */
    guint blocking_days;     /* last days that must be free of what enforce would hold back */
    double tolerated_rate;   /* of all sessions of these days: a warning only, unless ... */
    double tolerated_sender; /* ... one sender has more of its own failing, and at least ... */
    guint tolerated_sessions;
    guint silence_days; /* last days in which a regular sender is missed */
} ReadinessRules;
extern const ReadinessRules readiness_defaults;

typedef enum { GATE_PASS, GATE_WARN, GATE_UNKNOWN, GATE_FAIL } GateState;

typedef struct {
    const char *name; /* "coverage"; static */
    GateState state;
    char *why;           /* one sentence */
    GPtrArray *evidence; /* of char *: figures and names behind it; foreign names are printable */
    char *fix;           /* what to do; NULL where there is nothing to do */
} Gate;

typedef enum {
    VERDICT_READY,
    VERDICT_ENFORCING, /* the mode is enforce already, and nothing fails */
    VERDICT_WARNINGS,
    VERDICT_NOT_READY,
    VERDICT_NO_DATA,
} Verdict;

typedef struct {
    char *domain;
    gint32 since, until; /* the window: inclusive UTC days */
    Verdict verdict;
    StsMode mode;     /* of the newest policy that senders report */
    char *policy;     /* its canonical text; NULL if none */
    gboolean trusted; /* the verdict rests on verified and local reports alone */
    gint64 sessions;  /* under an sts policy in the window */
    gint64 blocking;  /* of them, what enforce holds or would hold back */
    double upper;     /* 95 % upper bound of that rate */
    GPtrArray *gates; /* of Gate, in the order of the design */
    GPtrArray *notes; /* of char *: what is worth knowing and decides nothing */
} Readiness;

/* Days that are read before the window: versions of the policy, regular senders, the stage. */
#define READINESS_HISTORY_DAYS 400

/* Weighs EVIDENCE, which must reach back at least twice the window. */
Readiness *readiness_weigh(const Evidence *evidence, const ReadinessRules *rules);
/* Adds the gate "live", which the caller judged, and decides anew. WHY, EVIDENCE (of char *) and
 * FIX (may be NULL) are taken over. */
void readiness_add_live(Readiness *readiness, GateState state, char *why, GPtrArray *evidence,
                        char *fix);
void readiness_free(Readiness *readiness); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Readiness, readiness_free)

/* "READY", and the exit status of `ready` (Nagios order). Static. */
const char *verdict_name(Verdict verdict);
int verdict_exit(Verdict verdict);
const char *gate_state_name(GateState state); /* "pass" */
