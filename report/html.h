/* html.h: HTML written element by element, so that no foreign text gets in unescaped. Private to
 * report/.
 */
#pragma once

#include <glib.h>

/* Appends TEXT (NULL: nothing) with what HTML gives a meaning escaped; right in element content
 * and in quoted attributes. Octets that are no UTF-8, control characters and bidirectional overrides
 * come out as U+FFFD. */
void html_text(GString *out, const char *text);

/* The same for a text made by FORMAT. */
void html_printf(GString *out, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Appends <ELEMENT NAME="VALUE" ...>: the pairs of attributes end with NULL. VALUE is escaped; an
 * attribute whose VALUE is NULL is left out. ELEMENT and the names are ours, never foreign. */
void html_open(GString *out, const char *element, ...) G_GNUC_NULL_TERMINATED;
void html_close(GString *out, const char *element);

/* Appends <ELEMENT class="CLASS">TEXT</ELEMENT>; CLASS may be NULL. */
void html_element(GString *out, const char *element, const char *class, const char *text);
