#include "ingest/gunzip.h"

#include <string.h>

#include "schema/limits.h"

#define MAX_BYTES (1024u * 1024)

static GBytes *
member(const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    return gunzip_compress(bytes);
}

static void
append(GByteArray *array, GBytes *bytes)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(bytes, &length);
    g_byte_array_append(array, data, (guint)length);
}

static void
check(const GByteArray *array, GunzipStatus status, const char *text, gsize trailing,
      gboolean clean)
{
    Gunzipped result;
    g_assert_cmpint(gunzip(array->data, array->len, MAX_BYTES, &result), ==, status);
    if (status != GUNZIP_OK)
        return;
    g_autoptr(GBytes) wanted = g_bytes_new(text, strlen(text));
    g_assert_true(g_bytes_equal(result.bytes, wanted));
    g_assert_cmpuint(result.trailing, ==, trailing);
    g_assert_cmpint(result.clean, ==, clean);
    g_bytes_unref(result.bytes);
}

static void
test_one_member(void)
{
    g_autoptr(GByteArray) array = g_byte_array_new();
    g_autoptr(GBytes) bytes = member("{\"report-id\": \"x\"}");
    append(array, bytes);
    check(array, GUNZIP_OK, "{\"report-id\": \"x\"}", 0, TRUE);
}

static void
test_empty(void)
{
    g_autoptr(GByteArray) array = g_byte_array_new();
    g_autoptr(GBytes) bytes = member("");
    check(array, GUNZIP_TRUNCATED, NULL, 0, FALSE);
    append(array, bytes);
    check(array, GUNZIP_OK, "", 0, TRUE);
}

/* RFC 1952 2.2: a stream is a series of members. */
static void
test_several_members(void)
{
    g_autoptr(GByteArray) array = g_byte_array_new();
    g_autoptr(GBytes) first = member("one "), second = member(""), third = member("three");
    append(array, first);
    append(array, second);
    append(array, third);
    check(array, GUNZIP_OK, "one three", 0, FALSE);
    g_byte_array_set_size(array, array->len - 3);
    check(array, GUNZIP_TRUNCATED, NULL, 0, FALSE);
}

static void
test_too_many_members(void)
{
    g_autoptr(GByteArray) array = g_byte_array_new();
    g_autoptr(GBytes) bytes = member("");
    for (guint i = 0; i < LIMIT_GZIP_MEMBERS; i++)
        append(array, bytes);
    check(array, GUNZIP_OK, "", 0, FALSE);
    append(array, bytes);
    check(array, GUNZIP_TOO_LARGE, NULL, 0, FALSE);
}

static void
test_trailing(void)
{
    static const guint8 zeros[512], garbage[] = "-- footer";
    g_autoptr(GByteArray) array = g_byte_array_new();
    g_autoptr(GBytes) bytes = member("text");
    append(array, bytes);
    g_byte_array_append(array, zeros, sizeof zeros);
    check(array, GUNZIP_OK, "text", 0, FALSE);
    g_byte_array_append(array, garbage, sizeof garbage);
    check(array, GUNZIP_OK, "text", sizeof zeros + sizeof garbage, FALSE);
}

/* A stream that is cut anywhere is told, and never passes for a shorter one. */
static void
test_cut_anywhere(void)
{
    g_autoptr(GBytes) bytes = member("{\"policies\": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}");
    gsize length;
    const guint8 *data = g_bytes_get_data(bytes, &length);
    for (gsize n = 0; n < length; n++) {
        Gunzipped result;
        g_autofree guint8 *copy = g_memdup2(data, n);
        g_assert_cmpint(gunzip(copy, n, MAX_BYTES, &result), ==, GUNZIP_TRUNCATED);
    }
}

/* One bit changed anywhere: the CRC-32 or the length tells, or the text is what it was (file time
 * and system in the header). */
static void
test_flipped_anywhere(void)
{
    static const char text[] = "{\"policies\": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}";
    g_autoptr(GBytes) bytes = member(text);
    g_autoptr(GBytes) wanted = g_bytes_new(text, strlen(text));
    gsize length;
    const guint8 *data = g_bytes_get_data(bytes, &length);
    guint refused = 0;
    for (gsize bit = 0; bit < length * 8; bit++) {
        Gunzipped result;
        g_autofree guint8 *copy = g_memdup2(data, length);
        copy[bit / 8] ^= (guint8)(1u << bit % 8);
        if (gunzip(copy, length, MAX_BYTES, &result) != GUNZIP_OK) {
            refused++;
            continue;
        }
        g_assert_true(g_bytes_equal(result.bytes, wanted));
        g_bytes_unref(result.bytes);
    }
    g_assert_cmpuint(refused, >, length * 6);
}

static void
test_limit(void)
{
    g_autofree char *text = g_strnfill(5000, 'x');
    g_autoptr(GBytes) bytes = member(text);
    gsize length;
    const guint8 *data = g_bytes_get_data(bytes, &length);
    Gunzipped result;
    g_assert_cmpint(gunzip(data, length, 5000, &result), ==, GUNZIP_OK);
    g_assert_cmpuint(g_bytes_get_size(result.bytes), ==, 5000);
    g_bytes_unref(result.bytes);
    g_assert_cmpint(gunzip(data, length, 4999, &result), ==, GUNZIP_TOO_LARGE);
    g_assert_cmpint(gunzip(data, length, 0, &result), ==, GUNZIP_TOO_LARGE);
}

/* 300 MB of zeros: given up at the limit, not behind it. */
static void
test_bomb(void)
{
    guint8 *zeros = g_malloc0(300u * 1000 * 1000);
    g_autoptr(GBytes) bytes = g_bytes_new_take(zeros, 300u * 1000 * 1000);
    g_autoptr(GBytes) bomb = gunzip_compress(bytes);
    g_clear_pointer(&bytes, g_bytes_unref);
    gsize length;
    const guint8 *data = g_bytes_get_data(bomb, &length);
    gsize bound = gunzip_bound(length, LIMIT_INFLATED_BYTES);
    Gunzipped result;
    g_assert_cmpint(gunzip(data, length, bound, &result), ==, GUNZIP_TOO_LARGE);
    g_assert_cmpuint(result.inflated, <=, LIMIT_INFLATED_BYTES + 1);
}

/* Text of SIZE octets that deflate cannot make very small. */
static GBytes *
long_text(gsize size)
{
    GString *text = g_string_sized_new(size);
    for (guint i = 0; text->len < size; i++)
        g_string_append_printf(text, "%u ", i * 2654435761u);
    g_string_truncate(text, size);
    return g_string_free_to_bytes(text);
}

/* Beyond a megabyte a stream is read twice: the result is the same as that of a short one. */
static void
test_large(void)
{
    static const guint8 zeros[3], footer[] = "-- footer";
    g_autoptr(GBytes) text = long_text(3000001), bytes = gunzip_compress(text);
    g_autoptr(GByteArray) array = g_byte_array_new();
    Gunzipped result;
    append(array, bytes);
    g_assert_cmpint(gunzip(array->data, array->len, 3000001, &result), ==, GUNZIP_OK);
    g_assert_true(g_bytes_equal(result.bytes, text));
    g_assert_true(result.clean);
    g_bytes_unref(result.bytes);
    g_assert_cmpint(gunzip(array->data, array->len, 3000000, &result), ==, GUNZIP_TOO_LARGE);
    g_assert_cmpuint(result.inflated, ==, 3000001);
    g_assert_cmpint(gunzip(array->data, array->len - 1, 3000001, &result), ==, GUNZIP_TRUNCATED);

    append(array, bytes);
    g_byte_array_append(array, zeros, sizeof zeros);
    g_byte_array_append(array, footer, sizeof footer);
    g_assert_cmpint(gunzip(array->data, array->len, 9000000, &result), ==, GUNZIP_OK);
    g_assert_cmpuint(g_bytes_get_size(result.bytes), ==, 6000002);
    g_autoptr(GBytes) second = g_bytes_new_from_bytes(result.bytes, 3000001, 3000001);
    g_assert_true(g_bytes_equal(second, text));
    g_assert_cmpuint(result.members, ==, 2);
    g_assert_cmpuint(result.trailing, ==, sizeof zeros + sizeof footer);
    g_assert_false(result.clean);
    g_bytes_unref(result.bytes);

    array->data[array->len / 4] ^= 1;
    g_assert_cmpint(gunzip(array->data, array->len, 9000000, &result), ==, GUNZIP_DAMAGED);
}

static void
test_bound(void)
{
    g_assert_cmpuint(gunzip_bound(0, G_MAXSIZE), ==, LIMIT_RATIO_FLOOR_BYTES);
    g_assert_cmpuint(gunzip_bound(1000, G_MAXSIZE), ==, LIMIT_RATIO_FLOOR_BYTES);
    g_assert_cmpuint(gunzip_bound(10000, G_MAXSIZE), ==, 10000 * LIMIT_INFLATE_RATIO);
    g_assert_cmpuint(gunzip_bound(10000, 1234567), ==, 1234567);
    g_assert_cmpuint(gunzip_bound(10, 5), ==, 5);
    g_assert_cmpuint(gunzip_bound(G_MAXSIZE, 77), ==, 77);
}

/* What is kept must not depend on the day it is made. */
static void
test_compress_is_stable(void)
{
    g_autoptr(GBytes) one = member("same"), two = member("same");
    const guint8 *data = g_bytes_get_data(one, NULL);
    g_assert_true(g_bytes_equal(one, two));
    g_assert_cmpmem(data + 4, 4, "\0\0\0\0", 4); /* MTIME */
    g_assert_cmpint(data[3], ==, 0);             /* FLG: no name */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gunzip/one-member", test_one_member);
    g_test_add_func("/gunzip/empty", test_empty);
    g_test_add_func("/gunzip/several-members", test_several_members);
    g_test_add_func("/gunzip/too-many-members", test_too_many_members);
    g_test_add_func("/gunzip/trailing", test_trailing);
    g_test_add_func("/gunzip/cut-anywhere", test_cut_anywhere);
    g_test_add_func("/gunzip/flipped-anywhere", test_flipped_anywhere);
    g_test_add_func("/gunzip/limit", test_limit);
    g_test_add_func("/gunzip/bomb", test_bomb);
    g_test_add_func("/gunzip/large", test_large);
    g_test_add_func("/gunzip/bound", test_bound);
    g_test_add_func("/gunzip/compress-is-stable", test_compress_is_stable);
    return g_test_run();
}
