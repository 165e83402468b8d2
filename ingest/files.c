#include "ingest/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/mbox.h"
#include "schema/arena.h"
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
    Walk *walk; /* for progress; NULL for none */
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
    gssize n = read_some(input->fd, input->data + input->length, room);
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

/* FD, a file of SIZE octets (0: not known), as a mailbox or as one input. NAME is the base name, or
 * NULL for a stream without one. */
static void
read_input(Walk *walk, int fd, gsize size, FileItemKind kind, const char *path, const char *name)
{
    g_auto(Input) input = {.fd = fd, .walk = walk};
    walk->path = path;
    gboolean ok = input_start(&input, size);
    if (ok && kind == FILE_ITEM_ANY &&
        (mbox_sniff(input.data, input.length) || (name != NULL && g_str_has_suffix(name, ".mbox"))))
        ok = read_mbox(walk, &input);
    else if (ok)
        ok = read_single(walk, &input, kind, path, name);
    if (!ok)
        tell_unreadable(walk, path, g_strerror(errno));
}

static void walk_folder(Walk *walk, int fd, FileItemKind kind, const char *path, guint depth);

/* What a folder tells of one of its entries. */
typedef struct {
    unsigned char type; /* DT_REG and so on; DT_UNKNOWN where the file system does not say */
    char name[];
} Entry;

static int
compare_names(gconstpointer a, gconstpointer b)
{
    const Entry *one = *(const Entry *const *)a, *other = *(const Entry *const *)b;
    return strcmp(one->name, other->name);
}

/* Of Entry, in ARENA: sorted, without hidden ones; NULL on error. */
static GPtrArray *
list_entries(DIR *folder, Arena *arena)
{
    g_autoptr(GPtrArray) entries = g_ptr_array_new();
    const struct dirent *found;
    while (errno = 0, (found = readdir(folder)) != NULL) {
        gsize size = strlen(found->d_name) + 1;
        if (found->d_name[0] == '.')
            continue;
        Entry *entry = arena_alloc(arena, sizeof *entry + size);
        entry->type = found->d_type;
        memcpy(entry->name, found->d_name, size);
        g_ptr_array_add(entries, entry);
    }
    if (errno != 0)
        return NULL;
    g_ptr_array_sort(entries, compare_names);
    return g_steal_pointer(&entries);
}

static gboolean
is_folder(int parent, const char *name)
{
    struct stat st;
    return fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

/* The kind of file that ENTRY is (S_IFREG and so on); 0 and errno when it is gone. */
static mode_t
entry_kind(int parent, const Entry *entry)
{
    struct stat st;
    if (entry->type != DT_UNKNOWN)
        return DTTOIF(entry->type);
    return fstatat(parent, entry->name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_mode & S_IFMT : 0;
}

/* Opens a regular file or a folder of a folder, and nothing else: opening a FIFO would wait,
 * opening a device may do things. -1 and *RET_WHY (static) otherwise. */
static int
open_entry(int parent, const Entry *entry, struct stat *ret_stat, const char **ret_why)
{
    mode_t kind = entry_kind(parent, entry);
    if (kind == 0) {
        *ret_why = g_strerror(errno);
        return -1;
    }
    if (kind == S_IFLNK) {
        *ret_why = "a symbolic link inside a folder is not followed";
        return -1;
    }
    *ret_why = "neither a file nor a folder";
    if (kind != S_IFREG && kind != S_IFDIR)
        return -1;
    int fd = openat(parent, entry->name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        *ret_why = g_strerror(errno);
        return -1;
    }
    /* It may have been replaced since the folder was read. */
    if (fstat(fd, ret_stat) != 0 || (ret_stat->st_mode & S_IFMT) != kind) {
        close(fd);
        return -1;
    }
    return fd;
}

static void
walk_entry(Walk *walk, int parent, const Entry *entry, FileItemKind kind, const char *path,
           guint depth)
{
    struct stat st = {0};
    const char *why = NULL;
    int fd = open_entry(parent, entry, &st, &why);
    if (fd < 0) {
        tell_unreadable(walk, path, why);
    } else if (S_ISDIR(st.st_mode)) {
        walk_folder(walk, fd, kind, path, depth + 1);
    } else {
        read_input(walk, fd, (gsize)st.st_size, kind, path, entry->name);
        close(fd);
    }
}

/* A Maildir holds messages in cur/ and new/, and other folders; its own files are those of the mail
 * server, and tmp/ is not delivered yet. */
static gboolean
is_left_alone(int folder, const char *name)
{
    return strcmp(name, "tmp") == 0 || !is_folder(folder, name);
}

static void
walk_entries(Walk *walk, DIR *folder, const GPtrArray *entries, FileItemKind kind, const char *path,
             guint depth)
{
    int fd = dirfd(folder);
    gboolean maildir = is_folder(fd, "cur") && is_folder(fd, "new");
    g_autofree char *start = g_build_filename(path, "x", NULL);
    g_autoptr(GString) child = g_string_new(start);
    const gsize stem = child->len - 1;
    for (guint i = 0; i < entries->len && !walk->stopped; i++) {
        const Entry *entry = g_ptr_array_index(entries, i);
        FileItemKind child_kind = kind;
        if (maildir && is_left_alone(fd, entry->name))
            continue;
        if (maildir && (strcmp(entry->name, "cur") == 0 || strcmp(entry->name, "new") == 0))
            child_kind = FILE_ITEM_MESSAGE;
        g_string_truncate(child, stem);
        g_string_append(child, entry->name);
        walk_entry(walk, fd, entry, child_kind, child->str, depth);
    }
}

/* Takes FD over. */
static void
walk_folder(Walk *walk, int fd, FileItemKind kind, const char *path, guint depth)
{
    DIR *folder = depth > LIMIT_FOLDER_DEPTH ? NULL : fdopendir(fd);
    if (folder == NULL) {
        tell_unreadable(walk, path,
                        depth > LIMIT_FOLDER_DEPTH ? "folders nested too deep" : g_strerror(errno));
        close(fd);
        return;
    }
    Arena *arena = arena_new();
    g_autoptr(GPtrArray) entries = list_entries(folder, arena);
    if (entries == NULL)
        tell_unreadable(walk, path, g_strerror(errno));
    else
        walk_entries(walk, folder, entries, kind, path, depth);
    arena_free(arena);
    closedir(folder);
}

void
files_walk(const char *path, gsize max_bytes, const FileVisitor *visitor)
{
    g_autofree char *buffer = g_malloc(BUFFER_BYTES);
    Walk walk = {.visitor = visitor, .max = max_bytes, .buffer = buffer};
    if (strcmp(path, "-") == 0) {
        read_input(&walk, STDIN_FILENO, 0, FILE_ITEM_ANY, path, NULL);
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
        read_input(&walk, fd, 0, FILE_ITEM_ANY, path, name);
        close(fd);
    }
}
