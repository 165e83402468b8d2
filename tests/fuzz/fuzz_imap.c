/* A hostile IMAP server: whatever it says, in pieces of any size, memory stays bounded. */
#include "ingest/imap_reader.h"
#include "ingest/imap_response.h"

#define MAX_LITERAL 4096u

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    if (size < 1)
        return 0;
    gsize step = data[0] == 0 ? size : data[0];
    g_autoptr(ImapReader) reader = imap_reader_new(MAX_LITERAL);
    ImapRead read = IMAP_READ_MORE;
    for (gsize at = 1; at < size && read != IMAP_READ_BROKEN;) {
        gsize used;
        read = imap_reader_feed(reader, (const char *)data + at, MIN(step, size - at), &used);
        g_assert_cmpuint(used, >, 0);
        g_assert_cmpuint(used, <=, MIN(step, size - at));
        at += used;
        if (read != IMAP_READ_RESPONSE)
            continue;
        g_auto(ImapResponse) response = {.says = IMAP_SAYS_OTHER};
        imap_response_read(imap_reader_text(reader), imap_reader_literals(reader), &response);
        if (response.body != NULL)
            g_assert_cmpuint(g_bytes_get_size(response.body), <=, MAX(MAX_LITERAL, size));
        (void)imap_response_code_number(&response, "UIDVALIDITY");
    }
    return 0;
}
