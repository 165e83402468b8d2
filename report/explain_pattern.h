/* explain_pattern.h: why an MX host is not named by the mx lines of a policy. */
#pragma once

#include "schema/sts_policy.h"

/* One or two sentences on HOST, which no line of POLICY matches: the line that comes nearest, and
 * why it does not match (RFC 8461 4.1). Foreign names are printable. Newly allocated. */
char *explain_pattern_miss(const StsPolicy *policy, const char *host);

/* What to add to the policy so that it names HOST. Newly allocated. */
char *explain_pattern_fix(const StsPolicy *policy, const char *host);
