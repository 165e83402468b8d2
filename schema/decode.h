/* decode.h: RFC 8460 JSON to Report, with a finding for everything that is not as the RFC says. */
#pragma once

#include <glib.h>

#include "schema/finding.h"
#include "schema/report.h"

/* Decodes one document of LENGTH bytes. Appends deviations and defects to FINDINGS (required).
 * Returns NULL exactly when it appended a defect. The caller frees the report. No limit of
 * limits.h can be passed; depth is bounded before the parser recurses. */
Report *report_decode(const char *json, gsize length, GPtrArray *findings);
