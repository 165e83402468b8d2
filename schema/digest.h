/* digest.h: digests of something that is in memory as a whole. */
#pragma once

#include <glib.h>

#define DIGEST_BYTES 32

/* SHA-256 (FIPS 180-4). */
void digest_sha256(const void *data, gsize length, guint8 digest[DIGEST_BYTES]);

/* SIZE octets, 16 to 64, of BLAKE2b (RFC 7693) without a key: a quarter of the time. */
void digest_blake2b(const void *data, gsize length, guint8 *digest, gsize size);
