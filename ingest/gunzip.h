/* gunzip.h: gzip (RFC 1952) to bytes and back, bounded. */
#pragma once

#include <glib.h>

typedef enum {
    GUNZIP_OK,
    GUNZIP_TRUNCATED, /* the stream ends inside a member */
    GUNZIP_DAMAGED,   /* bad header, bad block, wrong CRC-32 or length */
    GUNZIP_TOO_LARGE, /* more than MAX bytes, or more than LIMIT_GZIP_MEMBERS members */
    GUNZIP_NO_MEMORY,
} GunzipStatus;

typedef struct {
    gsize inflated; /* octets made, also where the stream was refused: what it has cost */
    GBytes *bytes;  /* all members one after the other; may be empty; the caller unrefs it */
    guint members;
    gsize trailing; /* bytes behind the last member, none of them a member; 0 for zero padding */
    gboolean clean; /* the input is exactly one member and nothing else */
} Gunzipped;

/* The first bytes of a gzip member. */
gboolean gunzip_sniff(const guint8 *data, gsize length);

/* How large INPUT_LENGTH bytes of gzip or zip may become: MAX, or less where that would pass
 * LIMIT_INFLATE_RATIO (judged above LIMIT_RATIO_FLOOR_BYTES only). */
gsize gunzip_bound(gsize input_length, gsize max);

/* Inflates LENGTH bytes of DATA to at most MAX bytes. RET is filled with GUNZIP_OK only, but for
 * ret->inflated. What is refused takes LIMIT_RATIO_FLOOR_BYTES of memory at most. */
GunzipStatus gunzip(const guint8 *data, gsize length, gsize max, Gunzipped *ret);

/* BYTES as one gzip member without name or time, so that equal bytes give equal members. */
GBytes *gunzip_compress(GBytes *bytes);
