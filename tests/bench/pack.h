/* pack.h: the reports of a pack that bench_corpus wrote, in memory. */
#pragma once

#include <glib.h>

typedef struct {
    const guint8 *data;
    gsize length;
} PackItem;

typedef struct {
    char *bytes;
    GArray *items; /* of PackItem */
} Pack;

/* Ends the program when PATH cannot be read. */
static inline Pack
pack_read(const char *path)
{
    Pack pack = {.items = g_array_new(FALSE, FALSE, sizeof(PackItem))};
    gsize length;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &pack.bytes, &length, &error))
        g_error("%s", error->message);
    for (gsize at = 0; at + 4 <= length;) {
        const guint8 *size = (const guint8 *)pack.bytes + at;
        gsize n = size[0] | (gsize)size[1] << 8 | (gsize)size[2] << 16 | (gsize)size[3] << 24;
        PackItem item = {size + 4, n};
        g_array_append_val(pack.items, item);
        at += 4 + n;
    }
    return pack;
}
