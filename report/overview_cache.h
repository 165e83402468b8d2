/* overview_cache.h: overviews of domains for a server that is asked again and again.
 *
 * What was made is used again for a hundred times as long as it took to make: so however often
 * somebody asks, it costs a hundredth of a processor, and where it is cheap it is as good as fresh.
 */
#pragma once

#include "report/overview.h"

typedef struct OverviewCache OverviewCache;

/* Free with overview_cache_free. */
OverviewCache *overview_cache_new(void);
void overview_cache_free(OverviewCache *cache); /* NULL is fine */

/* As overview_domains and overview_several, for one store, one set of rules and one ACCEPT. From
 * any thread, each with a STORE of its own. Unref both. ARE_ALL: NAMES are all domains that there
 * are. */
GPtrArray *overview_cache_domains(OverviewCache *cache, Store *store, GHashTable *accept,
                                  const char *const *visible, GError **error);
GPtrArray *overview_cache_several(OverviewCache *cache, Store *store, const GPtrArray *names,
                                  gboolean are_all, gint32 today, const ReadinessRules *rules,
                                  GError **error);
