#include "ingest/body_room.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "schema/limits.h"

struct BodyRoom {
    atomic_uint references;
    atomic_size_t used;
    gsize max;
    char *folder;
};

BodyRoom *
body_room_new(gsize max, const char *folder)
{
    BodyRoom *room = g_new0(BodyRoom, 1);
    atomic_init(&room->references, 1);
    atomic_init(&room->used, 0);
    room->max = max;
    room->folder = g_strdup(folder != NULL ? folder : g_get_tmp_dir());
    return room;
}

BodyRoom *
body_room_ref(BodyRoom *room)
{
    atomic_fetch_add(&room->references, 1);
    return room;
}

void
body_room_unref(BodyRoom *room)
{
    if (room == NULL || atomic_fetch_sub(&room->references, 1) != 1)
        return;
    g_free(room->folder);
    g_free(room);
}

gboolean
body_room_take(BodyRoom *room, gsize octets)
{
    gsize used = atomic_load(&room->used);
    do {
        if (octets > room->max - used)
            return FALSE;
    } while (!atomic_compare_exchange_weak(&room->used, &used, used + octets));
    return TRUE;
}

void
body_room_give(BodyRoom *room, gsize octets)
{
    atomic_fetch_sub(&room->used, octets);
}

gsize
body_room_used(const BodyRoom *room)
{
    return atomic_load(&room->used);
}

int
body_room_file(const BodyRoom *room)
{
    int fd = open(room->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
        return fd;
    /* The file system knows no file without a name. */
    g_autofree char *path = g_build_filename(room->folder, ".tlsgauge-XXXXXX", NULL);
    fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        (void)unlink(path);
    return fd;
}
