/* plan.h: the next step of a rollout, or of the way back, with all that is to be published.
 *
 * From nothing to enforce: the TLS-RPT record, a policy in mode testing, evidence, enforce, a
 * longer max_age. Back: mode none, wait until every copy has expired, remove (RFC 8461 8.3). A step
 * is proposed only where neither the live look nor the reports are against it.
 */
#pragma once

#include "check/check.h"
#include "report/readiness.h"

typedef enum {
    /* Nothing can be proposed. */
    PLAN_NO_MAIL,    /* the domain does not exist, or takes no mail */
    PLAN_LOOK_AGAIN, /* what decides could not be looked at */
    PLAN_MEND,       /* something is wrong; it comes first */
    PLAN_WAIT,       /* for evidence */
    /* Forward. */
    PLAN_REPORTS, /* publish the TLS-RPT record */
    PLAN_TESTING, /* publish a policy in mode testing, then its record */
    PLAN_RECORD,  /* the policy is there: publish its record */
    PLAN_ENFORCE,
    PLAN_LENGTHEN, /* enforce with a longer max_age */
    PLAN_DONE,
    /* Back. */
    PLAN_MODE_NONE,
    PLAN_EXPIRE, /* wait until no sender holds the old policy */
    PLAN_REMOVE,
    PLAN_GONE,
} PlanStep;

typedef enum {
    PLAN_ACTION_DO,     /* something by hand */
    PLAN_ACTION_RECORD, /* copy is a line of a zone file */
    PLAN_ACTION_FILE,   /* copy is the policy file, name its URL */
    PLAN_ACTION_SERVER, /* copy is a piece of configuration of a web server */
    PLAN_ACTION_REMOVE, /* name is to be removed from the DNS */
} PlanActionKind;

typedef struct {
    PlanActionKind kind;
    gboolean relief; /* not the step itself, but what helps while it cannot be taken */
    char *text;      /* what to do: a sentence */
    char *name;      /* URL or name in the DNS; NULL */
    char *copy;      /* what to publish; NULL */
} PlanAction;

typedef struct {
    char *what, *fix; /* one line each; fix may be NULL */
} PlanBlocker;

typedef struct {
    char *domain;
    gint64 at;
    gboolean back;
    PlanStep step;
    char *state;         /* what is published now: a sentence */
    char *why;           /* why this is the step: a sentence */
    GPtrArray *blockers; /* of PlanBlocker: what is against the step after this one */
    GPtrArray *actions;  /* of PlanAction, in the order in which they are to be done */
    GPtrArray *verify;   /* of char *: commands that show whether it was done right */
    GPtrArray *notes;    /* of char * */
    char *then;          /* what comes after it; NULL */
} Plan;

typedef struct {
    gboolean back; /* the goal is to be rid of MTA-STS */
    const CheckRun *run;
    const CheckPast *past;       /* NULL: there is no store */
    const Readiness *readiness;  /* NULL likewise */
    const ReadinessRules *rules; /* which the readiness was weighed by */
    guint enforcing_days;        /* days that senders have reported mode enforce in a row */
    char *const *rua;            /* where reports should go; NULL: nobody said */
    const char *https_path;      /* of our collector; NULL: there is none */
    char *const *web;            /* addresses or one name of the policy host; NULL: likewise */
} PlanInput;

/* Never fails. Free with plan_free. */
Plan *plan_make(const PlanInput *input);
void plan_free(Plan *plan); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Plan, plan_free)

/* "enforce", and "Switch to enforce"; static. */
const char *plan_step_name(PlanStep step);
const char *plan_step_title(PlanStep step);
/* 0 there is something to publish, or nothing left to do; 1 wait; 2 mend; 3 could not look. */
int plan_exit(PlanStep step);
