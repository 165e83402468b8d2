/* decode.c: gzip to Report, beside the least that the same libraries can do.
 *
 *   bench_decode PACK ROUNDS
 *
 * Prints the seconds of each round: inflating alone (zlib), zlib and Jansson into a struct, and the
 * road of the product. The three take turns, because the machine drifts. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ingest/gunzip.h"
#include "pack.h"
#include "plain_report.h"
#include "schema/decode.h"

#define ROOM (4u * 1024 * 1024)

static double
seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
inflate_only(const Pack *pack, z_stream *zlib, char *buffer)
{
    for (guint i = 0; i < pack->items->len; i++) {
        const PackItem *item = &g_array_index(pack->items, PackItem, i);
        if (plain_inflate(zlib, item->data, item->length, buffer, ROOM) == 0)
            g_error("report %u cannot be inflated", i);
    }
}

static void
plain(const Pack *pack, z_stream *zlib, char *buffer)
{
    for (guint i = 0; i < pack->items->len; i++) {
        const PackItem *item = &g_array_index(pack->items, PackItem, i);
        gsize length = plain_inflate(zlib, item->data, item->length, buffer, ROOM);
        PlainReport *report = plain_decode(buffer, length);
        if (report == NULL)
            g_error("report %u cannot be read", i);
        plain_free(report);
    }
}

static void
ours(const Pack *pack)
{
    for (guint i = 0; i < pack->items->len; i++) {
        const PackItem *item = &g_array_index(pack->items, PackItem, i);
        Gunzipped gunzipped;
        if (gunzip(item->data, item->length, ROOM, &gunzipped) != GUNZIP_OK)
            g_error("report %u cannot be inflated", i);
        gsize length;
        const char *json = g_bytes_get_data(gunzipped.bytes, &length);
        g_autoptr(GPtrArray) findings = findings_new();
        Report *report = report_decode(json, length, findings);
        if (report == NULL)
            g_error("report %u cannot be read", i);
        report_free(report);
        g_bytes_unref(gunzipped.bytes);
    }
}

int
main(int argc, char **argv)
{
    if (argc != 3)
        return 64;
    Pack pack = pack_read(argv[1]);
    z_stream zlib = {0};
    if (inflateInit2(&zlib, MAX_WBITS + 16) != Z_OK)
        return 1;
    char *buffer = g_malloc(ROOM);
    for (int round = 0; round < atoi(argv[2]); round++) {
        double a = seconds();
        inflate_only(&pack, &zlib, buffer);
        double b = seconds();
        plain(&pack, &zlib, buffer);
        double c = seconds();
        ours(&pack);
        double d = seconds();
        printf("%.6f %.6f %.6f\n", b - a, c - b, d - c);
    }
    return 0;
}
