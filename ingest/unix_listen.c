#include "ingest/unix_listen.h"

#include <errno.h>
#include <gio/gio.h>
#include <grp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void
set_errno(GError **error, const char *path, const char *what)
{
    int saved = errno;
    g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(saved), "%s: cannot %s: %s", path,
                what, g_strerror(saved));
}

/* Takes away what a process that died has left behind. */
static gboolean
remove_stale(const char *path, const struct sockaddr_un *address, GError **error)
{
    struct stat status;
    if (lstat(path, &status) != 0)
        return TRUE;
    if (!S_ISSOCK(status.st_mode)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_EXISTS, "%s: is there and is no socket", path);
        return FALSE;
    }
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    gboolean answered =
        probe >= 0 && connect(probe, (const struct sockaddr *)address, sizeof *address) == 0;
    if (probe >= 0)
        close(probe);
    if (answered) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE, "%s: another process listens",
                    path);
        return FALSE;
    }
    if (unlink(path) == 0)
        return TRUE;
    set_errno(error, path, "remove the old socket");
    return FALSE;
}

static gboolean
set_rights(const char *path, guint mode, const char *group, GError **error)
{
    if (group != NULL) {
        errno = 0;
        const struct group *entry = getgrnam(group);
        if (entry == NULL) {
            g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                        "%s: there is no group \"%s\"", path, group);
            return FALSE;
        }
        if (chown(path, (uid_t)-1, entry->gr_gid) != 0) {
            set_errno(error, path, "give it to the group");
            return FALSE;
        }
    }
    if (chmod(path, mode) == 0)
        return TRUE;
    set_errno(error, path, "set its mode");
    return FALSE;
}

int
unix_listen_open(const char *path, guint mode, const char *group, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                    "%s: the path of a socket has at most %zu octets", path,
                    sizeof address.sun_path - 1);
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (!remove_stale(path, &address, error))
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* Nobody may connect before the rights are set, so it listens last. */
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        set_errno(error, path, "listen");
    } else if (set_rights(path, mode, group, error)) {
        if (listen(fd, SOMAXCONN) == 0)
            return fd;
        set_errno(error, path, "listen");
    }
    if (fd >= 0)
        close(fd);
    return -1;
}
