#include "ingest/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "schema/arena.h"

#define AHEAD         16u /* files that are open before their turn */
#define AHEAD_BYTES   (64 * 1024)
/* So many are read ahead after a wait: to tell of files that are in memory costs something. */
#define ADVISED_FILES 256u

/* What a folder tells of one of its entries. */
typedef struct {
    unsigned char type; /* DT_REG and so on; DT_UNKNOWN where the file system does not say */
    char name[];
} Name;

struct Folder {
    DIR *stream;
    gboolean maildir;
    Arena *arena;
    GPtrArray *names;         /* of Name, in ARENA, sorted */
    guint next, opened;       /* the names whose turn is next, and which is opened next */
    FolderEntry ahead[AHEAD]; /* entry I at I % AHEAD, from NEXT up to OPENED */
    guint advised;            /* up to this one the system is told to read ahead */
};

/* ---- names --------------------------------------------------------------------------------- */

static gboolean
is_folder(int parent, const char *name)
{
    struct stat st;
    return fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    const Name *one = *(const Name *const *)a, *other = *(const Name *const *)b;
    return strcmp(one->name, other->name);
}

/* The files of a Maildir beside its folders are those of the mail server. */
static gboolean
is_left_out(const Folder *folder, const char *name)
{
    return *name == '.' || (folder->maildir &&
                            (strcmp(name, "tmp") == 0 || !is_folder(dirfd(folder->stream), name)));
}

static gboolean
read_names(Folder *folder)
{
    const struct dirent *found;
    while (errno = 0, (found = readdir(folder->stream)) != NULL) {
        gsize size = strlen(found->d_name) + 1;
        if (is_left_out(folder, found->d_name))
            continue;
        Name *name = arena_alloc(folder->arena, sizeof *name + size);
        name->type = found->d_type;
        memcpy(name->name, found->d_name, size);
        g_ptr_array_add(folder->names, name);
    }
    if (errno != 0)
        return FALSE;
    g_ptr_array_sort(folder->names, compare_names);
    return TRUE;
}

/* ---- opening ------------------------------------------------------------------------------- */

/* The kind of file that NAME is (S_IFREG and so on); 0 and errno when it is gone. */
static mode_t
kind_of(const Folder *folder, const Name *name)
{
    struct stat st;
    if (name->type != DT_UNKNOWN)
        return DTTOIF(name->type);
    if (fstatat(dirfd(folder->stream), name->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return 0;
    return st.st_mode & S_IFMT;
}

static FolderEntry
open_entry(const Folder *folder, const Name *name, mode_t kind)
{
    FolderEntry entry = {.name = name->name, .fd = -1, .is_folder = kind == S_IFDIR};
    struct stat st;
    if (kind == 0)
        entry.why = g_strerror(errno);
    else if (kind == S_IFLNK)
        entry.why = "a symbolic link inside a folder is not followed";
    else if (kind != S_IFREG && kind != S_IFDIR)
        entry.why = "neither a file nor a folder";
    if (entry.why != NULL)
        return entry;
    entry.fd = openat(dirfd(folder->stream), name->name,
                      O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
    if (entry.fd < 0) {
        entry.why = g_strerror(errno);
    } else if (fstat(entry.fd, &st) != 0 || (st.st_mode & S_IFMT) != kind) {
        /* It was replaced since the folder was read. */
        close(entry.fd);
        entry.fd = -1;
        entry.why = "neither a file nor a folder";
    } else {
        entry.size = (gsize)st.st_size;
    }
    return entry;
}

static void
advise(const FolderEntry *entry)
{
    if (entry->fd >= 0 && !entry->is_folder)
        (void)posix_fadvise(entry->fd, 0, AHEAD_BYTES, POSIX_FADV_WILLNEED);
}

/* Files up to the next folder: while the walk is inside that, none is held open here. */
static void
open_ahead(Folder *folder)
{
    while (folder->opened < folder->names->len && folder->opened < folder->next + AHEAD) {
        const Name *name = g_ptr_array_index(folder->names, folder->opened);
        mode_t kind = kind_of(folder, name);
        if (kind == S_IFDIR && folder->opened > folder->next)
            return;
        FolderEntry entry = open_entry(folder, name, kind);
        if (folder->opened < folder->advised)
            advise(&entry);
        folder->ahead[folder->opened++ % AHEAD] = entry;
        if (kind == S_IFDIR)
            return;
    }
}

/* ---- contract ------------------------------------------------------------------------------ */

Folder *
folder_open(int fd)
{
    DIR *stream = fdopendir(fd);
    if (stream == NULL) {
        int why = errno;
        close(fd);
        errno = why;
        return NULL;
    }
    Folder *folder = g_new0(Folder, 1);
    folder->stream = stream;
    folder->maildir = is_folder(fd, "cur") && is_folder(fd, "new");
    folder->arena = arena_new();
    folder->names = g_ptr_array_new();
    if (read_names(folder))
        return folder;
    int why = errno;
    folder_close(folder);
    errno = why;
    return NULL;
}

gboolean
folder_is_maildir(const Folder *folder)
{
    return folder->maildir;
}

gboolean
folder_next(Folder *folder, FolderEntry *ret_entry)
{
    open_ahead(folder);
    if (folder->next == folder->opened)
        return FALSE;
    *ret_entry = folder->ahead[folder->next++ % AHEAD];
    return TRUE;
}

gssize
folder_read_now(Folder *folder, int fd, char *buffer, gsize room)
{
    struct iovec vector = {.iov_base = buffer, .iov_len = room};
    gssize n = preadv2(fd, &vector, 1, -1, RWF_NOWAIT);
    if (n >= 0)
        return n;
    for (guint i = MAX(folder->next, folder->advised); i < folder->opened; i++)
        advise(&folder->ahead[i % AHEAD]);
    folder->advised = folder->next + ADVISED_FILES;
    return -1;
}

void
folder_close(Folder *folder)
{
    if (folder == NULL)
        return;
    for (; folder->next < folder->opened; folder->next++) {
        const FolderEntry *entry = &folder->ahead[folder->next % AHEAD];
        if (entry->fd >= 0)
            close(entry->fd);
    }
    g_ptr_array_unref(folder->names);
    arena_free(folder->arena);
    closedir(folder->stream);
    g_free(folder);
}
