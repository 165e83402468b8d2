/* throttle.h: how often something may be tried, an address and in all. Not thread-safe. */
#pragma once

#include <glib.h>

typedef struct Throttle Throttle;

/* Free with throttle_free. */
Throttle *throttle_new(void);
void throttle_free(Throttle *throttle); /* NULL is fine */

/* Takes one try of ADDRESS, at NOW (monotonic microseconds). FALSE when it has none left. Addresses
 * of one IPv6 network of 64 bits are one. */
gboolean throttle_take(Throttle *throttle, const char *address, gint64 now);
/* Gives the try back: it was a good one. */
void throttle_give_back(Throttle *throttle, const char *address);
