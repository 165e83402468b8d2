/* bound.h: how high a failure rate may be in truth, given what was seen. */
#pragma once

#include <glib.h>

/* The upper end of the one-sided 95 % confidence interval (Clopper and Pearson, exact) for the
 * failure rate when FAILED of ALL sessions failed: 0 to 1; 1 where nothing was seen. Three clean
 * sessions give 0.63. */
double bound_upper_95(gint64 failed, gint64 all);
