#include "cli/watch.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

/* inotify drops events when its queue overflows, and network file systems send none: a look at the
 * names now and then costs little. */
#define RESCAN_SECONDS      60
/* A burst of events is one round. */
#define SETTLE_MILLISECONDS 200
/* In a plain folder a file that changed so lately may still be written; it waits for a later round.
 */
#define QUIET_SECONDS       2

typedef struct {
    char *path;
    gboolean is_maildir; /* PATH is new/ or cur/ of one: names are unique up to ":" */
    GFileMonitor *monitor;
} Folder;

typedef struct {
    GPtrArray *folders; /* of Folder */
    GHashTable *told;   /* names of files that were told and are still there */
    const WatchVisitor *visitor;
    GMainLoop *loop;
    guint settling; /* source of the round to come, 0 if none */
    gboolean fresh; /* in this round a file was left for a later one */
} Watch;

static void
folder_free(gpointer data)
{
    Folder *folder = data;
    g_clear_object(&folder->monitor);
    g_free(folder->path);
    g_free(folder);
}

/* What the file of STATUS is remembered by: in a Maildir "NAME:2,FLAGS" is NAME, in new/ as in
 * cur/; elsewhere a file that changes after it was told is told again. */
static char *
key_of(const Folder *folder, const char *name, const GStatBuf *status)
{
    if (!folder->is_maildir)
        return g_strdup_printf("%s/%s/%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, folder->path, name,
                               (gint64)status->st_size, (gint64)status->st_mtime);
    g_autofree char *maildir = g_path_get_dirname(folder->path);
    g_autofree char *unique = g_strndup(name, strcspn(name, ":"));
    return g_build_filename(maildir, unique, NULL);
}

static gboolean
may_be_written(const Folder *folder, const GStatBuf *status)
{
    gint64 now = g_get_real_time() / G_USEC_PER_SEC;
    return !folder->is_maildir && (gint64)status->st_mtime > now - QUIET_SECONDS &&
           (gint64)status->st_mtime <= now;
}

static int
by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Tells the new files of FOLDER; PRESENT collects what is there. FALSE to end. */
static gboolean
scan_folder(Watch *watch, const Folder *folder, GHashTable *present)
{
    g_autoptr(GDir) dir = g_dir_open(folder->path, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        if (*name != '.')
            g_ptr_array_add(names, g_strdup(name));
    }
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = g_build_filename(folder->path, g_ptr_array_index(names, i), NULL);
        GStatBuf status;
        if (g_stat(path, &status) != 0 || !S_ISREG(status.st_mode))
            continue;
        if (may_be_written(folder, &status)) {
            watch->fresh = TRUE;
            continue;
        }
        char *key = key_of(folder, g_ptr_array_index(names, i), &status);
        gboolean known = g_hash_table_contains(watch->told, key);
        g_hash_table_add(present, key);
        if (known)
            continue;
        g_hash_table_add(watch->told, g_strdup(key));
        if (!watch->visitor->file(watch->visitor->self, path))
            return FALSE;
    }
    return TRUE;
}

static gboolean
is_gone(gpointer key, gpointer value, gpointer present)
{
    (void)value;
    return !g_hash_table_contains(present, key);
}

static gboolean on_settled(gpointer data);

/* One round over all folders. FALSE to end. */
static gboolean
scan(Watch *watch)
{
    watch->fresh = FALSE;
    g_autoptr(GHashTable) present = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < watch->folders->len; i++) {
        if (!scan_folder(watch, g_ptr_array_index(watch->folders, i), present))
            return FALSE;
    }
    g_hash_table_foreach_remove(watch->told, is_gone, present);
    if (watch->fresh && watch->settling == 0)
        watch->settling = g_timeout_add_seconds(QUIET_SECONDS, on_settled, watch);
    return watch->visitor->settled == NULL || watch->visitor->settled(watch->visitor->self);
}

static gboolean
on_rescan(gpointer data)
{
    Watch *watch = data;
    if (!scan(watch))
        g_main_loop_quit(watch->loop);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_settled(gpointer data)
{
    Watch *watch = data;
    watch->settling = 0;
    on_rescan(watch);
    return G_SOURCE_REMOVE;
}

/* A file is complete when it was moved here or its writer closed it; its mere creation is not
 * enough. */
static void
on_event(GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data)
{
    Watch *watch = data;
    (void)monitor, (void)file, (void)other;
    gboolean complete = event == G_FILE_MONITOR_EVENT_CHANGES_DONE_HINT ||
                        event == G_FILE_MONITOR_EVENT_MOVED_IN ||
                        event == G_FILE_MONITOR_EVENT_RENAMED;
    if (complete && watch->settling == 0)
        watch->settling = g_timeout_add(SETTLE_MILLISECONDS, on_settled, watch);
}

static gboolean
on_signal(gpointer data)
{
    g_main_loop_quit(data);
    return G_SOURCE_CONTINUE;
}

static gboolean
add_folder(Watch *watch, const char *path, gboolean is_maildir, GError **error)
{
    Folder *folder = g_new0(Folder, 1);
    g_ptr_array_add(watch->folders, folder);
    folder->path = g_strdup(path);
    folder->is_maildir = is_maildir;
    if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY, "%s: is no folder", path);
        return FALSE;
    }
    g_autoptr(GFile) file = g_file_new_for_path(path);
    folder->monitor = g_file_monitor_directory(file, G_FILE_MONITOR_WATCH_MOVES, NULL, error);
    if (folder->monitor == NULL) {
        g_prefix_error(error, "%s: ", path);
        return FALSE;
    }
    g_signal_connect(folder->monitor, "changed", G_CALLBACK(on_event), watch);
    return TRUE;
}

static gboolean
add_path(Watch *watch, const char *path, GError **error)
{
    g_autofree char *new_folder = g_build_filename(path, "new", NULL);
    g_autofree char *cur_folder = g_build_filename(path, "cur", NULL);
    if (g_file_test(new_folder, G_FILE_TEST_IS_DIR) && g_file_test(cur_folder, G_FILE_TEST_IS_DIR))
        return add_folder(watch, new_folder, TRUE, error) &&
               add_folder(watch, cur_folder, TRUE, error);
    return add_folder(watch, path, FALSE, error);
}

gboolean
watch_folders(const char *const *paths, const WatchVisitor *visitor, GError **error)
{
    Watch watch = {.folders = g_ptr_array_new_with_free_func(folder_free),
                   .told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                   .visitor = visitor,
                   .loop = g_main_loop_new(NULL, FALSE)};
    gboolean ok = TRUE;
    for (; *paths != NULL && ok; paths++)
        ok = add_path(&watch, *paths, error);
    guint sources[] = {g_unix_signal_add(SIGTERM, on_signal, watch.loop),
                       g_unix_signal_add(SIGINT, on_signal, watch.loop),
                       g_timeout_add_seconds(RESCAN_SECONDS, on_rescan, &watch)};
    if (ok && scan(&watch))
        g_main_loop_run(watch.loop);
    for (guint i = 0; i < G_N_ELEMENTS(sources); i++)
        g_source_remove(sources[i]);
    if (watch.settling != 0)
        g_source_remove(watch.settling);
    g_ptr_array_unref(watch.folders);
    g_hash_table_unref(watch.told);
    g_main_loop_unref(watch.loop);
    return ok;
}
