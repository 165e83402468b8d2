/* trend_chart.h: sessions and failures over time. Private to the dashboard. */
#pragma once

#include "report/dashboard/page.h"
#include "report/trend.h"

/* A chart a policy type (policy types are never added up), of one domain. */
void trend_charts(Page *page, const TrendDomain *trend);

/* One chart of POLICY_TYPE over all domains of TREND, which are those that the user may see;
 * without any, links to the other policy types. */
void trend_chart_all(Page *page, const Trend *trend, const char *policy_type);
/* The days of that chart as JSON. */
json_t *trend_all_to_json(const Trend *trend, const char *policy_type);
