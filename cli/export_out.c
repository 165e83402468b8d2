#include "cli/export_out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/say.h"
#include "schema/limits.h"

static volatile sig_atomic_t stop;
static ExportOutState state = EXPORT_OUT_OPEN;

static void
on_stop(int signal_number)
{
    (void)signal_number;
    stop = 1;
}

static gboolean
is_regular(gint64 *ret_size)
{
    struct stat status;
    if (fstat(STDOUT_FILENO, &status) != 0 || !S_ISREG(status.st_mode))
        return FALSE;
    *ret_size = (gint64)status.st_size;
    return TRUE;
}

/* Appending to a file whose last line a crash has cut: the first line must not be glued to it. */
static void
end_cut_line(void)
{
    gint64 size = 0;
    char last = '\n';
    if (!is_regular(&size) || size == 0 || (fcntl(STDOUT_FILENO, F_GETFL) & O_APPEND) == 0)
        return;
    int file = open("/proc/self/fd/1", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return;
    if (pread(file, &last, 1, (off_t)(size - 1)) == 1 && last != '\n' &&
        write(STDOUT_FILENO, "\n", 1) != 1)
        say(SAY_WARNING, "the last line of the output is cut: %s", g_strerror(errno));
    close(file);
}

void
export_out_begin(void)
{
    /* Without SA_RESTART, so that a write which waits for its reader ends too. */
    const struct sigaction ending = {.sa_handler = on_stop};
    const struct sigaction ignored = {.sa_handler = SIG_IGN};
    sigaction(SIGTERM, &ending, NULL);
    sigaction(SIGINT, &ending, NULL);
    sigaction(SIGPIPE, &ignored, NULL);
    end_cut_line();
}

ExportOutState
export_out_state(void)
{
    if (state == EXPORT_OUT_OPEN && stop)
        state = EXPORT_OUT_STOPPED;
    return state;
}

gboolean
export_out_write(gpointer self, const GString *lines)
{
    gsize done = 0;
    (void)self;
    while (done < lines->len && export_out_state() == EXPORT_OUT_OPEN) {
        ssize_t n = write(STDOUT_FILENO, lines->str + done, lines->len - done);
        struct pollfd room = {.fd = STDOUT_FILENO, .events = POLLOUT};
        if (n >= 0) {
            done += (gsize)n;
        } else if (errno == EAGAIN) {
            (void)poll(&room, 1, -1);
        } else if (errno == EPIPE) {
            state = EXPORT_OUT_BROKEN;
        } else if (errno != EINTR) {
            say(SAY_ERROR, "cannot write the output: %s", g_strerror(errno));
            state = EXPORT_OUT_FAILED;
        }
    }
    return done == lines->len;
}

gboolean
export_out_wait(guint seconds)
{
    sigset_t ending, before;
    const struct timespec timeout = {.tv_sec = (time_t)seconds};
    /* No event is asked for: that the reader has gone is told anyway. */
    struct pollfd reader = {.fd = STDOUT_FILENO};
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    /* A signal between the look and the wait would else be noticed after the wait. */
    sigprocmask(SIG_BLOCK, &ending, &before);
    if (export_out_state() == EXPORT_OUT_OPEN && ppoll(&reader, 1, &timeout, &before) > 0)
        state = EXPORT_OUT_BROKEN;
    sigprocmask(SIG_SETMASK, &before, NULL);
    return export_out_state() == EXPORT_OUT_OPEN;
}

gboolean
export_out_load_cursor(const char *path, ExportCursor *ret_cursor)
{
    g_autofree char *text = NULL;
    gsize length;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &text, &length, &error)) {
        if (g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
            return TRUE;
        say(SAY_ERROR, "%s", error->message);
        return FALSE;
    }
    if (length < LIMIT_TEXT_BYTES && export_cursor_parse(g_strstrip(text), ret_cursor))
        return TRUE;
    say(SAY_ERROR, "%s: is no cursor of an export; remove it to begin anew", path);
    return FALSE;
}

gboolean
export_out_save_cursor(const char *path, const ExportCursor *cursor)
{
    gint64 size;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = export_cursor_text(cursor);
    g_autofree char *line = g_strconcat(text, "\n", NULL);
    if (is_regular(&size) && fdatasync(STDOUT_FILENO) != 0 && errno != EINVAL) {
        say(SAY_ERROR, "cannot write the output: %s", g_strerror(errno));
        return FALSE;
    }
    if (g_file_set_contents_full(path, line, -1,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666,
                                 &error))
        return TRUE;
    say(SAY_ERROR, "%s", error->message);
    return FALSE;
}
