#include "ingest/unzip.h"

#include <string.h>

#include "late/zip.h"
#include "schema/limits.h"

#define CHUNK_BYTES 16384u

static void
close_archive(zip_t *archive)
{
    late_zip()->discard(archive);
}

static void
close_file(zip_file_t *file)
{
    (void)late_zip()->fclose(file);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(zip_t, close_archive)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(zip_file_t, close_file)

static void
entry_free(gpointer data)
{
    UnzipEntry *entry = data;
    g_free(entry->name);
    if (entry->bytes != NULL)
        g_bytes_unref(entry->bytes);
    g_free(entry);
}

GPtrArray *
unzip_entries_new(void)
{
    return g_ptr_array_new_with_free_func(entry_free);
}

gboolean
unzip_sniff(const guint8 *data, gsize length)
{
    /* The second is the end record, with which an archive without entries begins. */
    return length >= 4 && (memcmp(data, "PK\3\4", 4) == 0 || memcmp(data, "PK\5\6", 4) == 0);
}

/* Reads FILE to its end, where libzip compares the CRC-32. NULL in *RET_BYTES: not wanted. */
static UnzipStatus
read_wanted(zip_file_t *file, gsize *left, UnzipWanted wanted, GBytes **ret_bytes)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    guint8 chunk[CHUNK_BYTES];
    for (;;) {
        zip_int64_t n = late_zip()->fread(file, chunk, sizeof chunk);
        if (n < 0)
            return UNZIP_DAMAGED;
        if (bytes->len == 0 && !wanted(chunk, (gsize)n))
            return UNZIP_OK;
        if (n == 0)
            break;
        if ((gsize)n > *left || bytes->len > G_MAXUINT / 2) /* GByteArray counts with 32 bits */
            return UNZIP_TOO_LARGE;
        *left -= (gsize)n;
        g_byte_array_append(bytes, chunk, (guint)n);
    }
    *ret_bytes = g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
    return UNZIP_OK;
}

static UnzipStatus
read_entry(zip_t *archive, zip_uint64_t index, gsize *left, UnzipWanted wanted, GBytes **ret_bytes)
{
    zip_stat_t stat;
    if (late_zip()->stat_index(archive, index, 0, &stat) != 0 ||
        (stat.valid & ZIP_STAT_COMP_METHOD) == 0)
        return UNZIP_DAMAGED;
    if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE)
        return UNZIP_ENCRYPTED;
    if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE)
        return UNZIP_METHOD;
    g_autoptr(zip_file_t) file = late_zip()->fopen_index(archive, index, 0);
    if (file == NULL)
        return UNZIP_DAMAGED;
    return read_wanted(file, left, wanted, ret_bytes);
}

static void
add_entry(GPtrArray *entries, const char *name, UnzipStatus status, GBytes *bytes)
{
    UnzipEntry *entry = g_new(UnzipEntry, 1);
    *entry = (UnzipEntry){g_strdup(name), status, bytes};
    g_ptr_array_add(entries, entry);
}

/* BYTES outlives the archive: libzip reads from it where it is. */
static zip_t *
open_archive(GBytes *bytes)
{
    gsize length;
    const void *data = g_bytes_get_data(bytes, &length);
    zip_source_t *source = late_zip()->source_buffer_create(data, length, 0, NULL);
    if (source == NULL)
        return NULL;
    zip_t *archive = late_zip()->open_from_source(source, ZIP_RDONLY, NULL);
    if (archive == NULL)
        late_zip()->source_free(source);
    return archive;
}

UnzipStatus
unzip(GBytes *bytes, gsize *left, UnzipWanted wanted, GPtrArray *ret_entries)
{
    if (late_zip() == NULL)
        return UNZIP_UNAVAILABLE;
    g_autoptr(zip_t) archive = open_archive(bytes);
    if (archive == NULL)
        return UNZIP_DAMAGED;
    zip_int64_t n = late_zip()->get_num_entries(archive, 0);
    if (n > (zip_int64_t)LIMIT_ZIP_ENTRIES)
        return UNZIP_TOO_LARGE;
    for (zip_int64_t i = 0; i < n; i++) {
        const char *name = late_zip()->get_name(archive, (zip_uint64_t)i, 0);
        if (name == NULL)
            name = "";
        if (g_str_has_suffix(name, "/"))
            continue;
        GBytes *content = NULL;
        UnzipStatus status = read_entry(archive, (zip_uint64_t)i, left, wanted, &content);
        if (status == UNZIP_TOO_LARGE)
            return status;
        if (status != UNZIP_OK || content != NULL)
            add_entry(ret_entries, name, status, content);
    }
    return UNZIP_OK;
}
