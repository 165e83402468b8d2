#include "ingest/body.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "schema/limits.h"

#define WRITE_BYTES (32u * 1024)

BodyResult
body_init(Body *body, BodyRoom *room, gsize max, guint64 expected)
{
    *body = (Body){.max = max, .fd = -1, .room = body_room_ref(room)};
    if (expected > max)
        return BODY_TOO_LARGE;
    if (expected == 0)
        return BODY_OK;
    body->max = (gsize)expected;
    gsize start = (gsize)MIN(expected, LIMIT_BODY_START);
    if (!body_room_take(room, start))
        return BODY_NO_ROOM;
    body->taken = start;
    /* A body is foreign in its size, so memory that is not to be had is an answer, not an abort. */
    body->data = malloc(start);
    body->capacity = body->data != NULL ? start : 0;
    return body->data != NULL ? BODY_OK : BODY_NO_ROOM;
}

/* OCTETS of the room in all. */
static gboolean
take_room(Body *body, gsize octets)
{
    if (octets <= body->taken)
        return TRUE;
    if (!body_room_take(body->room, octets - body->taken))
        return FALSE;
    body->taken = octets;
    return TRUE;
}

/* ---- in memory ----------------------------------------------------------------------------- */

static gboolean
set_capacity(Body *body, gsize capacity)
{
    guint8 *data = realloc(body->data, capacity);
    if (data == NULL)
        return FALSE;
    body->data = data;
    body->capacity = capacity;
    return TRUE;
}

/* Room in memory for NEEDED octets in all. */
static gboolean
grow(Body *body, gsize needed)
{
    gsize capacity = MAX(body->capacity, 4096);
    while (capacity < needed)
        capacity *= 2;
    capacity = MAX(needed, MIN(capacity, body->max));
    return take_room(body, capacity) && set_capacity(body, capacity);
}

/* ---- in a file ----------------------------------------------------------------------------- */

static gboolean
write_all(int fd, const guint8 *data, gsize length)
{
    while (length > 0) {
        ssize_t n = write(fd, data, length);
        if (n < 0 && errno != EINTR)
            return FALSE;
        data += MAX(n, 0);
        length -= (gsize)MAX(n, 0);
    }
    return TRUE;
}

static gboolean
flush(Body *body)
{
    gsize held = body->held;
    body->held = 0;
    return write_all(body->fd, body->data, held);
}

static gboolean
move_to_file(Body *body)
{
    body->fd = body_room_file(body->room);
    return body->fd >= 0 && flush(body) && set_capacity(body, WRITE_BYTES);
}

static BodyResult
append_to_file(Body *body, const guint8 *data, gsize length)
{
    if (!take_room(body, body->length + length) || (body->fd < 0 && !move_to_file(body)))
        return BODY_NO_ROOM;
    if (length > body->capacity - body->held && !flush(body))
        return BODY_NO_ROOM;
    if (length <= body->capacity - body->held) {
        memcpy(body->data + body->held, data, length);
        body->held += length;
    } else if (!write_all(body->fd, data, length)) {
        return BODY_NO_ROOM;
    }
    body->length += length;
    return BODY_OK;
}

BodyResult
body_append(Body *body, const void *data, gsize length)
{
    gsize needed = body->length + length;
    if (length > body->max - body->length)
        return BODY_TOO_LARGE;
    if (length == 0)
        return BODY_OK;
    if (needed > LIMIT_BODY_MEMORY_BYTES)
        return append_to_file(body, data, length);
    if (needed > body->capacity && !grow(body, needed))
        return BODY_NO_ROOM;
    memcpy(body->data + body->length, data, length);
    body->length = needed;
    body->held = needed;
    return BODY_OK;
}

/* ---- the end ------------------------------------------------------------------------------- */

gboolean
body_is_large(const Body *body)
{
    return body->length > LIMIT_BODY_MEMORY_BYTES;
}

GBytes *
body_head(const Body *body, const void *more, gsize length, gsize most)
{
    GByteArray *head = g_byte_array_new();
    if (body->fd >= 0) {
        g_byte_array_set_size(head, (guint)MIN(most, body->length));
        ssize_t n = pread(body->fd, head->data, head->len, 0);
        g_byte_array_set_size(head, (guint)MAX(n, 0));
    } else {
        g_byte_array_append(head, body->data, (guint)MIN(most, body->length));
    }
    if (head->len == body->length)
        g_byte_array_append(head, more, (guint)MIN(most - head->len, length));
    return g_byte_array_free_to_bytes(head);
}

void
body_clear(Body *body)
{
    if (body->room == NULL)
        return;
    free(body->data);
    if (body->fd >= 0)
        close(body->fd);
    body_room_give(body->room, body->taken);
    body_room_unref(body->room);
    *body = (Body){.fd = -1};
}

static void
free_stolen(gpointer data)
{
    Body *body = data;
    body_clear(body);
    g_free(body);
}

/* Of a file; the rest of BODY stays, for its share of the room. */
typedef struct {
    Body body;
    void *map;
} Mapped;

static void
free_mapped(gpointer data)
{
    Mapped *mapped = data;
    (void)munmap(mapped->map, mapped->body.length);
    body_clear(&mapped->body);
    g_free(mapped);
}

static GBytes *
map_file(Body *body)
{
    void *map =
        flush(body) ? mmap(NULL, body->length, PROT_READ, MAP_PRIVATE, body->fd, 0) : MAP_FAILED;
    if (map == MAP_FAILED)
        return NULL;
    close(body->fd);
    body->fd = -1;
    free(g_steal_pointer(&body->data));
    Mapped *mapped = g_new(Mapped, 1);
    *mapped = (Mapped){.body = *body, .map = map};
    *body = (Body){.fd = -1};
    return g_bytes_new_with_free_func(map, mapped->body.length, free_mapped, mapped);
}

GBytes *
body_steal(Body *body)
{
    if (body->fd >= 0)
        return map_file(body);
    Body *stolen = g_memdup2(body, sizeof *body);
    *body = (Body){.fd = -1};
    return g_bytes_new_with_free_func(stolen->data, stolen->length, free_stolen, stolen);
}
