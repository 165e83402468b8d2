/* explain.h: what stands behind the failures: cause, who and what is concerned, course, fix. */
#pragma once

#include "report/evidence.h"
#include "report/summary.h"

/* The policy that the sender applied has no mx line for the MX that it met (RFC 8461 4.1; a "*."
 * stands for exactly one label), which is reported as validation-failure because RFC 8460 4.3 has
 * no word for it. FALSE where the sender gave no policy or no MX. */
gboolean explain_mx_not_in_policy(const EvidenceFailure *failure);

/* Where the pattern of the failures points to. It is a likelihood: reports name the MX of failed
 * sessions only. */
typedef enum {
    PLACE_MX,     /* several senders at one MX host: that host; a certificate that one sender
                   * met in some sessions: a server or address behind it */
    PLACE_ALL_MX, /* several senders at several: what the hosts share */
    PLACE_SENDER, /* one sender alone: its client, its trust store */
    PLACE_PATH,   /* STARTTLS missing for one sender, or a certificate from one network: the way
                   * between, an attack included */
    PLACE_POLICY, /* the mx lines of the policy */
    PLACE_POLICY_HOST, /* the web server of the policy, or the policy file */
    PLACE_DNS,         /* TLSA records, DNSSEC */
    PLACE_UNCLEAR,
} ProblemPlace;
const char *problem_place_name(ProblemPlace place); /* "all-mx"; static */

typedef enum {
    COURSE_ONE_DAY,
    COURSE_BURST,      /* a few days in a row */
    COURSE_CONTINUOUS, /* nearly every day with sessions of the senders concerned */
    COURSE_SCATTERED,  /* now and then */
} ProblemCourse;
const char *problem_course_name(ProblemCourse course); /* "one-day"; static */

/* A name and the failed sessions that belong to it. */
typedef struct {
    const char *name; /* verbatim; NULL: the sender gave none */
    gint64 sessions;
} ProblemShare;

/* Failures of one domain that have, as far as the reports tell, one cause: alike in policy type,
 * effect and result type, at one MX or at several, from one sender or several. Foreign names in the
 * sentences are printable (text_printable), not escaped for HTML. */
typedef struct {
    const char *domain;
    const char *policy_type;
    const char *result_type; /* verbatim */
    Effect effect;
    gint64 sessions;
    gint32 first_day, last_day; /* UTC days with such failures, within the period */
    guint days;                 /* how many days have them */
    gboolean ended;             /* later reports of the senders concerned are free of it, and of
                                 * enough sessions that its absence is no accident */
    ProblemPlace place;
    gboolean rare; /* so few of so many sessions that no pattern can be seen in them */
    ProblemCourse course_kind;
    gboolean not_in_policy; /* explain_mx_not_in_policy of all of them */
    GArray *mxs;            /* of ProblemShare, most sessions first; as are the next ones */
    GArray *senders;
    GArray *reasons;           /* failure-reason-code, verbatim; empty if none was given */
    GArray *networks;          /* networks of the sending MTAs ("192.0.2.0/24", "AS64500 Example Net
                                * 192.0.2.0/24" where a database tells); empty if no address was given;
                                * at most LIMIT_EXPLAIN_NETWORKS */
    guint n_networks;          /* how many there are */
    gboolean networks_partial; /* too many reports: only the newest were read for addresses */
    GArray *addresses;         /* receiving-ip of the MX, as above */
    char *title;               /* "certificate-expired at mx1.example.org" */
    char *cause;         /* plain words, a sentence or two; specific where the data allow it */
    char *scope;         /* "All 5 senders, at one of 3 MX hosts, from 12 networks." */
    char *course;        /* "A burst of 3 days that ended on 2026-03-04." */
    char *likely;        /* what that pattern points to: our server, one sender, one network on the
                          * way; one sentence or two */
    char *fix;           /* what to do */
    GPtrArray *commands; /* of char *: shell commands that confirm it, names filled in and quoted;
                          * none where a name is not one */
    const char *clause;  /* "RFC 8460 4.3.1"; static */
    guint more;          /* 0; else this stands for so many problems past LIMIT_EXPLAIN_PROBLEMS,
                          * with sessions, days, senders and MX hosts of them all */
    /* private */
    GStringChunk *strings;
    GHashTable *sender_names; /* those of senders */
} Problem;

typedef struct {
    const StoreQuery *query; /* as of the summary: period, domain, sender, ... */
    gboolean addresses;      /* decode raw reports of the days for networks (slower) */
    const char *as_database; /* MMDB file for AS names; NULL: none */
} ExplainOptions;

/* What the store says of DOMAIN in the period of SUMMARY. STORE_ERROR. */
Evidence *explain_evidence(Store *store, const Summary *summary, const SummaryDomain *domain,
                           GError **error);

/* Its days: with that history, as on the day after them, evidence_several tells the same. */
guint explain_history(const Summary *summary);

/* The problems of DOMAIN (one of SUMMARY, which was made by the same query from the same STORE) by
 * its EVIDENCE (of explain_evidence), what is worst for enforce first: by effect, what is rare
 * last, what goes on before what ended, then by sessions. Sender, MX, result and policy type of the
 * query choose problems; each is told as a whole, with the other senders and MX hosts that it
 * concerns. Free with g_ptr_array_unref; of Problem. NULL with STORE_ERROR, or NETWORK_ERROR
 * (networks.h) for the AS database. Networks stay empty without addresses, and where STORE has no
 * decoder. */
GPtrArray *explain_problems(Store *store, const Evidence *evidence, const Summary *summary,
                            const SummaryDomain *domain, const ExplainOptions *options,
                            GError **error);
