#include "cli/child.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

void
child_lead_group(gpointer data)
{
    (void)data;
    (void)setpgid(0, 0);
    (void)signal(SIGPIPE, SIG_DFL);
}

int
child_wait(GPid pid, gint64 deadline, gboolean *ret_late)
{
    int status = -1;
    pid_t ended;
    gboolean late = FALSE;
    while ((ended = waitpid(pid, &status, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
        if (g_get_monotonic_time() >= deadline) {
            late = TRUE;
            kill(-pid, SIGKILL);
        }
        g_usleep(G_USEC_PER_SEC / 100);
    }
    if (ret_late != NULL)
        *ret_late = late;
    return status;
}

/* A file without a name that holds INPUT: a program that does not read it cannot hold us up. */
static int
input_file(GBytes *input)
{
    gsize length;
    const char *data = g_bytes_get_data(input, &length);
    int fd = memfd_create("tlsgauge-input", MFD_CLOEXEC);
    while (fd >= 0 && length > 0) {
        ssize_t n = write(fd, data, length);
        if (n < 0 && errno != EINTR) {
            close(fd);
            return -1;
        }
        data += MAX(n, 0);
        length -= (gsize)MAX(n, 0);
    }
    if (fd >= 0)
        (void)lseek(fd, 0, SEEK_SET);
    return fd;
}

static gboolean
judge(const char *what, int status, gboolean late, guint seconds, int *ret_exit, GError **error)
{
    if (late)
        g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED,
                    "%s was ended: it took longer than %u seconds", what, seconds);
    else if (!WIFEXITED(status))
        g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "%s was ended by signal %d", what,
                    WTERMSIG(status));
    else if ((*ret_exit = WEXITSTATUS(status)) != 0)
        g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "%s failed with exit status %d",
                    what, *ret_exit);
    else
        return TRUE;
    return FALSE;
}

gboolean
child_run(const char *what, const char *const *argv, const char *const *environment, GBytes *input,
          guint seconds, int *ret_exit, GError **error)
{
    GPid pid;
    gboolean late;
    gint64 deadline = g_get_monotonic_time() + seconds * G_TIME_SPAN_SECOND;
    *ret_exit = 0;
    int fd = input_file(input);
    if (fd < 0) {
        g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "%s: %s", what, g_strerror(errno));
        return FALSE;
    }
    gboolean started =
        g_spawn_async_with_fds(NULL, (char **)argv, (char **)environment, G_SPAWN_DO_NOT_REAP_CHILD,
                               child_lead_group, NULL, &pid, fd, STDERR_FILENO, -1, error);
    close(fd);
    if (!started) {
        g_prefix_error(error, "%s: ", what);
        return FALSE;
    }
    int status = child_wait(pid, deadline, &late);
    return judge(what, status, late, seconds, ret_exit, error);
}
