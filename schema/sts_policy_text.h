/* sts_policy_text.h: an MTA-STS policy file as it is served, by the grammar of RFC 8461 3.2.
 *
 * sts_policy.h reads what senders report of a policy, leniently. Here each departure is told with
 * its line, because some senders refuse the whole policy for it.
 */
#pragma once

#include <glib.h>

#include "schema/sts_policy.h"

/* What is asked of a policy file; the body may be any bytes. A defect in FINDINGS (senders take it
 * as no policy) makes *ret_usable FALSE. What could be read is returned all the same, so that it
 * can be compared with the live MX hosts. Codes are ids of what check finds ("sts-policy-mode"),
 * the pointer of a finding is its line ("line 3") or "". Free with sts_policy_free. */
StsPolicy *sts_policy_text_parse(const char *body, gsize length, GPtrArray *findings,
                                 gboolean *ret_usable);
