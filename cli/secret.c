#include "cli/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/child.h"
#include "cli/say.h"
#include "schema/limits.h"

/* A buffer that is overwritten when it goes. */
typedef struct {
    char data[LIMIT_SECRET_BYTES + 1];
    gsize length;
} Buffer;

static Buffer *
buffer_new(void)
{
    return g_new0(Buffer, 1);
}

static void
buffer_free(Buffer *buffer)
{
    if (buffer == NULL)
        return;
    explicit_bzero(buffer, sizeof *buffer);
    g_free(buffer);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Buffer, buffer_free)

void
secret_free(char *secret)
{
    if (secret == NULL)
        return;
    explicit_bzero(secret, strlen(secret));
    g_free(secret);
}

static void
fail(GError **error, const char *what, const char *why)
{
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", what, why);
}

/* Until the end, a full buffer or DEADLINE. */
static gboolean
read_all(int fd, gint64 deadline, Buffer *buffer, const char *what, GError **error)
{
    while (buffer->length < sizeof buffer->data) {
        gint64 left = deadline - g_get_monotonic_time();
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        int waited = left > 0 ? poll(&ready, 1, (int)(left / 1000) + 1) : 0;
        if (waited == 0 && left <= 0) {
            fail(error, what, "no answer within the time limit");
            return FALSE;
        }
        gssize n = waited > 0 ? read(fd, buffer->data + buffer->length,
                                     sizeof buffer->data - buffer->length)
                              : -1;
        if (n == 0)
            return TRUE;
        if (n > 0) {
            buffer->length += (gsize)n;
        } else if (waited != 0 && errno != EINTR && errno != EAGAIN) {
            fail(error, what, g_strerror(errno));
            return FALSE;
        }
    }
    return TRUE;
}

/* The first line, newly allocated. */
static char *
first_line(const Buffer *buffer, const char *what, GError **error)
{
    const char *end = memchr(buffer->data, '\n', buffer->length);
    gsize length = end != NULL ? (gsize)(end - buffer->data) : buffer->length;
    if (length > 0 && buffer->data[length - 1] == '\r')
        length--;
    if (length > LIMIT_SECRET_BYTES)
        fail(error, what, "its first line is too long for a secret");
    else if (length == 0)
        fail(error, what, "its first line is empty");
    else if (memchr(buffer->data, '\0', length) != NULL)
        fail(error, what, "its first line is no text");
    else
        return g_strndup(buffer->data, length);
    return NULL;
}

char *
secret_read_file(const char *path, GError **error)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        fail(error, path, g_strerror(errno));
        return NULL;
    }
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 0007) != 0)
        say(SAY_WARNING, "%s: everybody on this machine can read it", path);
    g_autoptr(Buffer) buffer = buffer_new();
    gint64 deadline = g_get_monotonic_time() + LIMIT_SECRET_SECONDS * G_TIME_SPAN_SECOND;
    gboolean ok = read_all(fd, deadline, buffer, path, error);
    close(fd);
    return ok ? first_line(buffer, path, error) : NULL;
}

static char *
read_credential(const char *name, GError **error)
{
    const char *folder = g_getenv("CREDENTIALS_DIRECTORY");
    if (folder == NULL) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                    "credential %s: $CREDENTIALS_DIRECTORY is not set (systemd sets it, with "
                    "LoadCredential=%s:/PATH in the service)",
                    name, name);
        return NULL;
    }
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return secret_read_file(path, error);
}

/* COMMAND itself may hold a secret: it is not repeated in messages. */
static char *
run_command(const char *command, GError **error)
{
    static const char what[] = "oauth-command";
    char *argv[] = {(char *)"/bin/sh", (char *)"-c", (char *)command, NULL};
    gint64 deadline = g_get_monotonic_time() + LIMIT_SECRET_SECONDS * G_TIME_SPAN_SECOND;
    GPid pid;
    int fd;
    if (!g_spawn_async_with_pipes(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, child_lead_group,
                                  NULL, &pid, NULL, &fd, NULL, error))
        return NULL;
    g_autoptr(Buffer) buffer = buffer_new();
    gboolean ok = read_all(fd, deadline, buffer, what, error);
    gboolean endless = !ok || buffer->length == sizeof buffer->data;
    close(fd);
    int status = child_wait(pid, endless ? 0 : deadline, NULL);
    if (!ok)
        return NULL;
    if (!endless && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return first_line(buffer, what, error);
    fail(error, what, "it failed, or printed without end");
    return NULL;
}

char *
secret_read(const ConfigMailbox *mailbox, gboolean *ret_is_token, GError **error)
{
    char *secret = mailbox->oauth_command != NULL ? run_command(mailbox->oauth_command, error)
                   : mailbox->credential != NULL  ? read_credential(mailbox->credential, error)
                                                  : secret_read_file(mailbox->password_file, error);
    if (secret != NULL)
        *ret_is_token = mailbox->oauth_command != NULL;
    return secret;
}
