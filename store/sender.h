/* sender.h: who sent a report, as it is shown and as it is compared (DESIGN 5.4). Private to
 * store/. */
#pragma once

#include "schema/report.h"
#include "schema/trust.h"

typedef struct {
    /* As it is shown: organization-name on one printable line (else the domain below, else
     * "(unnamed)"), with " (via DOMAIN)" where a verified domain is not the one of contact-info.
     * An organization-name cannot itself look like that. Never empty. */
    char *name;
    /* The organisational domain that stands behind the copy: of the DKIM domain where the trust is
     * verified, else of the address in contact-info, else "". */
    char *domain;
} Sender;

/* Who sent REPORT; AUTHENTICATED_BY may be NULL. Borrowed until the thread asks for another one. */
const Sender *sender_of(const Report *report, Trust trust, const char *authenticated_by);
/* Whether the shown name SENDER is the one WANTED, or that with " (via DOMAIN)" behind it. */
gboolean sender_is(const char *sender, const char *wanted);
