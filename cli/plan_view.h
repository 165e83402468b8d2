/* plan_view.h: a plan for people and for programs. */
#pragma once

#include "cli/plan.h"

/* Appends PLAN as text of 80 columns; what is to be copied stays as it is. */
void plan_view_text(const Plan *plan, gboolean colour, GString *out);
/* Appends it as one document, "tlsgauge.plan/1". */
void plan_view_json(const Plan *plan, GString *out);
