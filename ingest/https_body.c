#include "ingest/https_body.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "schema/limits.h"

struct HttpsBudget {
    atomic_uint references;
    atomic_size_t used;
    gsize max;
};

HttpsBudget *
https_budget_new(gsize max)
{
    HttpsBudget *budget = g_new0(HttpsBudget, 1);
    atomic_init(&budget->references, 1);
    atomic_init(&budget->used, 0);
    budget->max = max;
    return budget;
}

HttpsBudget *
https_budget_ref(HttpsBudget *budget)
{
    atomic_fetch_add(&budget->references, 1);
    return budget;
}

void
https_budget_unref(HttpsBudget *budget)
{
    if (budget != NULL && atomic_fetch_sub(&budget->references, 1) == 1)
        g_free(budget);
}

gsize
https_budget_used(const HttpsBudget *budget)
{
    return atomic_load(&budget->used);
}

static gboolean
budget_take(HttpsBudget *budget, gsize octets)
{
    gsize used = atomic_load(&budget->used);
    do {
        if (octets > budget->max - used)
            return FALSE;
    } while (!atomic_compare_exchange_weak(&budget->used, &used, used + octets));
    return TRUE;
}

static void
budget_give(HttpsBudget *budget, gsize octets)
{
    atomic_fetch_sub(&budget->used, octets);
}

/* A body is foreign in its size, so memory that is not to be had is an answer, not an abort. */
static HttpsBodyResult
set_capacity(HttpsBody *body, gsize capacity)
{
    if (!budget_take(body->budget, capacity - body->capacity))
        return HTTPS_BODY_NO_ROOM;
    guint8 *data = realloc(body->data, capacity);
    if (data == NULL) {
        budget_give(body->budget, capacity - body->capacity);
        return HTTPS_BODY_NO_ROOM;
    }
    body->data = data;
    body->capacity = capacity;
    return HTTPS_BODY_OK;
}

HttpsBodyResult
https_body_init(HttpsBody *body, HttpsBudget *budget, gsize max, guint64 expected)
{
    *body = (HttpsBody){.max = max, .budget = https_budget_ref(budget)};
    if (expected > max)
        return HTTPS_BODY_TOO_LARGE;
    if (expected == 0)
        return HTTPS_BODY_OK;
    body->max = (gsize)expected;
    return set_capacity(body, (gsize)MIN(expected, LIMIT_HTTPS_BODY_START));
}

HttpsBodyResult
https_body_append(HttpsBody *body, const void *data, gsize length)
{
    if (length > body->max - body->length)
        return HTTPS_BODY_TOO_LARGE;
    gsize needed = body->length + length;
    if (needed > body->capacity) {
        gsize capacity = MAX(body->capacity, 4096);
        while (capacity < needed)
            capacity *= 2;
        HttpsBodyResult result = set_capacity(body, MAX(needed, MIN(capacity, body->max)));
        if (result != HTTPS_BODY_OK)
            return result;
    }
    if (length > 0)
        memcpy(body->data + body->length, data, length);
    body->length = needed;
    return HTTPS_BODY_OK;
}

void
https_body_clear(HttpsBody *body)
{
    if (body->budget == NULL)
        return;
    free(body->data);
    budget_give(body->budget, body->capacity);
    https_budget_unref(body->budget);
    *body = (HttpsBody){0};
}

static void
free_stolen(gpointer data)
{
    HttpsBody *body = data;
    https_body_clear(body);
    g_free(body);
}

GBytes *
https_body_steal(HttpsBody *body)
{
    HttpsBody *stolen = g_memdup2(body, sizeof *body);
    *body = (HttpsBody){0};
    return g_bytes_new_with_free_func(stolen->data, stolen->length, free_stolen, stolen);
}
