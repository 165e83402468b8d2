#include "ingest/files.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/folder.h"
#include "ingest/mbox.h"
#include "schema/limits.h"

#define BUFFER_BYTES ((gsize)64 * 1024)
#define SNIFF_BYTES  5u /* what tells a mailbox */

/* One walk. */
typedef struct {
    const FileVisitor *visitor;
    gsize max;
    guint64 octets;
    gboolean stopped;
    const char *path; /* of the mailbox in hand */
    char *buffer;     /* BUFFER_BYTES, for one file after the other */
} Walk;

/* A descriptor that is being read, with what is kept of it. */
typedef struct {
    int fd;
    char *data; /* owned, or the buffer of the walk */
    gsize length, allocated;
    gboolean ended;
    Walk *walk;     /* for progress; NULL for none */
    Folder *folder; /* that it lies in; NULL for none */
} Input;

static void
input_clear(Input *input)
{
    if (input->walk == NULL || input->data != input->walk->buffer)
        g_free(input->data);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Input, input_clear)

/* Up to ROOM octets; 0 at the end, -1 on error. Waits where the descriptor is set not to block, as
 * an inherited one may be. */
static gssize
read_some(int fd, char *data, gsize room)
{
    for (;;) {
        gssize n = read(fd, data, MIN(room, (gsize)G_MAXINT));
        if (n >= 0)
            return n;
        if (errno == EAGAIN) {
            struct pollfd wait = {.fd = fd, .events = POLLIN};
            if (poll(&wait, 1, -1) < 0 && errno != EINTR)
                return -1;
        } else if (errno != EINTR) {
            return -1;
        }
    }
}

/* Reads more behind what is there, into ROOM or less; FALSE on error. */
static gboolean
input_fill(Input *input, gsize room)
{
    char *place = input->data + input->length;
    gssize n = input->folder != NULL ? folder_read_now(input->folder, input->fd, place, room) : -1;
    if (n < 0)
        n = read_some(input->fd, place, room);
    if (n < 0)
        return FALSE;
    input->ended = n == 0;
    input->length += (gsize)n;
    Walk *walk = input->walk;
    if (walk != NULL) {
        walk->octets += (guint64)n;
        if (walk->visitor->progress != NULL)
            walk->visitor->progress(walk->visitor->self, walk->octets);
    }
    return TRUE;
}

/* The first buffer full, or less: enough to tell a mailbox. SIZE is that of a file, 0 where it is
 * not known: one that is read whole needs no second look for its end. */
static gboolean
input_start(Input *input, gsize size)
{
    input->allocated = BUFFER_BYTES;
    input->data = input->walk != NULL ? input->walk->buffer : g_malloc(input->allocated);
    while (!input->ended && input->length < SNIFF_BYTES) {
        if (!input_fill(input, input->allocated - input->length))
            return FALSE;
    }
    input->ended = input->ended || input->length == size;
    return TRUE;
}

/* What was read so far in memory of its own, to which more can be added. */
static void
input_own(Input *input)
{
    if (input->walk == NULL || input->data != input->walk->buffer)
        return;
    input->data = g_malloc(input->allocated);
    memcpy(input->data, input->walk->buffer, input->length);
}

/* The rest: MAX + 1 octets are kept, all are counted. */
static GBytes *
input_finish(Input *input, gsize max, guint64 *ret_full_size)
{
    gsize keep = MIN(max, G_MAXSSIZE - 1) + 1;
    if (input->ended) { /* nearly always: a copy of the right size */
        *ret_full_size = input->length;
        return g_bytes_new(input->data, MIN(input->length, keep));
    }
    input_own(input);
    while (!input->ended && input->length < keep) {
        if (input->length == input->allocated) {
            input->allocated = MIN(input->allocated * 2, MAX(keep, BUFFER_BYTES));
            input->data = g_realloc(input->data, input->allocated);
        }
        if (!input_fill(input, input->allocated - input->length))
            return NULL;
    }
    gsize kept = MIN(input->length, keep);
    guint64 full_size = input->length;
    char *data = g_realloc(g_steal_pointer(&input->data), MAX(kept, 1));
    g_autoptr(GBytes) bytes = g_bytes_new_take(data, kept);
    if (!input->ended)
        input->data = g_malloc(BUFFER_BYTES);
    while (!input->ended) {
        input->length = 0;
        if (!input_fill(input, BUFFER_BYTES))
            return NULL;
        full_size += input->length;
    }
    *ret_full_size = full_size;
    return g_steal_pointer(&bytes);
}

GBytes *
files_read_fd(int fd, gsize max, guint64 *ret_full_size, GError **error)
{
    g_auto(Input) input = {.fd = fd};
    GBytes *bytes = input_start(&input, 0) ? input_finish(&input, max, ret_full_size) : NULL;
    if (bytes == NULL)
        g_set_error_literal(error, G_IO_ERROR, g_io_error_from_errno(errno), g_strerror(errno));
    return bytes;
}

static void
tell_unreadable(const Walk *walk, const char *path, const char *why)
{
    walk->visitor->unreadable(walk->visitor->self, path, why);
}

static void
hand_out(Walk *walk, const FileItem *item)
{
    walk->stopped = !walk->visitor->item(walk->visitor->self, item);
}

static gboolean
take_mail(gpointer data, GBytes *bytes, guint64 full_size, guint64 offset)
{
    Walk *walk = data;
    g_autofree char *source = g_strdup_printf("%s:%" G_GUINT64_FORMAT, walk->path, offset);
    const FileItem item = {
        .kind = FILE_ITEM_MESSAGE, .bytes = bytes, .full_size = full_size, .source = source};
    hand_out(walk, &item);
    return !walk->stopped;
}

/* A mailbox that cannot be read to its end keeps back the message it breaks off in. */
static gboolean
read_mbox(Walk *walk, Input *input)
{
    g_autoptr(Mbox) mbox = mbox_new(walk->max, take_mail, walk);
    for (;;) {
        if (!mbox_feed(mbox, input->data, input->length))
            return TRUE;
        if (input->ended)
            break;
        input->length = 0;
        if (!input_fill(input, input->allocated))
            return FALSE;
    }
    mbox_end(mbox);
    return TRUE;
}

static gboolean
read_single(Walk *walk, Input *input, FileItemKind kind, const char *path, const char *name)
{
    guint64 full_size = 0;
    g_autoptr(GBytes) bytes = input_finish(input, walk->max, &full_size);
    if (bytes == NULL)
        return FALSE;
    const FileItem item = {kind, bytes, full_size, path, name};
    hand_out(walk, &item);
    return TRUE;
}

/* INPUT, of SIZE octets (0: not known), as a mailbox or as one input. NAME is the base name, or
 * NULL for a stream without one. */
static void
read_input(Input *input, gsize size, FileItemKind kind, const char *path, const char *name)
{
    Walk *walk = input->walk;
    walk->path = path;
    gboolean ok = input_start(input, size);
    if (ok && kind == FILE_ITEM_ANY &&
        (mbox_sniff(input->data, input->length) ||
         (name != NULL && g_str_has_suffix(name, ".mbox"))))
        ok = read_mbox(walk, input);
    else if (ok)
        ok = read_single(walk, input, kind, path, name);
    if (!ok)
        tell_unreadable(walk, path, g_strerror(errno));
}

static void walk_folder(Walk *walk, int fd, FileItemKind kind, const char *path, guint depth);

/* Takes the descriptor of ENTRY over. */
static void
walk_entry(Walk *walk, Folder *folder, const FolderEntry *entry, FileItemKind kind,
           const char *path, guint depth)
{
    if (entry->fd < 0) {
        tell_unreadable(walk, path, entry->why);
    } else if (entry->is_folder) {
        walk_folder(walk, entry->fd, kind, path, depth + 1);
    } else {
        g_auto(Input) input = {.fd = entry->fd, .walk = walk, .folder = folder};
        read_input(&input, entry->size, kind, path, entry->name);
        close(entry->fd);
    }
}

/* A Maildir holds messages in cur/ and new/, and other folders. */
static FileItemKind
kind_inside(const Folder *folder, const char *name, FileItemKind kind)
{
    gboolean messages =
        folder_is_maildir(folder) && (strcmp(name, "cur") == 0 || strcmp(name, "new") == 0);
    return messages ? FILE_ITEM_MESSAGE : kind;
}

static void
walk_entries(Walk *walk, Folder *folder, FileItemKind kind, const char *path, guint depth)
{
    g_autofree char *start = g_build_filename(path, "x", NULL);
    g_autoptr(GString) child = g_string_new(start);
    const gsize stem = child->len - 1;
    FolderEntry entry;
    while (!walk->stopped && folder_next(folder, &entry)) {
        g_string_truncate(child, stem);
        g_string_append(child, entry.name);
        walk_entry(walk, folder, &entry, kind_inside(folder, entry.name, kind), child->str, depth);
    }
}

/* Takes FD over. */
static void
walk_folder(Walk *walk, int fd, FileItemKind kind, const char *path, guint depth)
{
    if (depth > LIMIT_FOLDER_DEPTH) {
        tell_unreadable(walk, path, "folders nested too deep");
        close(fd);
        return;
    }
    g_autoptr(Folder) folder = folder_open(fd);
    if (folder == NULL)
        tell_unreadable(walk, path, g_strerror(errno));
    else
        walk_entries(walk, folder, kind, path, depth);
}

void
files_walk(const char *path, gsize max_bytes, const FileVisitor *visitor)
{
    g_autofree char *buffer = g_malloc(BUFFER_BYTES);
    Walk walk = {.visitor = visitor, .max = max_bytes, .buffer = buffer};
    if (strcmp(path, "-") == 0) {
        g_auto(Input) input = {.fd = STDIN_FILENO, .walk = &walk};
        read_input(&input, 0, FILE_ITEM_ANY, path, NULL);
        return;
    }
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        tell_unreadable(&walk, path, g_strerror(errno));
    } else if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        walk_folder(&walk, fd, FILE_ITEM_ANY, path, 0);
    } else {
        g_autofree char *name = g_path_get_basename(path);
        g_auto(Input) input = {.fd = fd, .walk = &walk};
        read_input(&input, 0, FILE_ITEM_ANY, path, name);
        close(fd);
    }
}
