/* A hostile LMTP client: whatever it says, in pieces of any size, memory stays bounded. */
#include "ingest/lmtp_session.h"

#define MAX_MESSAGE 65536

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    if (size < 1)
        return 0;
    gsize step = data[0] == 0 ? size : data[0];
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(BodyRoom) room = body_room_new(G_MAXSIZE, NULL);
    g_autoptr(LmtpSession) session = lmtp_session_new("mx.example", MAX_MESSAGE, room, out);
    LmtpNext next = LMTP_READ;
    for (gsize at = 1; at < size && next != LMTP_CLOSE;) {
        gsize used;
        next = lmtp_session_feed(session, data + at, MIN(step, size - at), &used, out);
        g_assert_cmpuint(used, <=, MIN(step, size - at));
        at += used;
        if (next == LMTP_MESSAGE) {
            guint64 full_size;
            g_autoptr(GBytes) message = lmtp_session_take_message(session, &full_size);
            g_assert_cmpuint(g_bytes_get_size(message), <=, MAX_MESSAGE + 1);
            lmtp_session_answer(session, OUTCOME_STORED, NULL, out);
        }
        g_string_truncate(out, 0);
    }
    return 0;
}
