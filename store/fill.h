/* fill.h: tables of a new version filled from the rows of an older one. Private to store/. */
#pragma once

#include "store/driver.h"

/* After the scripts, in their transaction: what those of the versions after FROM could not do.
 * Version 6: daily_copy and daily_deviation, from the rows of the reports, day by day. */
gboolean fill_new_tables(const Driver *driver, DriverConnection *connection, int from,
                         GError **error);
