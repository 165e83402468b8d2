#include "store/claims.h"

#include <string.h>

#include "store/copies.h"

struct Claims {
    GHashTable *copies; /* claim -> GPtrArray of Copy */
};

static guint
hash_claim(gconstpointer claim)
{
    guint hash;
    /* It is a digest already, behind a day that many share. */
    memcpy(&hash, (const guint8 *)claim + REPORT_DIGEST_BYTES - sizeof hash, sizeof hash);
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

void
claims_drop(Claims *claims, const guint8 claim[REPORT_DIGEST_BYTES])
{
    g_hash_table_remove(claims->copies, claim);
}

gboolean
claims_read(Store *store, const ClaimAsked *asked, guint n, gint64 before, GError **error)
{
    Claims *claims = store->claims;
    g_autoptr(GPtrArray) fresh = g_ptr_array_new();
    if (!statement_can_ask(store->statements) || n < 2)
        return TRUE;
    g_autoptr(Statement) select = statement_get(store->statements, "copies_of_claim", error);
    if (select == NULL)
        return FALSE;
    for (guint i = 0; i < n; i++) {
        const guint8 *claim = asked[i].claim;
        if (claims_find(claims, claim) != NULL)
            continue;
        copies_bind(select, claim, asked[i].day, before);
        if (!statement_ask(select, error))
            return FALSE;
        g_hash_table_insert(claims->copies, g_memdup2(claim, REPORT_DIGEST_BYTES), copies_new());
        g_ptr_array_add(fresh, (gpointer)&asked[i]);
    }
    for (guint i = 0; i < fresh->len; i++) {
        const ClaimAsked *each = g_ptr_array_index(fresh, i);
        if (!statement_answer(select, error) ||
            !copies_read(claims_find(claims, each->claim), select, each->day, error))
            return FALSE;
    }
    return TRUE;
}
