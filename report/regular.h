/* regular.h: senders that report on most days, whose silence tells something. */
#pragma once

#include <glib.h>

/* DAYS (of gint32, ascending, doubles allowed) of a sender: among those from FROM to before UNTIL
 * it reported on at least five, and on more than half from its first one on. */
gboolean regular_is(const GArray *days, gint32 from, gint32 until);
