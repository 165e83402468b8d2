/* live_part.h: what the newest kept look at a live domain found, as parts of pages. */
#pragma once

#include "report/dashboard/page.h"
#include "report/kept_look.h"

/* Looks that the page of a domain lists. */
#define LIVE_PART_HISTORY 10

/* A section of the page of DOMAIN; LOOK may be NULL: then how to take one. */
void live_section(Page *page, const char *domain, const KeptLook *look);
/* One line of the overview; nothing for NULL. */
void live_line(Page *page, const KeptLook *look);
