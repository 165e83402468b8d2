/* findings_json.h: findings as the JSON text that the store keeps. Private to store/. */
#pragma once

#include "schema/finding.h"

/* [{"kind","code","pointer","clause","fact"}], compact; "[]" for NULL. Newly allocated. */
char *findings_json(const GPtrArray *findings);
