/* check.h: a domain as a sending server sees it, stage by stage. */
#pragma once

#include <glib.h>

#include "check/finding.h"
#include "check/host.h"
#include "check/options.h"
#include "check/past.h"
#include "check/resolver.h"
#include "schema/sts_policy.h"
#include "schema/txt_record.h"

/* In the order in which they are looked at and told. */
typedef enum {
    STAGE_DNS,        /* the domain, its MX hosts and their addresses: dns-, mx- */
    STAGE_TLSRPT,     /* _smtp._tls: tlsrpt- */
    STAGE_STS_RECORD, /* _mta-sts: sts-dns- */
    STAGE_STS_HTTPS,  /* the policy host: sts-https- */
    STAGE_STS_POLICY, /* the policy file: sts-policy- */
    STAGE_CROSS,      /* policy against MX, history and reports: sts-mx-, sts-id-, rollout- */
    STAGE_SMTP,       /* every MX on every address: smtp-, tls-, cert- */
    STAGE_DANE,       /* dane- */
    CHECK_STAGES
} CheckStage;

typedef struct {
    GPtrArray *findings; /* of CheckFinding; never NULL */
    gboolean ran;        /* FALSE: nothing to look at, or not asked for */
    guint elapsed_ms;
} CheckStageRun;

typedef struct {
    char *domain;
    gint64 at; /* Unix seconds: options.now */
    guint elapsed_ms;
    CheckStageRun stages[CHECK_STAGES];

    /* What was found; NULL, empty or 0 where it was not. */
    gboolean exists; /* FALSE: NXDOMAIN */
    gboolean null_mx, mx_secure;
    gboolean dnssec_works;   /* FALSE: our resolver does not validate */
    GPtrArray *hosts;        /* of CheckHost, by preference; never NULL */
    GPtrArray *probes;       /* of CheckProbe, one a host; shorter while SMTP was not tried */
    gboolean tlsrpt_known;   /* FALSE: the question had no answer */
    char *tlsrpt_text;       /* the one record at _smtp._tls, as published */
    TlsrptRecord *tlsrpt;    /* NULL unless senders can use it */
    gboolean sts_known;      /* likewise for _mta-sts */
    char *sts_text;          /* the one record at _mta-sts */
    StsRecord *sts;          /* NULL unless senders can use it */
    GBytes *policy_body;     /* the file as served */
    StsPolicy *policy;       /* what could be read of it; NULL without a body */
    StsPolicy *unannounced;  /* one that senders could use, if a record told of it; NULL */
    gboolean policy_usable;  /* senders can use it: fetched, certificate and grammar right */
    gint64 policy_not_after; /* Unix seconds: the certificate of the policy host expires */
} CheckRun;

/* Looks at DOMAIN (normalised). PAST may be NULL. Never fails: what could not be tested is a
 * finding. From any thread. Free with check_run_free. */
CheckRun *check_domain(const CheckOptions *options, Resolver *resolver, const CheckPast *past,
                       const char *domain);
void check_run_free(CheckRun *run); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CheckRun, check_run_free)

/* To be called once for all RUNS of one command (of CheckRun): when no MX of any domain answered at
 * all, not even with a refusal, our own network lets nothing out at the SMTP port. That is then
 * told as could-not-test in place of a fault of each host. */
void check_runs_settle(GPtrArray *runs);

CheckSeverity check_run_worst(const CheckRun *run);
/* 0 ok or notices, 1 warnings, 2 errors, 3 could not test (and no error). */
int check_exit(CheckSeverity worst);
/* "sts-https" and "Policy host"; static. */
const char *check_stage_name(CheckStage stage);
const char *check_stage_title(CheckStage stage);
/* The stage that an id belongs to by its prefix. */
CheckStage check_stage_of(const char *id);
