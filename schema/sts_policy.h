/* sts_policy.h: the MTA-STS policy that a sender reports (RFC 8461 3.2), read leniently. */
#pragma once

#include <glib.h>

#include "schema/result_type.h"

typedef struct {
    StsMode mode;
    gint64 max_age;  /* seconds; -1 where absent or unreadable */
    char **mx;       /* normalised patterns, sorted, without doubles */
    char *canonical; /* one text for one policy, whatever order the sender uses */
} StsPolicy;

/* LINES are the elements of policy-string (NULL-terminated, may be empty). Never fails: what
 * cannot be read stays unknown. Elements that hold several lines are split, a single
 * element at semicolons too. At most LIMIT_LIST_ITEMS lines are looked at. Where no mx line is
 * there, MX_HOST (the report's mx-host, may be NULL) stands in. canonical is "" when LINES hold
 * nothing. Free with sts_policy_free. */
StsPolicy *sts_policy_parse(const char *const *lines, const char *const *mx_host);
void sts_policy_free(StsPolicy *policy); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StsPolicy, sts_policy_free)

/* One of the mx lines of POLICY matches HOST, which is normalised. */
gboolean sts_policy_names(const StsPolicy *policy, const char *host);

/* RFC 8461 4.1: equal, or "*." followed by everything after exactly one label. Both normalised. */
gboolean mx_pattern_matches(const char *pattern, const char *host);
