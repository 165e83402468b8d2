/* readiness-internal.h: what the gates share. Private to report/readiness*. */
#pragma once

#include "report/readiness.h"

/* What one sender did, in the window unless it says otherwise. */
typedef struct {
    const char *name;
    GArray *sts_days;          /* of LoopDay, marked: days with an sts report */
    GArray *all_days;          /* of gint32, sorted: days with any report, in all of the history */
    gint32 newest_sts_day;     /* in all of the history; G_MININT32 if never */
    gint32 newest_none_day;    /* the same for no-policy-found */
    const char *newest_policy; /* reported on its newest day with one */
    gint32 newest_policy_day;
    gint64 recent_sessions; /* under sts in the blocking days */
    gint64 recent_blocking; /* of them, held back or would be */
} SenderView;

typedef struct {
    const Evidence *evidence;
    const ReadinessRules *rules;
    gint32 since, until; /* the window */
    gint32 recent;       /* first of the blocking days */
    GHashTable *senders; /* name -> SenderView */
    GPtrArray *order;    /* of SenderView, by name */
    const char *policy;  /* the newest version of the policy; NULL if none was told */
    gint32 policy_day;   /* the first day of it in the history */
    guint versions;      /* different policies in the window */
    StsMode mode;        /* of the newest day that tells one */
    gboolean any_report; /* of whatever type, in the window */
    gboolean any_sts;
    gint64 sessions; /* under sts in the window */
    gint64 recent_sessions;
    gint64 recent_unexplained; /* failed sessions of the blocking days without a detail */
    Readiness *result;
} View;

View *view_new(const Evidence *evidence, const ReadinessRules *rules, Readiness *result);
void view_free(View *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(View, view_free)

/* Seen under a version of the policy that is no longer the newest. */
gboolean view_is_outdated(const View *view, const EvidenceFailure *failure);
/* What enforce holds back, or would. */
gboolean view_is_blocking(const EvidenceFailure *failure);

/* Adds a gate to the result; WHY is taken over. More evidence with gate_evidence. */
Gate *gate_add(View *view, const char *name, GateState state, char *why);
void gate_evidence(Gate *gate, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The gates, one file each group: readiness_data.c and readiness_outcome.c. */
void gate_coverage(View *view);
void gate_senders(View *view);
void gate_sessions(View *view);
void gate_mode(View *view);
void gate_blocking(View *view);
void gate_readable(View *view);
void gate_stable(View *view);
void gate_silence(View *view);
