/* explain.h: what stands behind the failures: cause, who and what is concerned, course, fix. */
#pragma once

#include "report/evidence.h"
#include "report/summary.h"

/* The policy that the sender applied has no mx line for the MX that it met (RFC 8461 4.1; a "*."
 * stands for exactly one label), which is reported as validation-failure because RFC 8460 4.3 has
 * no word for it. FALSE where the sender gave no policy or no MX. */
gboolean explain_mx_not_in_policy(const EvidenceFailure *failure);

/* A name and the failed sessions that belong to it. */
typedef struct {
    const char *name; /* NULL: the sender gave none */
    gint64 sessions;
} ProblemShare;

/* Failures of one domain that have, as far as the reports tell, one cause: alike in policy type,
 * effect and result type, at one MX or at several, from one sender or several. */
typedef struct {
    const char *domain;
    const char *policy_type;
    const char *result_type; /* verbatim */
    Effect effect;
    gint64 sessions;
    gint32 first_day, last_day; /* UTC days with such failures, within the period */
    guint days;                 /* how many days have them */
    gboolean ended;             /* reports of later days are there, and free of it */
    GArray *mxs;                /* of ProblemShare, most sessions first; as are the next ones */
    GArray *senders;
    GArray *reasons;     /* failure-reason-code, verbatim; empty if none was given */
    GArray *networks;    /* networks of the sending MTAs ("192.0.2.0/24", "AS64500 Example Net
                          * 192.0.2.0/24" where a database tells); empty if no address was given */
    char *title;         /* "certificate-expired at mx1.example.org" */
    char *cause;         /* plain words, a sentence or two; specific where the data allow it */
    char *scope;         /* "All 5 senders, at one of 3 MX hosts, from 12 networks." */
    char *course;        /* "A burst of 3 days that ended on 2026-03-04." */
    char *likely;        /* what that pattern points to: our server, one sender, one network on the
                          * way; one sentence */
    char *fix;           /* what to do */
    GPtrArray *commands; /* of char *: shell commands that confirm it, names filled in and quoted */
    const char *clause;  /* "RFC 8460 4.3.1"; static */
} Problem;

typedef struct {
    const StoreQuery *query; /* as of the summary: period, domain, sender, ... */
    gboolean addresses;      /* decode raw reports of the days for networks (slower) */
    const char *as_database; /* MMDB file for AS names; NULL: none */
} ExplainOptions;

/* The problems of DOMAIN (one of SUMMARY, which was made by the same query from the same STORE),
 * what is worst for enforce first: by effect, then sessions. The result borrows from SUMMARY; free
 * with g_ptr_array_unref. NULL with STORE_ERROR. */
GPtrArray *explain_problems(Store *store, const Summary *summary, const SummaryDomain *domain,
                            const ExplainOptions *options, GError **error);
