/* expect.h: the names and policies of a whole group of reports, looked up and made together.
 * Private to store/. */
#pragma once

#include "store/store-internal.h"

/* Those that taking ITEMS in will ask for, of the items that are prepared and whose content is new
 * by the copies that were read (claims_read). */
gboolean expect_names(Store *store, const StoreReport *const *items, guint n, GError **error);
