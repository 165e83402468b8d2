/* check_past.h: what the store knows of domains, for check; and what check saw, for the store. */
#pragma once

#include "check/check.h"
#include "store/store.h"

/* Earlier looks at DOMAIN and what senders report of it. Free with check_past_free. */
CheckPast *check_past_read(Store *store, const char *domain, guint quiet_days, GError **error);

/* Keeps RUNS (of CheckRun) in one transaction. */
gboolean check_past_keep(Store *store, const GPtrArray *runs, GError **error);
