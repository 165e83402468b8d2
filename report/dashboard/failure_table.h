/* failure_table.h: failure groups and senders of a summary, as several pages show them. Private to
 * the dashboard. */
#pragma once

#include "report/dashboard/page.h"
#include "report/summary.h"

/* The failures of DOMAIN as a table; where there are none, a line that says so. */
void failure_table(Page *page, const SummaryDomain *domain, const char *id);
/* The MX hosts at which its failures were, with all of them; reports name no host of a success. */
void host_table(Page *page, const SummaryDomain *domain, const char *id);
/* Its senders, and its totals by policy type. */
void sender_table(Page *page, const SummaryDomain *domain, const char *id);
void total_table(Page *page, const SummaryDomain *domain, const char *id);
