/* digest.h: SHA-256 (FIPS 180-4) of something that is in memory as a whole. */
#pragma once

#include <glib.h>

#define DIGEST_BYTES 32

void digest_sha256(const void *data, gsize length, guint8 digest[DIGEST_BYTES]);
