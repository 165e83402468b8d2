#include "store/id_groups.h"

#include <string.h>

/* Records that there is room for from the start. A group of a busy collector grows past it, one
 * report of every day does not. */
#define FEW 128

struct IdGroups {
    guint n_keys;
    gsize size;
    GByteArray *records; /* NULL until there is one: most stores are opened to be read */
    guint n;
    guint32 *find; /* number of a record + 1 by the hash of its key, 0: free; NULL as well */
    guint32 mask;
};

static void
init(IdGroups *groups)
{
    groups->records = g_byte_array_sized_new((guint)(FEW * groups->size));
    groups->n = 0;
    groups->mask = 2 * FEW - 1;
    groups->find = g_new0(guint32, (gsize)groups->mask + 1);
}

IdGroups *
id_groups_new(guint n_keys, gsize size)
{
    IdGroups *groups = g_new0(IdGroups, 1);
    groups->n_keys = n_keys;
    groups->size = size;
    return groups;
}

static void
discard(IdGroups *groups)
{
    g_clear_pointer(&groups->records, g_byte_array_unref);
    g_clear_pointer(&groups->find, g_free);
    groups->n = 0;
}

void
id_groups_free(IdGroups *groups)
{
    if (groups == NULL)
        return;
    discard(groups);
    g_free(groups);
}

gpointer
id_groups_get(const IdGroups *groups, guint i)
{
    return groups->records->data + i * groups->size;
}

guint
id_groups_count(const IdGroups *groups)
{
    return groups->n;
}

static guint32 *
place_of(const IdGroups *groups, const gint64 *key)
{
    guint64 hash = 0;
    for (guint i = 0; i < groups->n_keys; i++)
        hash = (hash ^ (guint64)key[i]) * G_GUINT64_CONSTANT(0x9E3779B97F4A7C15) + (hash >> 29);
    guint32 at = (guint32)(hash >> 32) & groups->mask;
    while (groups->find[at] != 0 && memcmp(id_groups_get(groups, groups->find[at] - 1), key,
                                           groups->n_keys * sizeof *key) != 0)
        at = (at + 1) & groups->mask;
    return &groups->find[at];
}

static void
grow(IdGroups *groups)
{
    g_free(groups->find);
    groups->mask = groups->mask * 2 + 1;
    groups->find = g_new0(guint32, (gsize)groups->mask + 1);
    for (guint32 i = 0; i < groups->n; i++)
        *place_of(groups, id_groups_get(groups, i)) = i + 1;
}

gpointer
id_groups_at(IdGroups *groups, const gint64 *key)
{
    if (groups->records == NULL)
        init(groups);
    guint32 *place = place_of(groups, key);
    if (*place != 0)
        return id_groups_get(groups, *place - 1);
    g_byte_array_set_size(groups->records, (guint)((groups->n + 1) * groups->size));
    gpointer record = id_groups_get(groups, groups->n);
    memset(record, 0, groups->size);
    memcpy(record, key, groups->n_keys * sizeof *key);
    *place = ++groups->n;
    if (groups->n > groups->mask / 2)
        grow(groups);
    return record;
}

void
id_groups_clear(IdGroups *groups)
{
    if (groups->n > FEW) {
        discard(groups);
    } else if (groups->n > 0) {
        groups->n = 0;
        g_byte_array_set_size(groups->records, 0);
        memset(groups->find, 0, ((gsize)groups->mask + 1) * sizeof *groups->find);
    }
}
