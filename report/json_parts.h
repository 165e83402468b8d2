/* json_parts.h: parts of the JSON documents that several of them hold. Private to report/. */
#pragma once

#include <jansson.h>

#include "report/conformity.h"
#include "report/render_ready.h"

/* An element of "domains" of tlsgauge.summary/1. */
json_t *json_part_domain(const SummaryDomain *domain);
/* The same without its senders and failures. */
json_t *json_part_domain_totals(const SummaryDomain *domain);
/* "conformity" of the same; of ConformitySender. */
json_t *json_part_conformity(const GArray *senders);
/* An element of "domains" of tlsgauge.ready/1. */
json_t *json_part_ready(const ReadyPage *page);
