/* alert_news.h: one alert as the JSON object that is kept in the store until it is told. Private to
 * report/.
 */
#pragma once

#include "report/alert_group.h"

/* Words of "kind" in the news. */
#define NEWS_FAILING   "failing"
#define NEWS_RECOVERED "recovered"
#define NEWS_SILENT    "silent"
#define NEWS_RETURNED  "reporting-again"

/* KIND is NEWS_FAILING or NEWS_RECOVERED; AGAIN: it was told as recovered before. NOW only makes
 * the id one of its own. Newly allocated. */
char *alert_news_group(const char *kind, const char *domain, const AlertGroup *group,
                       gboolean again, gint64 now);
/* A group that recovered and of which the evidence no longer says more. */
char *alert_news_recovered(const char *domain, const char *subject, gint32 last_day, gint64 now);
/* KIND is NEWS_SILENT or NEWS_RETURNED; LAST_DAY that of the last report, or of the one before the
 * silence. */
char *alert_news_sender(const char *kind, const char *domain, const char *sender, gint32 last_day,
                        gint64 now);
