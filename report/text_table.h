/* text_table.h: aligned text for terminals of 80 columns. */
#pragma once

#include <glib.h>

#define TEXT_WIDTH 80

/* Terminal columns that TEXT takes (wide characters count two). */
int text_columns(const char *text);

/* Appends TEXT padded on the right (or, with RIGHT, on the left) to WIDTH columns. A longer text is
 * not cut. */
void text_append_padded(GString *out, const char *text, int width, gboolean right);

/* Appends TEXT as the first cell of a row that starts at INDENT and is WIDTH wide. A text that does
 * not fit gets a line of its own (cut with "…" only at the edge of the terminal), so that no name
 * is ever confused with another. */
void text_append_name(GString *out, const char *text, int indent, int width);

/* Appends TEXT as a cell of exactly WIDTH columns; what is longer ends in "…". */
void text_append_cell(GString *out, const char *text, int width);

/* Appends TEXT broken at spaces so that no line passes TEXT_WIDTH (a longer word stays whole), each
 * line after the first indented by INDENT, and a line end. COLUMN is where the first line begins.
 */
void text_append_wrapped(GString *out, const char *text, int column, int indent);

/* "5.38%"; "-" where WHOLE is 0. Never "0.00%" when PART is not 0. Newly allocated. */
char *text_percent(gint64 part, gint64 whole);
