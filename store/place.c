#include "store/place.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* A file that only we may read, before SQLite (which asks the umask) can make one. The entry in
 * the folder is made durable too, or a power cut could take acknowledged reports with it. */
static gboolean
create_file(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        int number = errno;
        if (number == EEXIST)
            return TRUE;
        StoreErrorCode kind =
            number == ENOSPC || number == EDQUOT ? STORE_ERROR_FULL : STORE_ERROR_IO;
        if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
            g_set_error(error, STORE_ERROR, kind, "%s: the folder %s does not exist", path, folder);
        else if (number == EACCES || number == EROFS)
            g_set_error(error, STORE_ERROR, kind, "%s: the folder %s is not writable: %s", path,
                        folder, g_strerror(number));
        else
            g_set_error(error, STORE_ERROR, kind, "%s: %s", path, g_strerror(number));
        return FALSE;
    }
    close(fd);
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd); /* not every file system can; nothing to be done about it */
        close(fd);
    }
    return TRUE;
}

gboolean
place_check(const char *path, StoreMode mode, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    if (mode == STORE_WRITE && !create_file(path, error))
        return FALSE;
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "%s: there is no store", path);
        return FALSE;
    }
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_IO, "%s: is a folder or a special file", path);
        return FALSE;
    }
    if (access(path, mode == STORE_WRITE ? R_OK | W_OK : R_OK) != 0) {
        int number = errno; /* the checks below may change it */
        const char *lacks = mode == STORE_READ || access(path, R_OK) != 0 ? "readable" : "writable";
        g_set_error(error, STORE_ERROR, STORE_ERROR_IO, "%s: the file is not %s: %s", path, lacks,
                    g_strerror(number));
        return FALSE;
    }
    if (mode == STORE_WRITE && access(folder, W_OK) != 0) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_IO,
                    "%s: the folder %s is not writable (the write-ahead log is kept there): %s",
                    path, folder, g_strerror(errno));
        return FALSE;
    }
    return TRUE;
}
