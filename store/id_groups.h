/* id_groups.h: records by three ids, for rows that are added up. Private to store/. */
#pragma once

#include <glib.h>

#define ID_GROUPS_KEYS 3

typedef struct IdGroups IdGroups;

/* Of records of SIZE octets, each a struct that begins with its key (gint64 key[ID_GROUPS_KEYS]).
 */
IdGroups *id_groups_new(gsize size);
void id_groups_free(IdGroups *groups); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdGroups, id_groups_free)

/* The record of A, B and C, made with zeros behind its key where there is none. Borrowed until the
 * next one is asked for. */
gpointer id_groups_at(IdGroups *groups, gint64 a, gint64 b, gint64 c);

/* In the order in which they were made. */
guint id_groups_count(const IdGroups *groups);
gpointer id_groups_get(const IdGroups *groups, guint i);
void id_groups_clear(IdGroups *groups);
