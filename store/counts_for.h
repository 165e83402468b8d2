/* counts_for.h: which domains each policy entry of a stored report counts for, as one text.
 *
 * It is kept with the report because the rules that made it (own domains, own MX hosts) may
 * change: what was added to a roll-up can only be taken out again by what was true then.
 * "a.example,b.example;;a.example" is three entries, the second without any. Private to store/.
 */
#pragma once

#include "schema/report.h"

/* Newly allocated; NULL where a name holds one of the two separators (it is then not normalised:
 * a defect of ours). */
char *counts_for_text(const Report *report);

/* The lists of TEXT, one an entry of N; NULL where TEXT has not N entries. Free with
 * g_ptr_array_unref; elements are char **. */
GPtrArray *counts_for_lists(const char *text, gsize n);

/* All domains of TEXT once each, comma-separated, in their order. Newly allocated. */
char *counts_for_domains(const char *text);
