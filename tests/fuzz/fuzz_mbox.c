/* fuzz_mbox.c: a mailbox splits alike whole and in slices; the first octet is their length. */
#include "ingest/mbox.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static gboolean
take(gpointer data, GBytes *bytes, guint64 full_size, guint64 offset)
{
    GChecksum *checksum = data;
    g_assert(g_bytes_get_size(bytes) <= MIN(full_size, 65));
    g_checksum_update(checksum, (const guchar *)&full_size, sizeof full_size);
    g_checksum_update(checksum, (const guchar *)&offset, sizeof offset);
    g_checksum_update(checksum, g_bytes_get_data(bytes, NULL), (gssize)g_bytes_get_size(bytes));
    return TRUE;
}

static char *
split(const char *data, gsize size, gsize slice)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autoptr(Mbox) mbox = mbox_new(64, take, checksum);
    for (gsize i = 0; i < size; i += slice)
        mbox_feed(mbox, data + i, MIN(slice, size - i));
    mbox_end(mbox);
    return g_strdup(g_checksum_get_string(checksum));
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    if (size == 0)
        return 0;
    const char *text = (const char *)data + 1;
    g_autofree char *whole = split(text, size - 1, size);
    g_autofree char *sliced = split(text, size - 1, data[0] + 1u);
    g_assert(g_str_equal(whole, sliced));
    return 0;
}
