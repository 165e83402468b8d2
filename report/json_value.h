/* json_value.h: the values that the JSON renderers share. Private to report/. */
#pragma once

#include <glib.h>
#include <jansson.h>

/* null for NULL. */
json_t *json_value_text(const char *text);
/* "YYYY-MM-DD" of a UTC day. */
json_t *json_value_day(gint32 day);
#define JSON_VALUE_INDENT 2 /* spaces a level */

/* Appends ROOT, which is taken over, and a line end. */
void json_value_print(json_t *root, GString *out);
/* The same as a value so many levels deep in a text of OUT's, and without the line end. */
void json_value_embed(json_t *root, guint depth, GString *out);
/* As json_value_print on one line of nothing but printable ASCII: no text in it can end the line or
 * steer a terminal. */
void json_value_line(json_t *root, GString *out);
