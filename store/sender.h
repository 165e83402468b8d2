/* sender.h: who sent a report, as it is shown and as it is compared (DESIGN 5.4). Private to
 * store/. */
#pragma once

#include "schema/report.h"
#include "schema/trust.h"

/* The organisational domain that stands behind a copy: of the DKIM domain AUTHENTICATED_BY where
 * TRUST is verified, else of the address in contact-info, else "". Newly allocated. */
char *sender_domain(const Report *report, Trust trust, const char *authenticated_by);

/* The sender as it is shown: organization-name on one printable line (else the above, else
 * "(unnamed)"), with " (via DOMAIN)" where a verified domain is not the one of contact-info. An
 * organization-name cannot itself look like that. Newly allocated, never empty. */
char *sender_name(const Report *report, Trust trust, const char *authenticated_by);
