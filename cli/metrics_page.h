/* metrics_page.h: what GET /metrics answers, and `tlsgauge metrics` prints. */
#pragma once

#include "cli/config.h"
#include "cli/meter.h"
#include "store/store.h"

/* Appends the metrics that STORE answers for, as of now. FALSE with STORE_ERROR. */
gboolean metrics_page_append(Store *store, const Config *config, GString *out, GError **error);

typedef struct MetricsPage MetricsPage;

/* For a server that is asked again and again: sessions and verdicts are worked out anew only
 * when the store or the day has changed, and then once a minute at most. All are borrowed; METER
 * may be NULL. */
MetricsPage *metrics_page_new(const Config *config, const char *store_uri, Meter *meter);
void metrics_page_free(MetricsPage *page); /* NULL is fine */

#define METRICS_PAGE_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"
/* Newly allocated; NULL with STORE_ERROR. From any thread; one that reads makes the others wait. */
char *metrics_page_render(MetricsPage *page, GError **error);
