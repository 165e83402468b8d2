/* place.h: the file of a store, before a database opens it. Private to store/. */
#pragma once

#include "store/store.h"

/* Whether the database file PATH can be used in MODE, with an error that says what to mend: a
 * database would only say that it cannot. STORE_WRITE makes an empty file (mode 0600, whatever the
 * umask) where there is none. STORE_ERROR_NOT_FOUND, _IO or _FULL. */
gboolean place_check(const char *path, StoreMode mode, GError **error);
