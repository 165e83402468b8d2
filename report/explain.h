/* explain.h: what stands behind a failure, as far as the reports themselves tell. */
#pragma once

#include "report/evidence.h"

/* The policy that the sender applied has no mx line for the MX that it met (RFC 8461 4.1; a "*."
 * stands for exactly one label), which is reported as validation-failure because RFC 8460 4.3 has
 * no word for it. FALSE where the sender gave no policy or no MX. */
gboolean explain_mx_not_in_policy(const EvidenceFailure *failure);
