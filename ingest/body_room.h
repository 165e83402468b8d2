/* body_room.h: what all inputs that come in by one road may take together, in memory and on disk.
 * Private to ingest/. */
#pragma once

#include <glib.h>

/* Counted by references, because a body may be kept (by a report that waits in the writer's queue)
 * for longer than the server lives. All functions may be called from any thread. */
typedef struct BodyRoom BodyRoom;

/* Room for MAX octets. Large bodies lie in files without a name in FOLDER (copied); NULL: that for
 * temporary files. */
BodyRoom *body_room_new(gsize max, const char *folder);
BodyRoom *body_room_ref(BodyRoom *room);
void body_room_unref(BodyRoom *room); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BodyRoom, body_room_unref)

/* Takes OCTETS of the room; FALSE when there are not as many left. */
gboolean body_room_take(BodyRoom *room, gsize octets);
void body_room_give(BodyRoom *room, gsize octets);
/* Octets in use. */
gsize body_room_used(const BodyRoom *room);

/* A new file without a name, for reading and writing, for its owner alone; -1 with errno. */
int body_room_file(const BodyRoom *room);
