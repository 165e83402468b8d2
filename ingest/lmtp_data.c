#include "ingest/lmtp_data.h"

#include <string.h>

#include "schema/limits.h"

void
lmtp_data_init(LmtpData *data, gsize max, BodyRoom *room)
{
    *data = (LmtpData){.max = max, .room = body_room_ref(room)};
}

void
lmtp_data_clear(LmtpData *data)
{
    body_clear(&data->body);
    g_clear_pointer(&data->head, g_bytes_unref);
    data->no_room = FALSE;
    data->full_size = 0;
    data->place = DATA_LINE_START;
}

void
lmtp_data_finish(LmtpData *data)
{
    lmtp_data_clear(data);
    g_clear_pointer(&data->room, body_room_unref);
}

void
lmtp_data_append(LmtpData *data, const guint8 *octets, gsize length)
{
    Body *body = &data->body;
    data->full_size += length;
    if (data->head != NULL || data->no_room)
        return;
    if (body->room == NULL)
        (void)body_init(body, data->room, data->max, 0);
    switch (body_append(body, octets, length)) {
    case BODY_OK:
        return;
    case BODY_TOO_LARGE:
        data->head =
            body_head(body, octets, length, MIN(LIMIT_QUARANTINE_CUT_BYTES, data->max + 1));
        break;
    case BODY_NO_ROOM:
        data->no_room = TRUE;
        break;
    }
    body_clear(body);
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
    GBytes *bytes = NULL;
    *ret_full_size = data->full_size;
    if (data->head != NULL)
        bytes = g_steal_pointer(&data->head);
    else if (data->body.room != NULL)
        bytes = body_steal(&data->body);
    else if (!data->no_room)
        bytes = g_bytes_new(NULL, 0);
    lmtp_data_clear(data);
    return bytes;
}
