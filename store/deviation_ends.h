/* deviation_ends.h: the newest and the oldest report of a row of daily_deviation, where one of them
 * leaves it. Private to store/. */
#pragma once

#include "store/daily_sums.h"

/* ROW is what a report takes from its row of daily_deviation, in which others stay; the report's
 * own row tells of it still, those of reports that left before it no longer. Sets newest and oldest
 * of ROW to those that stay, which are looked for only where the report is one of them; where their
 * rows have gone its number stays. STORE_ERROR_CORRUPT where there is no such row. */
gboolean deviation_ends_without(StatementCache *statements, DailyRow *row, GError **error);
