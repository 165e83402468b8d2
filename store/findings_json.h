/* findings_json.h: findings as the JSON text that the store keeps. Private to store/. */
#pragma once

#include "schema/finding.h"

/* [{"kind","code","pointer","clause","fact"}], compact; "[]" for NULL. Newly allocated. */
char *findings_json(const GPtrArray *findings);

/* The codes of FINDINGS (NULL: none), sorted, each once: "a b". Newly allocated; NULL for none. */
char *findings_codes(const GPtrArray *findings);
/* The same of TEXT, such a text. */
char *findings_json_codes(const char *text);

/* TEXT, such a text, without the facts of findings about addresses, which quote them; the findings
 * themselves stay. Newly allocated. "[]" for a TEXT that is damaged. */
char *findings_json_without_addresses(const char *text);
