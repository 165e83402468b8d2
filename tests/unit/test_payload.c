#include "ingest/payload.h"

#include <string.h>
#include <zip.h>

#include "ingest/gunzip.h"
#include "schema/finding.h"
#include "schema/limits.h"

#define MAX_BYTES (1024u * 1024)
#define JSON      "{\"report-id\": \"x\", \"policies\": []}"

static GBytes *
text_bytes(const char *text)
{
    return g_bytes_new_static(text, strlen(text));
}

static GBytes *
gzipped(const char *text)
{
    g_autoptr(GBytes) bytes = text_bytes(text);
    return gunzip_compress(bytes);
}

static GBytes *
joined(GBytes *a, GBytes *b)
{
    g_autoptr(GByteArray) array = g_byte_array_new();
    g_byte_array_append(array, g_bytes_get_data(a, NULL), (guint)g_bytes_get_size(a));
    g_byte_array_append(array, g_bytes_get_data(b, NULL), (guint)g_bytes_get_size(b));
    return g_byte_array_free_to_bytes(g_steal_pointer(&array));
}

static void
check_bytes(GBytes *bytes, const char *wanted)
{
    g_autoptr(GBytes) text = text_bytes(wanted);
    g_assert_true(g_bytes_equal(bytes, text));
}

/* "OUTCOME CODE CODE" of the document. */
static char *
describe(const PayloadDocument *document)
{
    GString *text = g_string_new(receipt_for(document->outcome)->word);
    for (guint i = 0; i < document->findings->len; i++) {
        const Finding *finding = g_ptr_array_index(document->findings, i);
        g_string_append_printf(text, " %s%s", finding->kind == FINDING_DEFECT ? "!" : "",
                               finding->code);
    }
    return g_string_free(text, FALSE);
}

/* INPUT holds one document, which is WANTED, and JSON_TEXT if that is not NULL. */
static void
check_one(GBytes *input, const char *wanted, const char *json_text)
{
    g_autoptr(GPtrArray) documents = payload_open(input, MAX_BYTES, NULL);
    g_assert_cmpuint(documents->len, ==, 1);
    const PayloadDocument *document = g_ptr_array_index(documents, 0);
    g_autofree char *text = describe(document);
    g_assert_cmpstr(text, ==, wanted);
    g_assert_true((document->json != NULL) == (document->outcome == OUTCOME_STORED));
    g_assert_true((findings_first_defect(document->findings) == NULL) ==
                  (document->outcome == OUTCOME_STORED));
    if (json_text != NULL)
        check_bytes(document->json, json_text);
}

static void
check_text(const char *text, const char *wanted)
{
    g_autoptr(GBytes) input = text_bytes(text);
    check_one(input, wanted, strcmp(wanted, "stored") == 0 ? text : NULL);
}

static void
test_plain(void)
{
    check_text(JSON, "stored");
    check_text(" \r\n\t" JSON, "stored");
    check_text("\xef\xbb\xbf" JSON, "stored"); /* the decoder notes the mark */
    check_text("[1]", "stored");               /* JSON, though no report */
    check_text("", "defective !not-a-report");
    check_text("   ", "defective !not-a-report");
    check_text("hello", "defective !not-a-report");
    check_text("<?xml version=\"1.0\"?>", "defective !not-a-report");
    check_text("\xef\xbb", "defective !not-a-report");
    check_text("\xff\xfe{", "defective !utf-16");
    check_text("\xfe\xff", "defective !utf-16");
    g_autoptr(GBytes) without_mark = g_bytes_new_static("{\0\"\0", 4);
    check_one(without_mark, "defective !utf-16", NULL);
    g_autoptr(GBytes) nul = g_bytes_new_static("\0\0\0\0", 4);
    check_one(nul, "defective !not-a-report", NULL);
}

static void
test_gzip(void)
{
    g_autoptr(GBytes) once = gzipped(JSON), twice = gunzip_compress(once);
    g_autoptr(GBytes) thrice = gunzip_compress(twice), text = gzipped("hello");
    g_autoptr(GBytes) empty = gzipped(""), wide = gzipped("\xff\xfe{");
    g_autoptr(GBytes) footer = text_bytes("-- \n"), head = gzipped("{\"a\":"), tail = gzipped("1}");
    g_autoptr(GBytes) trailing = joined(once, footer), members = joined(head, tail);
    g_autoptr(GBytes) cut = g_bytes_new_from_bytes(once, 0, g_bytes_get_size(once) - 9);
    g_autoptr(GBytes) start = text_bytes("\x1f\x8b");
    check_one(once, "stored", JSON);
    check_one(members, "stored", "{\"a\":1}");
    check_one(trailing, "stored gzip-trailing-bytes", JSON);
    check_one(twice, "stored gzip-nested", JSON);
    check_one(thrice, "defective gzip-nested !gzip-nested", NULL);
    check_one(text, "defective !not-a-report", NULL);
    check_one(empty, "defective !gzip-empty", NULL);
    check_one(wide, "defective !utf-16", NULL);
    check_one(cut, "defective !gzip-truncated", NULL);
    check_one(start, "defective !gzip-truncated", NULL);
}

/* What is stored: the member as it came, or a new one of the same text. */
static void
check_raw(GBytes *input, GBytes *as_it_came)
{
    g_autoptr(GPtrArray) documents = payload_open(input, MAX_BYTES, NULL);
    const PayloadDocument *document = g_ptr_array_index(documents, 0);
    g_autoptr(GBytes) raw = payload_document_raw(document);
    if (as_it_came != NULL) {
        g_assert_true(raw == as_it_came);
        return;
    }
    Gunzipped gunzipped;
    g_assert_cmpint(
        gunzip(g_bytes_get_data(raw, NULL), g_bytes_get_size(raw), MAX_BYTES, &gunzipped), ==,
        GUNZIP_OK);
    g_assert_true(gunzipped.clean);
    g_assert_true(g_bytes_equal(gunzipped.bytes, document->json));
    g_bytes_unref(gunzipped.bytes);
}

static void
test_raw(void)
{
    g_autoptr(GBytes) plain = text_bytes(JSON), once = gunzip_compress(plain);
    g_autoptr(GBytes) twice = gunzip_compress(once), zeros = g_bytes_new_static("\0\0", 2);
    g_autoptr(GBytes) padded = joined(once, zeros);
    check_raw(once, once);
    check_raw(plain, NULL);
    check_raw(twice, NULL);
    check_raw(padded, NULL);
}

static void
test_limits(void)
{
    g_autofree char *spaces = g_strnfill(MAX_BYTES - 1, ' ');
    g_autofree char *fits = g_strconcat("{", spaces, NULL);
    g_autofree char *more = g_strconcat("{ ", spaces, NULL);
    g_autoptr(GBytes) plain_fits = text_bytes(fits), plain_more = text_bytes(more);
    g_autoptr(GBytes) gzip_fits = gunzip_compress(plain_fits);
    g_autoptr(GBytes) gzip_more = gunzip_compress(plain_more);
    check_one(plain_fits, "stored", fits);
    check_one(plain_more, "too-large !too-large", NULL);
    check_one(gzip_fits, "stored", fits);
    check_one(gzip_more, "too-large !too-large", NULL);
}

/* The ratio counts above the floor only, and for all parts of a message together. */
static void
test_ratio(void)
{
    gsize size = LIMIT_RATIO_FLOOR_BYTES * 4;
    g_autofree char *spaces = g_strnfill(size, ' ');
    spaces[0] = '{';
    g_autoptr(GBytes) plain = text_bytes(spaces), bomb = gunzip_compress(plain);
    g_assert_cmpuint(g_bytes_get_size(bomb) * LIMIT_INFLATE_RATIO, <, size);
    g_autoptr(GPtrArray) documents = payload_open(bomb, LIMIT_INFLATED_BYTES, NULL);
    const PayloadDocument *document = g_ptr_array_index(documents, 0);
    g_assert_cmpint(document->outcome, ==, OUTCOME_TOO_LARGE);
}

static void
test_budget(void)
{
    g_autoptr(GBytes) input = gzipped(JSON), bad = gzipped("no JSON here");
    gsize budget = strlen(JSON) * 2 + strlen("no JSON here");
    static const Outcome wanted[] = {OUTCOME_STORED, OUTCOME_DEFECTIVE, OUTCOME_STORED,
                                     OUTCOME_TOO_LARGE};
    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
        g_autoptr(GPtrArray) documents = payload_open(i == 1 ? bad : input, MAX_BYTES, &budget);
        const PayloadDocument *document = g_ptr_array_index(documents, 0);
        g_assert_cmpint(document->outcome, ==, wanted[i]);
    }
    g_assert_cmpuint(budget, ==, 0);
}

/* ---- zip ------------------------------------------------------------------------------- */

typedef struct {
    const char *name, *text;
    gsize length; /* 0: of text */
    gboolean encrypted;
} ZipFile;

static GBytes *
zip_of(const ZipFile *files, gsize n)
{
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_t *archive = zip_open_from_source(source, ZIP_TRUNCATE, NULL);
    g_assert_nonnull(archive);
    zip_source_keep(source);
    for (gsize i = 0; i < n; i++) {
        gsize length = files[i].length != 0 ? files[i].length : strlen(files[i].text);
        zip_source_t *text = zip_source_buffer(archive, files[i].text, length, 0);
        zip_int64_t index = zip_file_add(archive, files[i].name, text, ZIP_FL_ENC_UTF_8);
        g_assert_cmpint(index, >=, 0);
        if (files[i].encrypted)
            g_assert_cmpint(
                zip_file_set_encryption(archive, (zip_uint64_t)index, ZIP_EM_AES_128, "password"),
                ==, 0);
    }
    g_assert_cmpint(zip_close(archive), ==, 0);
    zip_stat_t stat;
    g_assert_cmpint(zip_source_stat(source, &stat), ==, 0);
    g_assert_cmpint(zip_source_open(source), ==, 0);
    guint8 *data = g_malloc(stat.size);
    g_assert_cmpint(zip_source_read(source, data, stat.size), ==, (zip_int64_t)stat.size);
    zip_source_close(source);
    zip_source_free(source);
    return g_bytes_new_take(data, stat.size);
}

static void
test_zip(void)
{
    g_autoptr(GBytes) inner = gzipped(JSON);
    const ZipFile files[] = {
        {.name = "../../readme.txt", .text = "not this"},
        {.name = "/etc/one.json", .text = JSON},
        {.name = "folder/two.json.gz",
         .text = g_bytes_get_data(inner, NULL),
         .length = g_bytes_get_size(inner)},
        {.name = "empty", .text = ""},
    };
    g_autoptr(GBytes) archive = zip_of(files, G_N_ELEMENTS(files));
    g_autoptr(GPtrArray) documents = payload_open(archive, MAX_BYTES, NULL);
    g_assert_cmpuint(documents->len, ==, 2);
    for (guint i = 0; i < documents->len; i++) {
        const PayloadDocument *document = g_ptr_array_index(documents, i);
        g_autofree char *text = describe(document);
        g_assert_cmpstr(text, ==, "stored zip");
        g_assert_cmpstr(document->entry, ==, files[i + 1].name);
        check_bytes(document->json, JSON);
    }
}

static void
test_zip_defects(void)
{
    const ZipFile text = {.name = "a.txt", .text = "no JSON"};
    const ZipFile locked = {.name = "a.json", .text = JSON, .encrypted = TRUE};
    const ZipFile good = {.name = "a.json", .text = JSON};
    g_autoptr(GBytes) no_report = zip_of(&text, 1), encrypted = zip_of(&locked, 1);
    g_autoptr(GBytes) archive = zip_of(&good, 1);
    g_autoptr(GBytes) cut = g_bytes_new_from_bytes(archive, 0, g_bytes_get_size(archive) - 30);
    g_autoptr(GBytes) bare = text_bytes("PK\3\4");
    g_autoptr(GBytes) empty = g_bytes_new_static("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22);
    check_one(no_report, "defective !not-a-report", NULL);
    check_one(encrypted, "defective zip !zip-encrypted", NULL);
    check_one(cut, "defective !zip-damaged", NULL);
    check_one(bare, "defective !zip-damaged", NULL);
    check_one(empty, "defective !not-a-report", NULL);
}

/* Every octet of the archive changed in turn: no crash, and what is taken is what was packed. */
static void
test_zip_flipped_anywhere(void)
{
    const ZipFile good = {.name = "a.json", .text = JSON};
    g_autoptr(GBytes) archive = zip_of(&good, 1);
    guint refused = 0;
    for (gsize i = 0; i < g_bytes_get_size(archive); i++) {
        gsize length;
        guint8 *copy = g_memdup2(g_bytes_get_data(archive, &length), g_bytes_get_size(archive));
        copy[i] ^= 0x55;
        g_autoptr(GBytes) input = g_bytes_new_take(copy, length);
        g_autoptr(GPtrArray) documents = payload_open(input, MAX_BYTES, NULL);
        const PayloadDocument *document = g_ptr_array_index(documents, 0);
        if (document->outcome == OUTCOME_STORED)
            check_bytes(document->json, JSON);
        else
            refused++;
    }
    g_assert_cmpuint(refused, >, strlen(JSON));
}

static void
test_zip_limits(void)
{
    gsize size = MAX_BYTES / 2 + 1;
    g_autofree char *spaces = g_strnfill(size, ' ');
    spaces[0] = '{';
    const ZipFile halves[] = {{.name = "a.json", .text = spaces},
                              {.name = "b.json", .text = spaces}};
    g_autoptr(GBytes) one = zip_of(halves, 1), two = zip_of(halves, 2);
    check_one(one, "stored zip", spaces);
    check_one(two, "too-large !too-large", NULL);

    g_autofree ZipFile *many = g_new0(ZipFile, LIMIT_ZIP_ENTRIES + 1);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i <= LIMIT_ZIP_ENTRIES; i++) {
        g_ptr_array_add(names, g_strdup_printf("%u.json", i));
        many[i] = (ZipFile){.name = g_ptr_array_index(names, i), .text = JSON};
    }
    g_autoptr(GBytes) most = zip_of(many, LIMIT_ZIP_ENTRIES);
    g_autoptr(GBytes) more = zip_of(many, LIMIT_ZIP_ENTRIES + 1);
    g_autoptr(GPtrArray) documents = payload_open(most, MAX_BYTES, NULL);
    g_assert_cmpuint(documents->len, ==, LIMIT_ZIP_ENTRIES);
    check_one(more, "too-large !too-large", NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/payload/plain", test_plain);
    g_test_add_func("/payload/gzip", test_gzip);
    g_test_add_func("/payload/raw", test_raw);
    g_test_add_func("/payload/limits", test_limits);
    g_test_add_func("/payload/ratio", test_ratio);
    g_test_add_func("/payload/budget", test_budget);
    g_test_add_func("/payload/zip", test_zip);
    g_test_add_func("/payload/zip-defects", test_zip_defects);
    g_test_add_func("/payload/zip-flipped-anywhere", test_zip_flipped_anywhere);
    g_test_add_func("/payload/zip-limits", test_zip_limits);
    return g_test_run();
}
