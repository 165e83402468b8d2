#include "store/identity.h"

static int
by_weight(gconstpointer a, gconstpointer b)
{
    const IdentityCopy *one = *(const IdentityCopy *const *)a;
    const IdentityCopy *other = *(const IdentityCopy *const *)b;
    if (one->fixed != other->fixed)
        return one->fixed ? -1 : 1;
    if (one->rank != other->rank)
        return other->rank - one->rank;
    return (one->id > other->id) - (one->id < other->id);
}

void
identity_settle(IdentityCopy *copies, gsize n)
{
    g_autoptr(GPtrArray) weighed = g_ptr_array_sized_new((guint)n);
    g_autoptr(GHashTable) counted = g_hash_table_new(g_str_hash, g_str_equal);
    const IdentityCopy *first = NULL;

    for (gsize i = 0; i < n; i++)
        g_ptr_array_add(weighed, &copies[i]);
    g_ptr_array_sort(weighed, by_weight);
    for (guint i = 0; i < weighed->len; i++) {
        IdentityCopy *copy = g_ptr_array_index(weighed, i);
        /* Without a domain it competes with all; if the first has none, all compete with it. */
        const IdentityCopy *better = g_hash_table_lookup(counted, copy->sender_domain);
        if (first != NULL && (*copy->sender_domain == '\0' || *first->sender_domain == '\0'))
            better = first;
        if (!copy->fixed) {
            copy->counted = better == NULL;
            copy->instead = better == NULL ? 0 : better->id;
        }
        if (!copy->counted)
            continue;
        g_hash_table_insert(counted, (gpointer)copy->sender_domain, copy);
        if (first == NULL)
            first = copy;
    }
}
