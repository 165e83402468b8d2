/* explain_notice.h: what the reports tell beside failures: senders that do not see the policy, that
 * fell silent, that count twice; versions of the policy.
 */
#pragma once

#include "report/explain.h"

typedef enum {
    NOTICE_POLICY_LOST,       /* the sender saw the policy and does not any more */
    NOTICE_POLICY_MISSED,     /* it missed it on some days in between */
    NOTICE_SILENT,            /* a regular sender sends no reports any more */
    NOTICE_UNATTRIBUTED,      /* failed sessions without a detail */
    NOTICE_OLD_POLICY,        /* the sender still applies an older version */
    NOTICE_MODE_CHANGED,      /* the policy went from one mode to another */
    NOTICE_POLICY_CHANGED,    /* another version of the policy */
    NOTICE_DOUBLE_REPORT,     /* the same sessions under sts and tlsa */
    NOTICE_OVERLAP,           /* more sessions in the details than failed */
    NOTICE_POLICY_NEVER_SEEN, /* the sender does no MTA-STS */
} NoticeKind;
const char *notice_kind_name(NoticeKind kind); /* "policy-lost"; static */

typedef struct {
    NoticeKind kind;
    char *sender;               /* verbatim; NULL where it is about all */
    gint32 first_day, last_day; /* of what it tells */
    guint days;                 /* how many days tell it */
    char *title;                /* names in it are printable, as in Problem */
    char *text;
    const char *clause; /* "RFC 8461 5.1"; static */
} Notice;

/* The notices on the domain of EVIDENCE (of explain_evidence), in the order of NoticeKind, then by
 * sender; SILENCE_DAYS as in ReadinessRules. Sender of QUERY chooses (NULL: all). Free with
 * g_ptr_array_unref; of Notice. */
GPtrArray *explain_notices(const Evidence *evidence, const StoreQuery *query, guint silence_days);
