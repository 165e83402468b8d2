/* fuzz_gunzip.c: what is inflated at once, zlib inflates as well, and to the same. */
#include <string.h>
#include <zlib.h>

#include "ingest/gunzip.h"
#include "ingest/gunzip_whole.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#define MAX_BYTES (256u * 1024)

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GBytes) whole = gunzip_whole(data, size, MAX_BYTES);
    if (whole == NULL)
        return 0;
    gsize length;
    const guint8 *bytes = g_bytes_get_data(whole, &length);
    g_assert_cmpuint(length, <=, MAX_BYTES);
    g_autofree guint8 *output = g_malloc(length + 1);
    z_stream zlib = {.next_in = (Bytef *)data, .avail_in = (uInt)size};
    g_assert_cmpint(inflateInit2(&zlib, MAX_WBITS + 16), ==, Z_OK);
    zlib.next_out = output;
    zlib.avail_out = (uInt)length + 1;
    g_assert_cmpint(inflate(&zlib, Z_FINISH), ==, Z_STREAM_END);
    g_assert_cmpuint(zlib.total_out, ==, length);
    g_assert_cmpuint(zlib.avail_in, ==, 0);
    g_assert_true(memcmp(output, bytes, length) == 0);
    inflateEnd(&zlib);
    return 0;
}
