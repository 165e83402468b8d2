#include "schema/digest.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <sodium.h>

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

void
digest_blake2b(const void *data, gsize length, guint8 *digest, gsize size)
{
    static gsize ready;
    /* It looks what the processor has; where it fails all is as well, and slower. */
    if (g_once_init_enter(&ready))
        g_once_init_leave(&ready, sodium_init() < 0 ? 2 : 1);
    (void)crypto_generichash(digest, size, data, length, NULL, 0); /* fails for no SIZE of these */
}
