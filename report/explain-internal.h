/* explain-internal.h: what the files of explain share. Private to report/explain*. */
#pragma once

#include "report/explain.h"
#include "schema/sts_policy.h"

/* Failures of one problem. */
typedef struct {
    const EvidenceFailure *first; /* stands for what is alike in all */
    gboolean not_in_policy;
    GPtrArray *rows; /* of const EvidenceFailure */
    guint n_summed;  /* 0; else how many clusters this one stands for (LIMIT_EXPLAIN_PROBLEMS) */
} Cluster;

/* What all problems of one domain are explained from. */
typedef struct {
    const Evidence *evidence;
    gint32 since, until;  /* inclusive */
    GHashTable *policies; /* canonical text (interned) -> StsPolicy */
} Explain;

Explain *explain_new(const Evidence *evidence, gint32 since);
void explain_free(Explain *explain);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Explain, explain_free)
/* The policy of a row, read once. Borrowed; NULL where it gives none. */
const StsPolicy *explain_policy(Explain *explain, const char *text);

/* No mx line of POLICY names MX, as a failure of RESULT_WORD tells (RFC 8461 4.1). FALSE where
 * either is NULL. */
gboolean explain_policy_lacks(const StsPolicy *policy, const char *mx, const char *result_word);
/* explain_mx_not_in_policy, quicker. */
gboolean explain_lacks_mx(Explain *explain, const EvidenceFailure *failure);

/* All problems of EXPLAIN, in their order; as explain_problems. STORE may be NULL without
 * addresses. */
GPtrArray *explain_weigh(Explain *explain, Store *store, const ExplainOptions *options,
                         GError **error);

/* The failures, grouped as a person would: of Cluster, in no order. explain_group.c. */
GPtrArray *explain_clusters(Explain *explain);

/* Each fills what its name says, in this order; what came before may be used.
 * explain_scope.c: senders, mxs, reasons, sessions, days. */
void explain_count(const Cluster *cluster, Problem *problem);
/* explain_networks.c: networks and addresses of all PROBLEMS from the raw reports. A note on what
 * was not read goes to the scope. */
gboolean explain_networks(Store *store, GPtrArray *problems, const ExplainOptions *options,
                          GError **error);
/* explain_course.c: course, course_kind, ended. */
void explain_course(const Explain *explain, Problem *problem);
/* What the totals of the days of the problem say, under its policy type. */
typedef struct {
    guint senders;      /* with sessions */
    gint64 own, others; /* sessions of those concerned, of all others */
    guint named_mx;     /* MX hosts of the problem that have a name */
    guint known_mx;     /* these, and all others that failures and policies name */
    gboolean nameless;  /* some failures name no MX */
} Setting;
/* explain_scope.c: scope, place, rare, likely. */
void explain_scope(Explain *explain, Problem *problem);
/* explain_likely.c: the last three of these. */
void explain_likely(Problem *problem, const Setting *setting);
/* explain_advice.c: title, cause, fix, clause. */
void explain_advice(Explain *explain, const Cluster *cluster, Problem *problem);
/* explain_related.c: to the likelihood of each of PROBLEMS, which others come with it. */
void explain_related(GPtrArray *problems);
/* explain_commands.c */
void explain_commands(Problem *problem);

/* Adds SESSIONS to the share of NAME (kept in the strings of PROBLEM). */
void explain_share(Problem *problem, GArray *shares, const char *name, gint64 sessions);
void explain_sort_shares(GArray *shares);

/* The MX that PROBLEM names, to be printed; "the MX" where it names none or several. */
char *explain_mx_printable(const Problem *problem);

/* The sender of a row is among those of PROBLEM. */
gboolean explain_concerns(const Problem *problem, const char *sender);

/* NAME is QUERY, or has " (via ...)" behind it: as the store matches senders. */
gboolean explain_is_sender(const char *name, const char *query);
