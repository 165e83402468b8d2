/* naive_import.c: the baseline of import: a mailbox or a folder of gzip files by GMime, zlib,
 * Jansson and SQLite or PostgreSQL, in one thread, with nothing judged. PATH may be "-": a pack
 * (bench_corpus) on standard input; DATABASE the URI of an empty schema, where libpq is there.
 *
 *   bench_naive_import PATH DATABASE BATCH [anew]
 */
#include <gio/gio.h>
#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>

#include "naive_store.h"
#ifdef HAVE_LIBPQ
#include "naive_server.h"
#endif

#define ROOM (4u * 1024 * 1024)

typedef struct {
    NaiveStore store;
#ifdef HAVE_LIBPQ
    NaiveServer server; /* in place of the store, where it has a connection */
#endif
    z_stream zlib;
    char *buffer;
} Import;

static void
put(Import *import, const PlainReport *report, const guint8 *gzip, gsize length)
{
#ifdef HAVE_LIBPQ
    if (import->server.connection != NULL) {
        naive_server_put(&import->server, report, gzip, length);
        return;
    }
#endif
    naive_put(&import->store, report, gzip, length);
}

static void
take(Import *import, const guint8 *gzip, gsize length)
{
    gsize n = plain_inflate(&import->zlib, gzip, length, import->buffer, ROOM);
    PlainReport *report = n > 0 ? plain_decode(import->buffer, n) : NULL;
    if (report == NULL)
        g_error("a report cannot be read");
    put(import, report, gzip, length);
    plain_free(report);
}

static void
take_part(GMimeObject *parent, GMimeObject *part, gpointer data)
{
    (void)parent;
    if (!GMIME_IS_PART(part) || !g_mime_content_type_is_type(g_mime_object_get_content_type(part),
                                                             "application", "tlsrpt+gzip"))
        return;
    GMimeStream *stream = g_mime_stream_mem_new();
    g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(GMIME_PART(part)), stream);
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    take(data, bytes->data, bytes->len);
    g_object_unref(stream);
}

static void
import_mbox(Import *import, const char *path)
{
    GMimeStream *stream = g_mime_stream_fs_open(path, 0, 0, NULL);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    g_mime_parser_set_format(parser, GMIME_FORMAT_MBOX);
    while (!g_mime_parser_eos(parser)) {
        GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
        if (message == NULL)
            break;
        g_mime_message_foreach(message, take_part, import);
        g_object_unref(message);
    }
    g_object_unref(parser);
    g_object_unref(stream);
}

static void
import_folder(Import *import, const char *path)
{
    GDir *folder = g_dir_open(path, 0, NULL);
    for (const char *name; (name = g_dir_read_name(folder)) != NULL;) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        char *bytes;
        gsize length;
        if (g_file_test(child, G_FILE_TEST_IS_DIR)) {
            import_folder(import, child);
        } else if (g_file_get_contents(child, &bytes, &length, NULL)) {
            take(import, (guint8 *)bytes, length);
            g_free(bytes);
        }
    }
    g_dir_close(folder);
}

static void
import_pack(Import *import)
{
    guint32 size;
    g_autofree guint8 *gzip = g_malloc(ROOM);
    while (fread(&size, sizeof size, 1, stdin) == 1) {
        size = GUINT32_FROM_LE(size);
        if (size > ROOM || fread(gzip, 1, size, stdin) != size)
            g_error("the pack is cut off");
        take(import, gzip, size);
    }
}

static void
open_store(Import *import, const char *place, guint batch)
{
#ifdef HAVE_LIBPQ
    if (g_str_has_prefix(place, "postgresql:")) {
        naive_server_open(&import->server, place, batch);
        return;
    }
#endif
    naive_open(&import->store, place, batch);
}

static void
close_store(Import *import)
{
#ifdef HAVE_LIBPQ
    if (import->server.connection != NULL) {
        naive_server_close(&import->server);
        return;
    }
#endif
    naive_close(&import->store);
}

int
main(int argc, char **argv)
{
    if (argc < 4 || argc > 5)
        return 64;
    Import import = {.buffer = g_malloc(ROOM), .store.anew = argc == 5};
    g_mime_init();
    if (inflateInit2(&import.zlib, MAX_WBITS + 16) != Z_OK)
        return 1;
    open_store(&import, argv[2], (guint)atoi(argv[3]));
    if (g_str_equal(argv[1], "-"))
        import_pack(&import);
    else if (g_file_test(argv[1], G_FILE_TEST_IS_DIR))
        import_folder(&import, argv[1]);
    else
        import_mbox(&import, argv[1]);
    close_store(&import);
    return 0;
}
