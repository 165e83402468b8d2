/* meter.h: counts what a running collector takes in, by road and outcome, and how long it takes. */
#pragma once

#include "ingest/sink.h"

typedef struct Meter Meter;

/* A meter in front of INNER, which must outlive it. Free with meter_free after all is closed. */
Meter *meter_new(const Sink *inner);
void meter_free(Meter *meter); /* NULL is fine */

/* Hands everything on to INNER and counts it. Owned by METER; from any thread. */
const Sink *meter_sink(const Meter *meter);

/* Appends the counts as Prometheus text. From any thread. */
void meter_render(Meter *meter, GString *out);
