#include "ingest/mbox.h"

#include <string.h>

typedef struct {
    GString *text; /* "[OFFSET:SIZE:MESSAGE]" for each */
    guint stop_after;
} Seen;

static gboolean
see(gpointer data, GBytes *bytes, guint64 full_size, guint64 offset)
{
    Seen *seen = data;
    gsize length;
    const char *message = g_bytes_get_data(bytes, &length);
    g_string_append_printf(seen->text, "[%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT ":", offset,
                           full_size);
    g_string_append_len(seen->text, message, (gssize)length);
    g_string_append_c(seen->text, ']');
    return --seen->stop_after > 0;
}

/* The messages of TEXT, fed in slices of SLICE octets. */
static char *
split(const char *text, gsize slice, gsize max, guint stop_after)
{
    Seen seen = {g_string_new(NULL), stop_after};
    g_autoptr(Mbox) mbox = mbox_new(max, see, &seen);
    gsize length = strlen(text);
    gboolean going = TRUE;
    for (gsize i = 0; i < length && going; i += slice)
        going = mbox_feed(mbox, text + i, MIN(slice, length - i));
    mbox_end(mbox);
    return g_string_free(seen.text, FALSE);
}

/* However the stream is sliced. */
static void
check(const char *text, const char *wanted)
{
    for (gsize slice = 1; slice <= strlen(text) + 1; slice++) {
        g_autofree char *result = split(text, slice, 1000, G_MAXUINT);
        g_assert_cmpstr(result, ==, wanted);
    }
}

static void
test_messages(void)
{
    check("From a\nX: 1\n\nbody\n\nFrom b\nX: 2\n\nbody\n",
          "[0:11:X: 1\n\nbody\n][19:11:X: 2\n\nbody\n]");
    check("From a\r\nX: 1\r\n\r\nbody\r\n\r\nFrom b\r\nX: 2\r\n",
          "[0:14:X: 1\r\n\r\nbody\r\n][24:6:X: 2\r\n]");
    check("From a\nX: 1", "[0:4:X: 1]");
    check("From a\n", "[0:0:]");
    check("", "");
    check("\n\n\n", "");
}

static void
test_empty_lines(void)
{
    /* The one before a "From " line, or at the end, belongs to the mailbox; others to the message.
     */
    check("From a\nX\n\n\n\nFrom b\nY\n\n\n", "[0:4:X\n\n\n][12:3:Y\n\n]");
    check("\n\nFrom a\nX\n", "[2:2:X\n]");
}

static void
test_no_separator(void)
{
    check("From a\nX\nFrom b\nY\n", "[0:11:X\nFrom b\nY\n]"); /* no empty line before */
    check("From a\nX\n\nFromage\n", "[0:11:X\n\nFromage\n]");
    check("From a\nX\n\n From b\n", "[0:11:X\n\n From b\n]");
    check("From a\nX\n\nFrom", "[0:7:X\n\nFrom]");
    check("From a\nFrom b\nX\n", "[0:9:From b\nX\n]"); /* header of an odd kind, not a message */
}

static void
test_quoting(void)
{
    check("From a\n\n>From b\n>>From c\n> From d\n>Fromage\n>>\n",
          "[0:37:\nFrom b\n>From c\n> From d\n>Fromage\n>>\n]");
}

static void
test_without_from_line(void)
{
    check("X: 1\n\nbody\n\nFrom b\nX: 2\n", "[0:11:X: 1\n\nbody\n][12:5:X: 2\n]");
}

static void
test_long_lines(void)
{
    g_autofree char *filler = g_strnfill(300, '>');
    g_autofree char *text = g_strdup_printf("From %s\n%sFrom x\n\nFrom b\nY\n", filler, filler);
    g_autofree char *wanted = g_strdup_printf("[0:307:%sFrom x\n][614:2:Y\n]", filler);
    check(text, wanted);
}

/* A message beyond the limit is cut to one octet more, and its size is told; the next is whole. */
static void
test_limit(void)
{
    g_autofree char *filler = g_strnfill(5000, 'x');
    g_autofree char *text = g_strdup_printf("From a\n%s\n%s\n\nFrom b\nY\n", filler, filler);
    for (gsize slice = 1; slice < 7000; slice += 99) {
        g_autofree char *result = split(text, slice, 10, G_MAXUINT);
        g_assert_cmpstr(result, ==, "[0:10002:xxxxxxxxxxx][10010:2:Y\n]");
    }
}

static void
test_stop(void)
{
    for (gsize slice = 1; slice < 30; slice++) {
        g_autofree char *result = split("From a\nX\n\nFrom b\nY\n\nFrom c\nZ\n", slice, 10, 2);
        g_assert_cmpstr(result, ==, "[0:2:X\n][10:2:Y\n]");
    }
}

static void
test_sniff(void)
{
    g_assert_true(mbox_sniff("From a", 6));
    g_assert_true(mbox_sniff("From ", 5));
    g_assert_false(mbox_sniff("From", 4));
    g_assert_false(mbox_sniff("From: a", 7));
    g_assert_false(mbox_sniff("", 0));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mbox/messages", test_messages);
    g_test_add_func("/mbox/empty-lines", test_empty_lines);
    g_test_add_func("/mbox/no-separator", test_no_separator);
    g_test_add_func("/mbox/quoting", test_quoting);
    g_test_add_func("/mbox/without-from-line", test_without_from_line);
    g_test_add_func("/mbox/long-lines", test_long_lines);
    g_test_add_func("/mbox/limit", test_limit);
    g_test_add_func("/mbox/stop", test_stop);
    g_test_add_func("/mbox/sniff", test_sniff);
    return g_test_run();
}
