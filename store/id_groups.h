/* id_groups.h: records by a key of some ids, for rows that are added up. Private to store/. */
#pragma once

#include <glib.h>

typedef struct IdGroups IdGroups;

/* Of records of SIZE octets, each a struct that begins with its key: N_KEYS times gint64. */
IdGroups *id_groups_new(guint n_keys, gsize size);
void id_groups_free(IdGroups *groups); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdGroups, id_groups_free)

/* The record of KEY, made with zeros behind its key where there is none. Borrowed until the next one
 * is made. */
gpointer id_groups_at(IdGroups *groups, const gint64 *key);

guint id_groups_count(const IdGroups *groups);
/* In the order in which they were made; they stand one behind the other. */
gpointer id_groups_get(const IdGroups *groups, guint i);
/* Takes all out, and gives back what many took. */
void id_groups_clear(IdGroups *groups);
