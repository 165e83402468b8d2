#include "ingest/gunzip_whole.h"

#ifdef HAVE_LIBDEFLATE

#include <libdeflate.h>
#include <string.h>

/* A member around an empty block (RFC 1952 2.2, RFC 1951 3.2.3). */
#define SHORTEST_BYTES  20u
/* The size is the sender's word and becomes memory before it is proven; reports are smaller. */
#define MOST_BYTES      (1024u * 1024)
#define HEADER_CHECKSUM 0x02 /* FHCRC, which libdeflate does not verify */

static void
free_inflater(gpointer inflater)
{
    libdeflate_free_decompressor(inflater);
}

/* One for each thread, which it keeps: making one costs as much as a quarter of a report. */
static struct libdeflate_decompressor *
own_inflater(void)
{
    static GPrivate own = G_PRIVATE_INIT(free_inflater);
    struct libdeflate_decompressor *inflater = g_private_get(&own);
    if (inflater == NULL) {
        inflater = libdeflate_alloc_decompressor();
        g_private_set(&own, inflater);
    }
    return inflater;
}

GBytes *
gunzip_whole(const guint8 *data, gsize length, gsize max)
{
    guint32 told;
    if (length < SHORTEST_BYTES || (data[3] & HEADER_CHECKSUM) != 0)
        return NULL;
    memcpy(&told, data + length - sizeof told, sizeof told);
    gsize size = GUINT32_FROM_LE(told), used, made;
    if (size == 0 || size > MIN(max, MOST_BYTES))
        return NULL;
    struct libdeflate_decompressor *inflater = own_inflater();
    if (inflater == NULL)
        return NULL;
    guint8 *output = g_malloc(size);
    enum libdeflate_result result =
        libdeflate_gzip_decompress_ex(inflater, data, length, output, size, &used, &made);
    if (result == LIBDEFLATE_SUCCESS && used == length && made == size)
        return g_bytes_new_take(output, size);
    g_free(output);
    return NULL;
}

#else

GBytes *
gunzip_whole(const guint8 *data, gsize length, gsize max)
{
    (void)data, (void)length, (void)max;
    return NULL;
}

#endif
