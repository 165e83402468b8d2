/* json_text.h: JSON written straight into a text, for the few small documents that are made once a
 * report; all others are made with Jansson. */
#pragma once

#include <glib.h>

/* Appends TEXT (NULL: "") as a JSON string with its quotes (RFC 8259 7), the way Jansson writes it;
 * what is not UTF-8 becomes U+FFFD. ASCII: nothing else appears, by \u escapes. */
void json_text_append(GString *out, const char *text, gboolean ascii);
