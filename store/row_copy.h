/* row_copy.h: a row of one statement as the parameters of another, kept in between. Private to
 * store/.
 */
#pragma once

#include "store/statement.h"

typedef struct RowCopy RowCopy;

/* The row that STATEMENT is at. TYPES has a letter a column: i is a number, t a text or NULL, b a
 * blob. TYPES must outlive the copy. */
RowCopy *row_copy_new(Statement *statement, const char *types);
void row_copy_free(RowCopy *copy); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RowCopy, row_copy_free)

void row_copy_set_int(RowCopy *copy, int column, gint64 value);
/* Copied; NULL is fine. */
void row_copy_set_text(RowCopy *copy, int column, const char *text);
void row_copy_set_bytes(RowCopy *copy, int column, GBytes *bytes);

/* Column 0 as parameter 1, and so on; COPY must live until STATEMENT is done. */
void row_copy_bind(const RowCopy *copy, Statement *statement);
