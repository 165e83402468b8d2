/* check_text.h: what check found, for people at a terminal, and for Nagios. */
#pragma once

#include "check/check.h"

typedef struct {
    gboolean colour;
    gboolean blocked_told; /* that our own network is closed: in full only once */
} CheckTextStyle;

/* Appends RUN by stages with their times. */
void check_text(const CheckRun *run, CheckTextStyle *style, GString *out);

/* Appends one line for all RUNS (of CheckRun) as monitoring plugins print it, with performance
 * data: errors, warnings, what could not be tested, days until the first certificate ends. */
void check_text_nagios(const GPtrArray *runs, GString *out);
