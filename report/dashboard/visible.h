/* visible.h: what a user who may see some domains only sees of a report. Private to the dashboard.
 *
 * A report may be about several domains, of which only some are theirs: then they see their policy
 * entries of it, and neither the rest, nor the document as it came, nor where it came from.
 */
#pragma once

#include "report/dashboard/page.h"
#include "schema/report.h"

/* ENTRY counts for a domain of the user; always TRUE for who may see all. */
gboolean visible_entry(const Page *page, const PolicyEntry *entry);
/* All of REPORT may be seen. */
gboolean visible_whole(const Page *page, const Report *report);

/* Those of the comma-separated DOMAINS that the user may see, as "a.example, b.example"; newly
 * allocated, NULL if there is none and the user may not see all. */
char *visible_domains(const Page *page, const char *domains);

/* The findings that the store keeps as JSON, those left out that tell of entries of REPORT that may
 * not be seen; REPORT NULL: it cannot be decoded. An array of {kind, code, pointer, clause, fact}.
 */
json_t *visible_findings(const Page *page, const char *findings_json, const Report *report);
