#include "check/tls_probe.h"

void
tls_seen_free(TlsSeen *seen)
{
    if (seen == NULL)
        return;
    g_ptr_array_unref(seen->chain);
    g_free(seen->problem);
    g_free(seen);
}

TlsSeen *
tls_probe(const char *address, guint port, const char *name, StreamTls versions, guint timeout_ms)
{
    TlsSeen *seen = g_new0(TlsSeen, 1);
    g_autoptr(Stream) stream = stream_connect(address, port, timeout_ms);
    seen->connected = stream_status(stream) == STREAM_OK;
    stream_within(stream, timeout_ms);
    stream_start_tls(stream, name, versions);
    seen->status = stream_status(stream);
    seen->problem = g_strdup(stream_problem(stream));
    seen->tls = stream_tls_version(stream);
    seen->chain = stream_chain(stream);
    return seen;
}
