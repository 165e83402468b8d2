#include "schema/digest.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

void
digest_sha256(const void *data, gsize length, guint8 digest[DIGEST_BYTES])
{
    /* Twice as fast as GLib's, which is there for the case that a policy of the system forbids it.
     */
    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, data, length, digest) == GNUTLS_E_SUCCESS)
        return;
    gsize size = DIGEST_BYTES;
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, data, (gssize)length);
    g_checksum_get_digest(checksum, digest, &size);
}
