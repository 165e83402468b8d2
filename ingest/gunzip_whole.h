/* gunzip_whole.h: a gzip member whose size is told, at once. Private to ingest/gunzip.c and tests.
 */
#pragma once

#include <glib.h>

/* Inflates LENGTH octets of DATA where they are exactly one gzip member (RFC 1952) without header
 * checksum whose last field tells a size from 1 to MAX that proves true. NULL for everything else,
 * right or wrong: zlib, which goes step by step and can say what is wrong, has the last word. */
GBytes *gunzip_whole(const guint8 *data, gsize length, gsize max);
