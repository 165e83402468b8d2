/* problem_json.h: problems and notices as JSON values. Private to report/. */
#pragma once

#include <jansson.h>

#include "report/explain.h"
#include "report/explain_notice.h"

/* Arrays; of Problem and of Notice. */
json_t *problems_to_json(const GPtrArray *problems);
json_t *notices_to_json(const GPtrArray *notices);
