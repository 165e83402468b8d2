#include "ingest/lmtp_data.h"

#include <string.h>

void
lmtp_data_init(LmtpData *data, gsize max)
{
    *data = (LmtpData){.max = max};
}

void
lmtp_data_clear(LmtpData *data)
{
    g_clear_pointer(&data->kept, g_byte_array_unref);
    data->full_size = 0;
    data->place = DATA_LINE_START;
}

void
lmtp_data_append(LmtpData *data, const guint8 *octets, gsize length)
{
    if (data->kept == NULL)
        data->kept = g_byte_array_new();
    gsize room = data->max + 1 - data->kept->len;
    g_byte_array_append(data->kept, octets, (guint)MIN(length, room));
    data->full_size += length;
}

/* One octet where it matters what stands around it. TRUE at the end of the data. */
static gboolean
step(LmtpData *data, guint8 octet)
{
    static const guint8 cr = '\r';
    if (data->place == DATA_LINE_START && octet == '.') {
        data->place = DATA_DOT;
        return FALSE;
    }
    if (data->place == DATA_DOT && octet == '\r') {
        data->place = DATA_DOT_CR;
        return FALSE;
    }
    if (data->place == DATA_DOT_CR) {
        if (octet == '\n')
            return TRUE;
        lmtp_data_append(data, &cr, 1); /* the dot was stuffing, the CR is text */
        data->place = DATA_CR;
    }
    lmtp_data_append(data, &octet, 1);
    if (octet == '\n' && data->place == DATA_CR)
        data->place = DATA_LINE_START;
    else
        data->place = octet == '\r' ? DATA_CR : DATA_TEXT;
    return FALSE;
}

gboolean
lmtp_data_feed(LmtpData *data, const guint8 *octets, gsize length, gsize *ret_used)
{
    gsize used = 0;
    while (used < length) {
        if (data->place == DATA_TEXT) {
            /* Nothing can end before the next CR. */
            const guint8 *end = memchr(octets + used, '\r', length - used);
            gsize run = (end != NULL ? (gsize)(end - octets) : length) - used;
            lmtp_data_append(data, octets + used, run);
            used += run;
            if (used == length)
                break;
        }
        if (step(data, octets[used++])) {
            *ret_used = used;
            return TRUE;
        }
    }
    *ret_used = used;
    return FALSE;
}

GBytes *
lmtp_data_take(LmtpData *data, guint64 *ret_full_size)
{
    *ret_full_size = data->full_size;
    GByteArray *kept = data->kept != NULL ? g_steal_pointer(&data->kept) : g_byte_array_new();
    lmtp_data_clear(data);
    return g_byte_array_free_to_bytes(kept);
}
