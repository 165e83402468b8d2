#include "cli/say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/finding.h"

#define LINE_BYTES 4096

/* JOURNAL_STREAM names device and inode of the stream that systemd connected (systemd.exec(5)). */
static gboolean
under_journald(void)
{
    const char *stream = g_getenv("JOURNAL_STREAM");
    struct stat status;
    if (stream == NULL || fstat(STDERR_FILENO, &status) != 0)
        return FALSE;
    g_autofree char *ours = g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                                            (guint64)status.st_dev, (guint64)status.st_ino);
    return strcmp(stream, ours) == 0;
}

void
say(SayLevel level, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *printable = text_printable(text, -1, LINE_BYTES);
    g_autofree char *line = under_journald() ? g_strdup_printf("<%d>%s\n", level, printable)
                                             : g_strdup_printf("tlsgauge: %s\n", printable);
    fputs(line, stderr); /* one call, so that lines of threads do not mix */
}

/* Levenshtein distance, with an end when it passes MAX. */
static guint
distance(const char *a, const char *b, guint max)
{
    size_t length = strlen(b);
    if (length >= 64 || strlen(a) >= 64)
        return max + 1;
    guint row[64];
    for (guint j = 0; j <= length; j++)
        row[j] = j;
    for (guint i = 1; a[i - 1] != '\0'; i++) {
        guint diagonal = row[0];
        row[0] = i;
        for (guint j = 1; j <= length; j++) {
            guint above = row[j];
            guint change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = MIN(change, MIN(above, row[j - 1]) + 1);
            diagonal = above;
        }
    }
    return row[length];
}

const char *
say_nearest(const char *word, const char *const *words)
{
    const char *nearest = NULL;
    guint best = (guint)MAX(1, strlen(word) / 2) + 1;
    for (; *words != NULL; words++) {
        guint each = distance(word, *words, best);
        if (each < best) {
            best = each;
            nearest = *words;
        }
    }
    return nearest;
}

gboolean
say_output(const char *text, gssize length)
{
    size_t size = length < 0 ? strlen(text) : (size_t)length;
    if (fwrite(text, 1, size, stdout) == size && fflush(stdout) == 0)
        return TRUE;
    say(SAY_ERROR, "cannot write the output: %s", g_strerror(errno));
    return FALSE;
}

gboolean
say_colour(void)
{
    const char *no_colour = g_getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && (no_colour == NULL || *no_colour == '\0') &&
           g_strcmp0(g_getenv("TERM"), "dumb") != 0;
}
