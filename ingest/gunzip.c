#include "ingest/gunzip.h"

#include "ingest/gunzip_whole.h"
#include "schema/limits.h"

#define ZLIB_CONST
#include <zlib.h>

#define GZIP_WINDOW    (MAX_WBITS + 16) /* zlib: a gzip wrapper, and no other */
#define START_BYTES    4096u
/* What zlib is given at once: its counters are 32 bits wide. */
#define SLICE_BYTES    ((gsize)1 << 30)
/* What is larger than this is inflated twice: first to nowhere, which tells its size, and that it
 * is whole and within bounds. A bomb never takes more memory than that; no real report is so large.
 */
#define UNPROVEN_BYTES LIMIT_RATIO_FLOOR_BYTES
#define MEASURE_BYTES  (64u * 1024)

typedef struct {
    z_stream zlib;
    const guint8 *input;
    gsize left; /* input that zlib has not been given */
    guint8 *output;
    gsize length;    /* of what is in output, or was */
    gsize allocated; /* never above max + 1: the one byte tells "exactly max" from "more" */
    gsize max;
    enum { UNPROVEN, MEASURING, PROVEN } stage;
} Inflation;

gboolean
gunzip_sniff(const guint8 *data, gsize length)
{
    return length >= 2 && data[0] == 0x1f && data[1] == 0x8b;
}

gsize
gunzip_bound(gsize input_length, gsize max)
{
    if (input_length > G_MAXSIZE / LIMIT_INFLATE_RATIO)
        return max;
    return MIN(max, MAX(input_length * LIMIT_INFLATE_RATIO, LIMIT_RATIO_FLOOR_BYTES));
}

/* Where to inflate to, and how much. Doubles, so that a small input never costs the whole of MAX. A
 * full buffer is below its greatest size here: inflate_member gives up as soon as the byte beyond
 * MAX is used. */
static guint8 *
make_room(Inflation *inflation, gsize *ret_room)
{
    if (inflation->stage == UNPROVEN && inflation->length >= UNPROVEN_BYTES) {
        inflation->stage = MEASURING;
        inflation->output = g_realloc(inflation->output, MEASURE_BYTES);
    }
    if (inflation->stage == MEASURING) {
        *ret_room = MIN(MEASURE_BYTES, inflation->max + 1 - inflation->length);
        return inflation->output;
    }
    if (inflation->length == inflation->allocated) {
        gsize wanted = inflation->allocated == 0 ? START_BYTES : inflation->allocated * 2;
        inflation->allocated = MIN(wanted, inflation->max + 1);
        inflation->output = g_realloc(inflation->output, inflation->allocated);
    }
    *ret_room = MIN(inflation->allocated - inflation->length, SLICE_BYTES);
    return inflation->output + inflation->length;
}

static void
feed(Inflation *inflation)
{
    if (inflation->zlib.avail_in > 0 || inflation->left == 0)
        return;
    gsize slice = MIN(inflation->left, SLICE_BYTES);
    inflation->zlib.next_in = inflation->input;
    inflation->zlib.avail_in = (uInt)slice;
    inflation->input += slice;
    inflation->left -= slice;
}

/* One member, from its header to its CRC-32 and length, which zlib checks. */
static GunzipStatus
inflate_member(Inflation *inflation)
{
    z_stream *zlib = &inflation->zlib;
    for (;;) {
        feed(inflation);
        gsize room;
        zlib->next_out = make_room(inflation, &room);
        zlib->avail_out = (uInt)room;
        int result = inflate(zlib, Z_NO_FLUSH);
        inflation->length += room - zlib->avail_out;
        if (inflation->length > inflation->max)
            return GUNZIP_TOO_LARGE;
        if (result == Z_STREAM_END)
            return GUNZIP_OK;
        if (result == Z_MEM_ERROR)
            return GUNZIP_NO_MEMORY;
        if (result != Z_OK && result != Z_BUF_ERROR)
            return GUNZIP_DAMAGED;
        /* zlib stopped with room to spare: it wants input, and there is none. */
        if (zlib->avail_out > 0 && zlib->avail_in == 0 && inflation->left == 0)
            return GUNZIP_TRUNCATED;
    }
}

static gboolean
is_zero(const guint8 *data, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        if (data[i] != 0)
            return FALSE;
    }
    return TRUE;
}

/* Member after member; *RET_REST is what is behind the last one. */
static GunzipStatus
inflate_all(Inflation *inflation, guint *ret_members, gsize *ret_rest)
{
    const z_stream *zlib = &inflation->zlib;
    guint members = 0;
    for (;;) {
        GunzipStatus status = inflate_member(inflation);
        if (status != GUNZIP_OK)
            return status;
        members++;
        const guint8 *rest = zlib->next_in;
        gsize length = zlib->avail_in + inflation->left;
        if (!gunzip_sniff(rest, length)) {
            *ret_members = members;
            *ret_rest = length;
            return GUNZIP_OK;
        }
        if (members == LIMIT_GZIP_MEMBERS)
            return GUNZIP_TOO_LARGE;
        if (inflateReset(&inflation->zlib) != Z_OK)
            return GUNZIP_DAMAGED;
    }
}

/* Once more from the start, now into memory of the size that was measured. */
static GunzipStatus
inflate_measured(Inflation *inflation, const guint8 *data, gsize length, guint *ret_members,
                 gsize *ret_rest)
{
    gsize size = inflation->length + 1; /* zlib may want room to tell that it is at the end */
    g_free(inflation->output);
    inflation->output = g_try_malloc(size);
    if (inflation->output == NULL || inflateReset(&inflation->zlib) != Z_OK)
        return GUNZIP_NO_MEMORY;
    inflation->zlib.avail_in = 0;
    inflation->input = data;
    inflation->left = length;
    inflation->length = 0;
    inflation->allocated = size;
    inflation->stage = PROVEN;
    return inflate_all(inflation, ret_members, ret_rest);
}

GunzipStatus
gunzip(const guint8 *data, gsize length, gsize max, Gunzipped *ret)
{
    *ret = (Gunzipped){.members = 1, .clean = TRUE};
    ret->bytes = gunzip_whole(data, length, max);
    if (ret->bytes != NULL) {
        ret->inflated = g_bytes_get_size(ret->bytes);
        return GUNZIP_OK;
    }
    Inflation inflation = {.input = data, .left = length, .max = MIN(max, G_MAXSIZE / 4)};
    if (inflateInit2(&inflation.zlib, GZIP_WINDOW) != Z_OK)
        return GUNZIP_NO_MEMORY;
    guint members = 0;
    gsize rest = 0;
    GunzipStatus status = inflate_all(&inflation, &members, &rest);
    if (status == GUNZIP_OK && inflation.stage == MEASURING)
        status = inflate_measured(&inflation, data, length, &members, &rest);
    inflateEnd(&inflation.zlib);
    ret->inflated = inflation.length;
    if (status != GUNZIP_OK) {
        g_free(inflation.output);
        return status;
    }
    ret->bytes = g_bytes_new_take(inflation.output, inflation.length);
    ret->members = members;
    ret->trailing = is_zero(data + length - rest, rest) ? 0 : rest;
    ret->clean = members == 1 && rest == 0;
    return GUNZIP_OK;
}

GBytes *
gunzip_compress(GBytes *bytes)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(bytes, &length);
    z_stream zlib = {0};
    if (deflateInit2(&zlib, 6, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        g_error("zlib: out of memory"); /* as g_malloc does */
    gsize room = deflateBound(&zlib, length);
    guint8 *output = g_malloc(room);
    gsize done = 0;
    int result;
    do {
        if (zlib.avail_in == 0) {
            gsize slice = MIN(length, SLICE_BYTES);
            zlib.next_in = data;
            zlib.avail_in = (uInt)slice;
            data += slice;
            length -= slice;
        }
        gsize slice = MIN(room - done, SLICE_BYTES);
        zlib.next_out = output + done;
        zlib.avail_out = (uInt)slice;
        result = deflate(&zlib, length == 0 ? Z_FINISH : Z_NO_FLUSH);
        done += slice - zlib.avail_out;
    } while (result == Z_OK);
    deflateEnd(&zlib);
    g_assert(result == Z_STREAM_END);
    return g_bytes_new_take(g_realloc(output, done), done);
}
