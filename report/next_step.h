/* next_step.h: what to publish next on the way to enforce (RFC 8461 3, 8.1, 8.3). */
#pragma once

#include <glib.h>

#include "report/readiness.h"

typedef struct {
    char *advice; /* one sentence */
    char *policy; /* the body of the policy file, lines ended by "\n"; NULL: publish nothing */
    char *record; /* the _mta-sts TXT record with its new id; NULL with policy */
} NextStep;

/* TODAY gives the new id. Free with next_step_free. */
NextStep *next_step_of(const Readiness *readiness, gint32 today);
void next_step_free(NextStep *step); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NextStep, next_step_free)
