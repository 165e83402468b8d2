/* json_parts.h: parts of the JSON documents that several of them hold. Private to report/. */
#pragma once

#include <jansson.h>

#include "report/conformity.h"
#include "report/json_writer.h"
#include "report/render_ready.h"

/* The members of an element of "domains" of tlsgauge.summary/1, into the object that is open. */
void json_part_domain(JsonWriter *writer, const SummaryDomain *domain);
/* The same without its senders and failures. */
void json_part_domain_totals(JsonWriter *writer, const SummaryDomain *domain);
/* "conformity" of the same; of ConformitySender. */
json_t *json_part_conformity(const GArray *senders);
/* An element of "domains" of tlsgauge.ready/1. */
json_t *json_part_ready(const ReadyPage *page);
