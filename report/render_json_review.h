/* render_json_review.h: the parts of the JSON summary beyond the totals. Private to report/. */
#pragma once

#include "report/json_writer.h"
#include "report/review.h"

/* Adds the members of the parts that DOMAIN has to the object that is open. */
void render_json_domain_parts(const Review *review, const ReviewDomain *domain, JsonWriter *writer);
/* Adds those of the whole, the same way. */
void render_json_root_parts(const Review *review, JsonWriter *writer);
