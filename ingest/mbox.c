#include "ingest/mbox.h"

#include <string.h>

/* The start of a line is kept until it is long enough to tell what it is: "From " behind ">". More
 * of those than fit are no quoting. */
#define HEAD_BYTES 64u

/* Room for a message that is beginning: a mailed report is about as large. */
#define ROOM_BYTES 4096u

struct Mbox {
    gsize max;
    MboxFunc func;
    gpointer data;
    gboolean stopped;

    GByteArray *message; /* what is kept of the message: at most max + 1 octets */
    guint64 full_size;   /* of all of it */
    guint64 start;       /* offset of its "From " line */
    gboolean in_message; /* there was a "From " line, or a line that is not empty */
    char gap[2];         /* an empty line: it belongs to a "From " line, if that comes next */
    gsize gap_length;

    guint64 offset;        /* octets of the stream so far */
    guint64 line_offset;   /* of the line in hand */
    char head[HEAD_BYTES]; /* start of a line that cannot be told yet */
    gsize head_length;
    gboolean midline;     /* the line was told; the rest of it follows */
    gboolean skips_line;  /* ... and is left out: it is a "From " line */
    gboolean after_empty; /* the line before was empty, or there was none */
};

gboolean
mbox_sniff(const char *data, gsize length)
{
    return length >= 5 && memcmp(data, "From ", 5) == 0;
}

Mbox *
mbox_new(gsize max, MboxFunc func, gpointer data)
{
    Mbox *mbox = g_new0(Mbox, 1);
    mbox->max = MIN(max, G_MAXUINT / 4); /* GByteArray counts with 32 bits */
    mbox->func = func;
    mbox->data = data;
    mbox->message = g_byte_array_sized_new(ROOM_BYTES);
    mbox->after_empty = TRUE;
    return mbox;
}

void
mbox_free(Mbox *mbox)
{
    if (mbox == NULL)
        return;
    g_byte_array_unref(mbox->message);
    g_free(mbox);
}

static void
append(Mbox *mbox, const char *data, gsize length)
{
    gsize room = mbox->max + 1 - mbox->message->len;
    mbox->full_size += length;
    g_byte_array_append(mbox->message, (const guint8 *)data, (guint)MIN(length, room));
}

static void
append_gap(Mbox *mbox)
{
    append(mbox, mbox->gap, mbox->gap_length);
    mbox->gap_length = 0;
}

/* Ends the message in hand, without the empty line behind it, and begins the next. */
static void
hand_out(Mbox *mbox)
{
    g_autoptr(GBytes) bytes = g_byte_array_free_to_bytes(mbox->message);
    mbox->message = g_byte_array_sized_new(ROOM_BYTES);
    if (mbox->in_message)
        mbox->stopped = !mbox->func(mbox->data, bytes, mbox->full_size, mbox->start);
    mbox->full_size = 0;
    mbox->gap_length = 0;
    mbox->in_message = FALSE;
}

/* mboxrd: a line of the message that looks like a "From " line has one more ">" than it had. */
static gsize
quoting(const char *line, gsize length)
{
    gsize marks = 0;
    while (marks < length && line[marks] == '>')
        marks++;
    return marks > 0 && mbox_sniff(line + marks, length - marks) ? 1 : 0;
}

/* LINE is a whole line, or the first HEAD_BYTES of one. */
static void
take_line(Mbox *mbox, const char *line, gsize length)
{
    gboolean empty =
        (length == 1 && line[0] == '\n') || (length == 2 && line[0] == '\r' && line[1] == '\n');
    mbox->skips_line = !empty && mbox->after_empty && mbox_sniff(line, length);
    mbox->after_empty = empty;
    if (mbox->skips_line) {
        hand_out(mbox);
        mbox->start = mbox->line_offset;
        mbox->in_message = TRUE;
        return;
    }
    append_gap(mbox);
    if (empty) {
        memcpy(mbox->gap, line, length);
        mbox->gap_length = length;
        return;
    }
    gsize quoted = quoting(line, MIN(length, HEAD_BYTES)); /* the same however it is sliced */
    append(mbox, line + quoted, length - quoted);
    mbox->in_message = TRUE;
}

/* Takes what DATA holds of the line in hand; returns how many octets that were. WHOLE: it ends with
 * a line feed. */
static gsize
feed_line(Mbox *mbox, const char *data, gsize length, gboolean whole)
{
    if (mbox->midline) {
        if (!mbox->skips_line)
            append(mbox, data, length);
        mbox->midline = !whole;
        return length;
    }
    if (mbox->head_length == 0) {
        mbox->line_offset = mbox->offset;
        if (whole) {
            take_line(mbox, data, length);
            return length;
        }
    }
    gsize taken = MIN(length, HEAD_BYTES - mbox->head_length);
    memcpy(mbox->head + mbox->head_length, data, taken);
    mbox->head_length += taken;
    gboolean ended = whole && taken == length;
    if (ended || mbox->head_length == HEAD_BYTES) {
        take_line(mbox, mbox->head, mbox->head_length);
        mbox->head_length = 0;
        mbox->midline = !ended;
    }
    return taken;
}

gboolean
mbox_feed(Mbox *mbox, const char *data, gsize length)
{
    while (length > 0 && !mbox->stopped) {
        const char *newline = memchr(data, '\n', length);
        gsize n = newline != NULL ? (gsize)(newline - data) + 1 : length;
        gsize taken = feed_line(mbox, data, n, newline != NULL);
        mbox->offset += taken;
        data += taken;
        length -= taken;
    }
    return !mbox->stopped;
}

void
mbox_end(Mbox *mbox)
{
    if (!mbox->stopped && mbox->head_length > 0)
        take_line(mbox, mbox->head, mbox->head_length);
    mbox->head_length = 0;
    if (!mbox->stopped)
        hand_out(mbox);
}
