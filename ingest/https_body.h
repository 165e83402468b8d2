/* https_body.h: a request body in memory, within bounds. Private to ingest/https*. */
#pragma once

#include <glib.h>

/* How many octets all bodies together may hold. Counted by references, because a body may be kept
 * (by a report that waits in the writer's queue) for longer than the server lives. */
typedef struct HttpsBudget HttpsBudget;

HttpsBudget *https_budget_new(gsize max);
HttpsBudget *https_budget_ref(HttpsBudget *budget);
void https_budget_unref(HttpsBudget *budget); /* NULL is fine */
/* Octets in use. */
gsize https_budget_used(const HttpsBudget *budget);

typedef enum { HTTPS_BODY_OK, HTTPS_BODY_TOO_LARGE, HTTPS_BODY_NO_ROOM } HttpsBodyResult;

typedef struct {
    guint8 *data;
    gsize length;
    gsize capacity;
    gsize max;           /* octets of this body */
    HttpsBudget *budget; /* a reference; NULL after https_body_clear */
} HttpsBody;

/* Prepares for EXPECTED octets (0: not told), of which at most LIMIT_HTTPS_BODY_START are set
 * aside now. NO_ROOM when the budget or the memory is used up. */
HttpsBodyResult https_body_init(HttpsBody *body, HttpsBudget *budget, gsize max, guint64 expected);

/* Adds octets; grows by doubling. On failure the body is as it was. */
HttpsBodyResult https_body_append(HttpsBody *body, const void *data, gsize length);

/* What came in, without a copy; BODY is cleared. The budget gets its octets back when the last
 * reference to the result goes. */
GBytes *https_body_steal(HttpsBody *body);

/* Frees; fine when done already. */
void https_body_clear(HttpsBody *body);
