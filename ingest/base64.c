#include "ingest/base64.h"

/* Values that are no digit; a digit is below 64. */
#define BLANK 64u /* tab, LF, CR, space */
#define PAD   65u /* = */
#define OTHER 66u

/* By character, 16 in a row. */
/* clang-format off */
static const guint8 values[256] = {
    66, 66, 66, 66, 66, 66, 66, 66, 66, 64, 64, 66, 66, 64, 66, 66,
    66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66,
    64, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 62, 66, 66, 66, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 66, 66, 66, 65, 66, 66,
    66, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 66, 66, 66, 66, 66,
    66, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 66, 66, 66, 66, 66,
    66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66,
    66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66,
    66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66,
    66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66,
    66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66,
    66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66,
    66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66,
    66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66
};
/* clang-format on */

/* Whole groups of four digits, up to the first character that is none. */
static const guint8 *
decode_groups(const guint8 *p, const guint8 *end, guint8 **out)
{
    guint8 *o = *out;
    for (; end - p >= 4; p += 4) {
        guint a = values[p[0]], b = values[p[1]], c = values[p[2]], d = values[p[3]];
        if ((a | b | c | d) >= BLANK)
            break;
        *o++ = (guint8)(a << 2 | b >> 4);
        *o++ = (guint8)(b << 4 | c >> 2);
        *o++ = (guint8)(c << 6 | d);
    }
    *out = o;
    return p;
}

gboolean
base64_decode_clean(const char *text, gsize length, guint8 *out, gsize *ret_length)
{
    const guint8 *p = (const guint8 *)text, *end = p + length;
    guint8 *o = out;
    guint bits = 0, digits = 0; /* of a group that a line break, or the end, cuts in two */
    while (p < end) {
        if (digits == 0)
            p = decode_groups(p, end, &o);
        if (p == end)
            break;
        guint value = values[*p++];
        if (value == PAD)
            break;
        if (value == OTHER)
            return FALSE;
        if (value == BLANK)
            continue;
        bits = bits << 6 | value;
        if (++digits == 4) {
            *o++ = (guint8)(bits >> 16);
            *o++ = (guint8)(bits >> 8);
            *o++ = (guint8)bits;
            digits = 0;
        }
    }
    /* The padding may be missing; one digit alone is no octet. */
    if (digits > 1)
        *o++ = (guint8)(bits >> (digits * 6 - 8));
    if (digits > 2)
        *o++ = (guint8)(bits >> 2);
    *ret_length = (gsize)(o - out);
    return TRUE;
}

static gboolean
is_base64(char c)
{
    return g_ascii_isalnum(c) || c == '+' || c == '/' || g_ascii_isspace(c) || c == '!';
}

/* Where the data ends: at its padding, or at a line with characters that base64 does not have,
 * such as the footer of a mailing list. "!" is passed over: old MTAs break long lines with it. */
static gsize
data_length(const char *text, gsize length)
{
    gsize line = 0;
    for (gsize i = 0; i < length; i++) {
        if (text[i] == '\n')
            line = i + 1;
        else if (text[i] == '=')
            return i;
        else if (!is_base64(text[i]))
            return line;
    }
    return length;
}

gsize
base64_decode_any(const char *text, gsize length, guint8 *out)
{
    int state = 0;
    guint save = 0;
    gsize n = g_base64_decode_step(text, data_length(text, length), out, &state, &save);
    /* The rest of the last group is handed out when the group is full: give it its padding. One
     * character alone is no octet. */
    while (state > 1 || state < 0)
        n += g_base64_decode_step("=", 1, out + n, &state, &save);
    return n;
}
