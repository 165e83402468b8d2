/* body.h: one input on its way in, within bounds: in memory while it is small, else in a file
 * without a name. Private to ingest/. */
#pragma once

#include "ingest/body_room.h"

typedef enum {
    BODY_OK,
    BODY_TOO_LARGE,
    BODY_NO_ROOM, /* neither the room, nor memory, nor the disk has any left */
} BodyResult;

typedef struct {
    gsize length;   /* octets that came in */
    guint8 *data;   /* all of them; once there is a file, those that are not in it yet */
    gsize held;     /* octets in data */
    gsize capacity; /* of data */
    gsize max;      /* octets of this body */
    gsize taken;    /* octets of the room */
    int fd;         /* the file; -1 for none */
    BodyRoom *room; /* a reference; NULL after body_clear */
} Body;

/* Prepares for EXPECTED octets (0: not told), of which at most LIMIT_BODY_START are set aside now.
 */
BodyResult body_init(Body *body, BodyRoom *room, gsize max, guint64 expected);

/* Adds octets. On failure the body can only be cleared. */
BodyResult body_append(Body *body, const void *data, gsize length);

/* Whether BODY is to wait for its turn (body_turns.h). */
gboolean body_is_large(const Body *body);

/* A copy of the first MOST octets of what came in, with LENGTH octets of MORE behind it; fewer
 * where they cannot be read again. */
GBytes *body_head(const Body *body, const void *more, gsize length, gsize most);

/* What came in, without a copy: a file is mapped. BODY is cleared. The room gets its octets back
 * when the last reference to the result goes. NULL when the last of it finds no room. */
GBytes *body_steal(Body *body);

/* Frees; fine when done already. */
void body_clear(Body *body);
