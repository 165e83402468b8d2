/* prometheus.h: the text format of Prometheus, version 0.0.4, line by line. */
#pragma once

#include <glib.h>

/* Begins a family: "# HELP" and "# TYPE". NAME, TYPE ("gauge", "counter", "histogram") and HELP
 * (one line) are ours. */
void prometheus_family(GString *out, const char *name, const char *type, const char *help);

/* One sample: pairs of label name (ours) and value (any text; escaped), ended by NULL. */
void prometheus_sample(GString *out, const char *name, gint64 value, ...) G_GNUC_NULL_TERMINATED;
/* The same with a fraction. */
void prometheus_fraction(GString *out, const char *name, double value, ...) G_GNUC_NULL_TERMINATED;

/* Foreign TEXT as the value of a label: printable, and cut where it is long. Different texts may
 * come out alike, so samples are to be added up by this form. Newly allocated. */
char *prometheus_label(const char *text);
