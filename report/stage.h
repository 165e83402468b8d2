/* stage.h: how far a domain has come on the way to enforce. */
#pragma once

#include "report/readiness.h"

typedef enum {
    STAGE_NO_REPORTS, /* none in the window */
    STAGE_REPORTING,  /* reports, but nobody sees an sts policy */
    STAGE_TESTING,
    STAGE_READY, /* testing, and the verdict allows the switch */
    STAGE_ENFORCING,
} Stage;

/* The stage by EVIDENCE, weighed as READINESS; *ret_days is how many days it has lasted, as far as
 * the evidence reaches back. */
Stage stage_of(const Evidence *evidence, const ReadinessRules *rules, const Readiness *readiness,
               guint *ret_days);

/* "no reports", "reporting only", "testing", "ready", "enforcing"; static. */
const char *stage_name(Stage stage);
