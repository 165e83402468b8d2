/* matrix.h: failed sessions by sender, MX and result type, one table a policy type. */
#pragma once

#include <glib.h>

#include "report/summary.h"

typedef struct {
    const char *sender;
    const char *mx;  /* NULL where the sender gave none */
    gint64 *cells;   /* failed sessions, one a column */
    gint64 sessions; /* of the row */
} MatrixRow;

typedef struct {
    const char *policy_type;
    GPtrArray *results; /* of const char *, the columns: most sessions first */
    GArray *rows;       /* of MatrixRow: most sessions first */
} MatrixTable;

/* The failures of DOMAIN as an array of MatrixTable in the order of its totals; empty without
 * failures. Borrows from DOMAIN. Free with matrix_free. */
GArray *matrix_make(const SummaryDomain *domain);
void matrix_free(GArray *matrix); /* NULL is fine */
