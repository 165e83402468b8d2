/* plan_parts.h: the pieces that plans are made of. Private to cli/plan*. */
#pragma once

#include "cli/plan.h"

/* max_age of each stage, in seconds: RFC 8461 8.1 and 10.2. */
#define PLAN_TESTING_AGE 86400
#define PLAN_ENFORCE_AGE 604800
#define PLAN_LONG_AGE    2592000

void plan_choose(Plan *plan, PlanStep step, const char *why); /* may be changed again */
void plan_action(Plan *plan, PlanActionKind kind, const char *name, char *copy, const char *format,
                 ...) G_GNUC_PRINTF(5, 6); /* takes COPY over */
void plan_verify(Plan *plan, const char *format, ...) G_GNUC_PRINTF(2, 3);
void plan_note(Plan *plan, const char *format, ...) G_GNUC_PRINTF(2, 3);
void plan_block(Plan *plan, char *what, char *fix); /* takes both over */

/* The findings of SEVERITY in the stages FIRST to LAST as blockers; how many there are. */
guint plan_block_findings(Plan *plan, const CheckRun *run, CheckSeverity severity, CheckStage first,
                          CheckStage last);
gboolean plan_has(const CheckRun *run, CheckSeverity severity, CheckStage first, CheckStage last);
gboolean plan_has_finding(const CheckRun *run, const char *id);

/* File first, then the record with a new id, and the commands that show both. Takes BODY over. */
void plan_publish(Plan *plan, const PlanInput *input, char *body);
/* The new record alone. */
void plan_publish_record(Plan *plan, const PlanInput *input);
/* The same policy in mode testing again, as relief. */
void plan_relief(Plan *plan, const PlanInput *input);
/* Name, certificate and web server of the policy host. */
void plan_host(Plan *plan, const PlanInput *input);

/* plan_forward.c: chooses the step of the way to enforce and fills PLAN. */
void plan_go_forward(Plan *plan, const PlanInput *input);
/* plan_back.c: chooses the step of the way back and fills PLAN. */
void plan_go_back(Plan *plan, const PlanInput *input);
