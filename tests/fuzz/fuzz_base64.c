/* fuzz_base64.c: the quick base64 reader against the lenient one, on any text. */
#include "ingest/base64.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    const char *text = (const char *)data;
    g_autofree guint8 *quick = g_malloc(BASE64_ROOM(size));
    g_autofree guint8 *any = g_malloc(BASE64_ROOM(size));
    gsize n, m = base64_decode_any(text, size, any);
    if (base64_decode_clean(text, size, quick, &n))
        g_assert_true(n == m && memcmp(quick, any, n) == 0);
    return 0;
}
