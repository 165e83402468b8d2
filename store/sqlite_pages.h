/* sqlite_pages.h: one block of memory for the pages of all SQLite connections of a process. */
#pragma once

#include <glib.h>

/* Takes pages of PAGE_BYTES octets from one block of BYTES from now on, and from the heap as before
 * once it is full. The block stays until the process ends and becomes memory only as pages are
 * first used. To be called once, before SQLite is. */
void sqlite_pages_share(gsize bytes, gsize page_bytes);
