/* findings_json.h: findings as the JSON text that the store keeps. Private to store/. */
#pragma once

#include "schema/finding.h"

/* [{"kind","code","pointer","clause","fact"}], compact; "[]" for NULL. Newly allocated. */
char *findings_json(const GPtrArray *findings);

/* TEXT, such a text, without the facts of findings about addresses, which quote them; the findings
 * themselves stay. Newly allocated. "[]" for a TEXT that is damaged. */
char *findings_json_without_addresses(const char *text);
