/* live_gate.h: a live look as a gate of the verdict. */
#pragma once

#include "check/check.h"
#include "report/readiness.h"

/* Adds the gate "live": no error passes, an error fails, what could not be tested is unknown. */
void live_gate_add(Readiness *readiness, const CheckRun *run);

/* "mx1.example.org: The certificate has expired. (2026-11-01)": one finding on one line; newly
 * allocated. */
char *live_gate_line(const CheckFinding *finding);
