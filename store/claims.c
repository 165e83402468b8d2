#include "store/claims.h"

#include <string.h>

#include "store/copies.h"
#include "store/prepare.h"

struct Claims {
    GHashTable *copies; /* claim -> GPtrArray of Copy */
};

static guint
hash_claim(gconstpointer claim)
{
    guint hash;
    memcpy(&hash, claim, sizeof hash); /* it is a digest already */
    return hash;
}

static gboolean
equal_claims(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, REPORT_DIGEST_BYTES) == 0;
}

Claims *
claims_new(void)
{
    Claims *claims = g_new0(Claims, 1);
    claims->copies = g_hash_table_new_full(hash_claim, equal_claims, g_free,
                                           (GDestroyNotify)(void (*)(void))g_ptr_array_unref);
    return claims;
}

void
claims_free(Claims *claims)
{
    if (claims == NULL)
        return;
    g_hash_table_destroy(claims->copies);
    g_free(claims);
}

void
claims_forget(Claims *claims)
{
    g_hash_table_remove_all(claims->copies);
}

GPtrArray *
claims_find(const Claims *claims, const guint8 claim[REPORT_DIGEST_BYTES])
{
    return g_hash_table_lookup(claims->copies, claim);
}

/* Whether ITEM is the first here of a claim that can be told without work. */
static gboolean
is_new(const Claims *claims, const StoreReport *item)
{
    return item->prepared != NULL && claims_find(claims, item->prepared->claim) == NULL;
}

gboolean
claims_read(Store *store, const StoreReport *const *items, guint n, GError **error)
{
    Claims *claims = store->claims;
    g_autoptr(GPtrArray) asked = g_ptr_array_new();
    if (!statement_can_ask(store->statements) || n < 2)
        return TRUE;
    g_autoptr(Statement) select = statement_get(store->statements, "copies_of_claim", error);
    if (select == NULL)
        return FALSE;
    for (guint i = 0; i < n; i++) {
        if (!is_new(claims, items[i]))
            continue;
        const guint8 *claim = items[i]->prepared->claim;
        copies_bind(select, claim, report_day(items[i]->report), G_MAXINT64);
        if (!statement_ask(select, error))
            return FALSE;
        g_hash_table_insert(claims->copies, g_memdup2(claim, REPORT_DIGEST_BYTES), copies_new());
        g_ptr_array_add(asked, (gpointer)items[i]);
    }
    for (guint i = 0; i < asked->len; i++) {
        const StoreReport *item = g_ptr_array_index(asked, i);
        GPtrArray *copies = claims_find(claims, item->prepared->claim);
        if (!statement_answer(select, error) ||
            !copies_read(copies, select, report_day(item->report), error))
            return FALSE;
    }
    return TRUE;
}
