#include "ingest/files.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/limits.h"

/* A folder of its own for each test, and what a walk over it saw: "KIND SOURCE NAME SIZE:TEXT" and
 * "unreadable SOURCE", without the folder's own path. */
typedef struct {
    char *folder;
    GString *seen;
    guint stop_after;
    guint64 octets;
} Fixture;

static void
set_up(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture->folder = g_dir_make_tmp("tlsgauge-files-XXXXXX", NULL);
    g_assert_nonnull(fixture->folder);
    fixture->seen = g_string_new(NULL);
    fixture->stop_after = G_MAXUINT;
}

static void
remove_tree(const char *path)
{
    GStatBuf st;
    g_assert_cmpint(g_lstat(path, &st), ==, 0);
    if (S_ISDIR(st.st_mode)) {
        g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
        for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
            g_autofree char *child = g_build_filename(path, name, NULL);
            remove_tree(child);
        }
    }
    g_assert_cmpint(g_remove(path), ==, 0);
}

static void
tear_down(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    remove_tree(fixture->folder);
    g_free(fixture->folder);
    g_string_free(fixture->seen, TRUE);
}

static char *
inside(const Fixture *fixture, const char *name)
{
    return g_build_filename(fixture->folder, name, NULL);
}

static void
put(const Fixture *fixture, const char *name, const char *text)
{
    g_autofree char *path = inside(fixture, name);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static const char *
shorten(const Fixture *fixture, const char *path)
{
    gsize n = strlen(fixture->folder);
    return strncmp(path, fixture->folder, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

static gboolean
on_item(gpointer self, const FileItem *item)
{
    Fixture *fixture = self;
    gsize length;
    const char *text = g_bytes_get_data(item->bytes, &length);
    g_string_append_printf(fixture->seen, "%s %s %s %" G_GUINT64_FORMAT ":",
                           item->kind == FILE_ITEM_MESSAGE ? "message" : "any",
                           shorten(fixture, item->source),
                           item->file_name != NULL ? item->file_name : "-", item->full_size);
    g_string_append_len(fixture->seen, text, (gssize)length);
    g_string_append_c(fixture->seen, '|');
    return --fixture->stop_after > 0;
}

static void
on_unreadable(gpointer self, const char *path, const char *why)
{
    Fixture *fixture = self;
    g_assert_cmpuint(strlen(why), >, 0);
    g_string_append_printf(fixture->seen, "unreadable %s|", shorten(fixture, path));
}

static void
on_progress(gpointer self, guint64 octets)
{
    Fixture *fixture = self;
    g_assert_cmpuint(octets, >=, fixture->octets);
    fixture->octets = octets;
}

/* Walks NAME, or the whole folder for "". */
static void
check(Fixture *fixture, const char *name, gsize max, const char *wanted)
{
    g_autofree char *path = inside(fixture, name);
    if (name[0] == '\0')
        path[strlen(fixture->folder)] = '\0';
    const FileVisitor visitor = {on_item, on_unreadable, on_progress, fixture};
    g_string_truncate(fixture->seen, 0);
    fixture->octets = 0;
    files_walk(path, max, &visitor);
    g_assert_cmpstr(fixture->seen->str, ==, wanted);
}

static void
test_file(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    put(fixture, "a.json", "{}");
    put(fixture, "empty", "");
    check(fixture, "a.json", 100, "any a.json a.json 2:{}|");
    g_assert_cmpuint(fixture->octets, ==, 2);
    check(fixture, "empty", 100, "any empty empty 0:|");
    check(fixture, "missing", 100, "unreadable missing|");
}

static void
test_file_too_large(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    put(fixture, "a", "0123456789");
    check(fixture, "a", 10, "any a a 10:0123456789|");
    check(fixture, "a", 9, "any a a 10:0123456789|");
    check(fixture, "a", 8, "any a a 10:012345678|");
    check(fixture, "a", 0, "any a a 10:0|");
}

static void
test_folder(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    put(fixture, "b.json", "b");
    put(fixture, "a/z", "z");
    put(fixture, "a/y", "y");
    put(fixture, ".hidden", "no");
    put(fixture, ".git/config", "no");
    put(fixture, "c", "c");
    check(fixture, "", 100, "any a/y y 1:y|any a/z z 1:z|any b.json b.json 1:b|any c c 1:c|");
}

static guint
open_descriptors(void)
{
    guint n = 0;
    g_autoptr(GDir) folder = g_dir_open("/proc/self/fd", 0, NULL);
    while (g_dir_read_name(folder) != NULL)
        n++;
    return n;
}

/* NAME is read from the disk again, as far as the kernel lets go of it. */
static void
let_go_of(const Fixture *fixture, const char *name)
{
    g_autofree char *path = inside(fixture, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    g_assert_cmpint(fsync(fd), ==, 0);
    g_assert_cmpint(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), ==, 0);
    close(fd);
}

/* More files than are opened ahead, a folder among them and one that is read in pieces: each in its
 * turn and whole, from memory or not, and none stays open where the walk ends early. */
static void
test_folder_of_many(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GString) wanted = g_string_new(NULL);
    g_autofree char *large = g_strnfill(200000, 'x');
    for (guint i = 0; i < 700; i++) {
        g_autofree char *base = g_strdup_printf("%03u", i);
        g_autofree char *name = i / 40 == 7 ? g_strdup_printf("28d/%s", base) : g_strdup(base);
        const char *text = i == 333 ? large : base;
        put(fixture, name, text);
        g_string_append_printf(wanted, "any %s %s %zu:%s|", name, base, strlen(text), text);
        if (i % 3 != 0)
            let_go_of(fixture, name);
    }
    guint before = open_descriptors();
    check(fixture, "", G_MAXSIZE, wanted->str);
    check(fixture, "", G_MAXSIZE, wanted->str);
    char *end = wanted->str;
    for (guint i = 0; i < 300; i++)
        end = strchr(end, '|') + 1;
    g_string_truncate(wanted, (gsize)(end - wanted->str));
    fixture->stop_after = 300;
    check(fixture, "", G_MAXSIZE, wanted->str);
    g_assert_cmpuint(open_descriptors(), ==, before);
}

static void
test_folder_with_odd_entries(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    put(fixture, "target/a", "a");
    g_autofree char *fifo = inside(fixture, "fifo"), *loop = inside(fixture, "loop");
    g_autofree char *link = inside(fixture, "link"), *target = inside(fixture, "target/a");
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    g_assert_cmpint(symlink(fixture->folder, loop), ==, 0);
    g_assert_cmpint(symlink(target, link), ==, 0);
    check(fixture, "", 100, "unreadable fifo|unreadable link|unreadable loop|any target/a a 1:a|");
    /* Named by the operator, a link is meant. */
    check(fixture, "link", 100, "any link link 1:a|");
    check(fixture, "loop/target", 100, "any loop/target/a a 1:a|");
}

static void
test_folder_too_deep(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GString) name = g_string_new("d");
    for (guint i = 1; i <= LIMIT_FOLDER_DEPTH; i++)
        g_string_append(name, "/d");
    g_autofree char *file = g_strconcat(name->str, "/a", NULL);
    g_autofree char *wanted = g_strdup_printf("unreadable %s|", name->str);
    put(fixture, file, "a");
    check(fixture, "", 100, wanted);
}

static void
test_unreadable(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    if (geteuid() == 0) {
        g_test_skip("root reads everything");
        return;
    }
    put(fixture, "a", "a");
    put(fixture, "b", "b");
    put(fixture, "closed/c", "c");
    g_autofree char *file = inside(fixture, "a"), *folder = inside(fixture, "closed");
    g_assert_cmpint(chmod(file, 0), ==, 0);
    g_assert_cmpint(chmod(folder, 0), ==, 0);
    check(fixture, "", 100, "unreadable a|any b b 1:b|unreadable closed|");
    g_assert_cmpint(chmod(folder, 0700), ==, 0);
}

static void
test_maildir(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    put(fixture, "m/cur/2:2,S", "From x\n\nseen");
    put(fixture, "m/cur/.nfs1", "no");
    put(fixture, "m/new/1", "new");
    put(fixture, "m/tmp/3", "not delivered");
    put(fixture, "m/dovecot.index.log", "no message");
    put(fixture, "m/.Trash/cur/4", "hidden");
    put(fixture, "m/Sub/cur/5", "sub");
    put(fixture, "m/Sub/new/6", "sub");
    put(fixture, "m/Sub/tmp/7", "not delivered");
    check(fixture, "", 100,
          "message m/Sub/cur/5 5 3:sub|message m/Sub/new/6 6 3:sub|"
          "message m/cur/2:2,S 2:2,S 12:From x\n\nseen|message m/new/1 1 3:new|");
    /* Not a Maildir: cur/ without new/. */
    put(fixture, "n/cur/1", "a");
    put(fixture, "n/tmp/2", "b");
    check(fixture, "n", 100, "any n/cur/1 1 1:a|any n/tmp/2 2 1:b|");
}

static void
test_mbox(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    put(fixture, "inbox", "From a\nX: 1\n\n>From b\n\nFrom c\nX: 2\n");
    put(fixture, "late.mbox", "\nFrom a\nX: 1\n");
    put(fixture, "no-box", "From: a\n\nFrom b\n");
    check(fixture, "inbox", 100,
          "message inbox:0 - 13:X: 1\n\nFrom b\n|message inbox:22 - 5:X: 2\n|");
    check(fixture, "inbox", 5, "message inbox:0 - 13:X: 1\n\n|message inbox:22 - 5:X: 2\n|");
    check(fixture, "late.mbox", 100, "message late.mbox:1 - 5:X: 1\n|");
    check(fixture, "no-box", 100, "any no-box no-box 16:From: a\n\nFrom b\n|");
}

/* Larger than any buffer of the reader; every message comes, with the offset it has. */
static void
test_large_mbox(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *filler = g_strnfill(997, 'x');
    GString *mailbox = g_string_new(NULL), *wanted = g_string_new(NULL);
    for (guint i = 0; i < 1000; i++) {
        g_string_append_printf(wanted, "message box:%" G_GSIZE_FORMAT " - %u:%u\n%s\n|",
                               mailbox->len,
                               i < 10    ? 1000
                               : i < 100 ? 1001
                                         : 1002,
                               i, filler);
        g_string_append_printf(mailbox, "From a\n%u\n%s\n\n", i, filler);
    }
    put(fixture, "box", mailbox->str);
    check(fixture, "box", 100000, wanted->str);
    g_assert_cmpuint(fixture->octets, ==, mailbox->len);
    g_string_free(mailbox, TRUE);
    g_string_free(wanted, TRUE);
}

static void
test_stop(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    put(fixture, "a", "a");
    put(fixture, "b/c", "c");
    put(fixture, "b/d", "d");
    put(fixture, "e", "e");
    fixture->stop_after = 2;
    check(fixture, "", 100, "any a a 1:a|any b/c c 1:c|");
    put(fixture, "box", "From a\nX\n\nFrom b\nY\n");
    fixture->stop_after = 1;
    check(fixture, "box", 100, "message box:0 - 2:X\n|");
}

/* A pipe with TEXT in it, given in pieces and after a while. */
typedef struct {
    int fd;
    const char *text;
} Slow;

static gpointer
write_slowly(gpointer data)
{
    const Slow *slow = data;
    for (const char *p = slow->text; *p != '\0'; p++) {
        g_assert_cmpint(write(slow->fd, p, 1), ==, 1);
        g_usleep(1000);
    }
    close(slow->fd);
    return NULL;
}

static void
test_standard_input(Fixture *fixture, gconstpointer data)
{
    const char *const *texts = data;
    int ends[2], saved = dup(STDIN_FILENO);
    g_assert_cmpint(pipe2(ends, O_CLOEXEC), ==, 0);
    g_assert_cmpint(dup2(ends[0], STDIN_FILENO), ==, STDIN_FILENO);
    close(ends[0]);
    /* As a parent may have left it. */
    g_assert_cmpint(fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK), ==, 0);
    Slow slow = {ends[1], texts[0]};
    GThread *thread = g_thread_new("writer", write_slowly, &slow);
    const FileVisitor visitor = {on_item, on_unreadable, NULL, fixture};
    files_walk("-", 100, &visitor);
    g_thread_join(thread);
    if (saved >= 0) {
        dup2(saved, STDIN_FILENO);
        close(saved);
    }
    g_assert_cmpstr(fixture->seen->str, ==, texts[1]);
}

static void
test_read_fd(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    put(fixture, "a", "0123456789");
    g_autofree char *path = inside(fixture, "a");
    for (gsize max = 0; max < 12; max++) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        guint64 full_size = 0;
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) bytes = files_read_fd(fd, max, &full_size, &error);
        close(fd);
        g_assert_no_error(error);
        g_assert_cmpuint(full_size, ==, 10);
        g_assert_cmpuint(g_bytes_get_size(bytes), ==, MIN(max + 1, 10));
        g_assert_cmpint(memcmp(g_bytes_get_data(bytes, NULL), "0123456789", MIN(max + 1, 10)), ==,
                        0);
    }
}

static void
test_read_fd_error(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    int fd = open(fixture->folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    guint64 full_size = 7;
    g_autoptr(GError) error = NULL;
    g_assert_null(files_read_fd(fd, 100, &full_size, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
    g_assert_cmpuint(full_size, ==, 7);
    close(fd);
}

static void
add(const char *path, void (*func)(Fixture *, gconstpointer), gconstpointer data)
{
    g_test_add(path, Fixture, data, set_up, func, tear_down);
}

int
main(int argc, char **argv)
{
    static const char *const report[] = {"{\"a\": 1}", "any - - 8:{\"a\": 1}|"};
    static const char *const mailbox[] = {"From a\nX\n\nFrom b\nY\n",
                                          "message -:0 - 2:X\n|message -:10 - 2:Y\n|"};
    static const char *const nothing[] = {"", "any - - 0:|"};
    g_test_init(&argc, &argv, NULL);
    add("/files/file", test_file, NULL);
    add("/files/file-too-large", test_file_too_large, NULL);
    add("/files/folder", test_folder, NULL);
    add("/files/folder-of-many", test_folder_of_many, NULL);
    add("/files/folder-with-odd-entries", test_folder_with_odd_entries, NULL);
    add("/files/folder-too-deep", test_folder_too_deep, NULL);
    add("/files/unreadable", test_unreadable, NULL);
    add("/files/maildir", test_maildir, NULL);
    add("/files/mbox", test_mbox, NULL);
    add("/files/large-mbox", test_large_mbox, NULL);
    add("/files/stop", test_stop, NULL);
    add("/files/standard-input/report", test_standard_input, report);
    add("/files/standard-input/mailbox", test_standard_input, mailbox);
    add("/files/standard-input/nothing", test_standard_input, nothing);
    add("/files/read-fd", test_read_fd, NULL);
    add("/files/read-fd-error", test_read_fd_error, NULL);
    return g_test_run();
}
