#include "store/rebuild_rows.h"

#include <string.h>

#include "store/findings_json.h"

/* What is read at once: so many rows, and of their documents so many octets unless one alone has
 * more. Of so many rows the sizes are asked for. */
#define ROWS_AT_ONCE  250
#define BYTES_AT_ONCE (1024 * 1024)
#define SIZES_AT_ONCE 2000

typedef struct {
    gint64 id, bytes;
} Size;

struct RebuildRows {
    Store *store;
    GArray *sizes; /* of Size: of the rows that come next */
    guint at;      /* of these, the first that is not read */
    gint64 last;   /* the highest id of which the size was read */
    GArray *rows;  /* of StoredRow */
    GStringChunk *strings;
};

static void
row_clear(gpointer data)
{
    StoredRow *stored = data;
    g_clear_pointer(&stored->item.raw, g_bytes_unref);
}

RebuildRows *
rebuild_rows_new(Store *store)
{
    RebuildRows *rows = g_new0(RebuildRows, 1);
    rows->store = store;
    rows->sizes = g_array_new(FALSE, FALSE, sizeof(Size));
    rows->last = G_MININT64;
    rows->rows = g_array_new(FALSE, TRUE, sizeof(StoredRow));
    g_array_set_clear_func(rows->rows, row_clear);
    rows->strings = g_string_chunk_new(4096);
    return rows;
}

void
rebuild_rows_free(RebuildRows *rows)
{
    if (rows == NULL)
        return;
    g_array_unref(rows->sizes);
    g_array_unref(rows->rows);
    g_string_chunk_free(rows->strings);
    g_free(rows);
}

static gboolean
read_sizes(RebuildRows *rows, GError **error)
{
    gboolean row;
    g_autoptr(Statement) sizes = statement_get(rows->store->statements, "rebuild_sizes", error);
    if (sizes == NULL)
        return FALSE;
    statement_int(sizes, 1, rows->last);
    statement_int(sizes, 2, SIZES_AT_ONCE);
    g_array_set_size(rows->sizes, 0);
    rows->at = 0;
    for (;;) {
        if (!statement_step(sizes, &row, error))
            return FALSE;
        if (!row)
            return TRUE;
        Size size = {statement_get_int(sizes, 0), statement_get_int(sizes, 1)};
        if (size.id <= rows->last) { /* else a damaged tree could lead round in a circle */
            g_set_error(error, STORE_ERROR, STORE_ERROR_CORRUPT, "the table of reports is damaged");
            return FALSE;
        }
        rows->last = size.id;
        g_array_append_val(rows->sizes, size);
    }
}

/* The column as a text of ours; NULL where it is. */
static const char *
keep(RebuildRows *rows, Statement *from, int column)
{
    const char *text = statement_get_optional(from, column);
    return text != NULL ? g_string_chunk_insert(rows->strings, text) : NULL;
}

static const char *
keep_some(RebuildRows *rows, Statement *from, int column)
{
    return g_string_chunk_insert(rows->strings, statement_get_text(from, column));
}

/* One that is damaged is unlike any other. */
static void
take_digest(Statement *from, int column, guint8 digest[REPORT_DIGEST_BYTES])
{
    gsize length;
    const void *data = statement_get_blob(from, column, &length);
    if (data != NULL && length == REPORT_DIGEST_BYTES)
        memcpy(digest, data, REPORT_DIGEST_BYTES);
}

static void
take_row(RebuildRows *rows, Statement *from)
{
    g_autofree char *codes = findings_json_codes(statement_get_text(from, 26));
    StoredRow stored = {
        .row =
            {
                .id = statement_get_int(from, 0),
                .times_seen = statement_get_int(from, 7),
                .day = statement_get_int(from, 12),
                .counted = statement_get_int(from, 13) != 0,
                .sender = statement_get_int(from, 14),
                .sender_domain = keep_some(rows, from, 15),
                .starts = statement_get_int(from, 16),
                .ends = statement_get_int(from, 17),
                .instead = statement_get_int(from, 18),
                .readable = statement_get_int(from, 19) == 1,
                .organization_name = keep_some(rows, from, 20),
                .contact_info = keep(rows, from, 21),
                .report_id = keep_some(rows, from, 22),
                .counts_for = keep_some(rows, from, 23),
                .successful = statement_get_int(from, 24),
                .failed = statement_get_int(from, 25),
            },
        .item =
            {
                .received = statement_get_int(from, 1),
                .trust = TRUST_UNAUTHENTICATED,
                .authenticated_by = keep(rows, from, 3),
                .hint_domain = keep(rows, from, 4),
                .road = keep_some(rows, from, 5),
                .source = keep(rows, from, 6),
                .raw = statement_get_bytes(from, 8),
            },
        .held = (StoreHeld)statement_get_int(from, 11),
        .codes = codes != NULL ? g_string_chunk_insert_const(rows->strings, codes) : NULL,
    };
    (void)trust_from_name(statement_get_text(from, 2), &stored.item.trust);
    take_digest(from, 9, stored.row.claim);
    take_digest(from, 10, stored.row.content);
    g_array_append_val(rows->rows, stored);
}

static gboolean
read_range(RebuildRows *rows, gint64 first, gint64 last, GError **error)
{
    gboolean row;
    g_autoptr(Statement) range = statement_get(rows->store->statements, "rebuild_range", error);
    if (range == NULL)
        return FALSE;
    statement_int(range, 1, first);
    statement_int(range, 2, last);
    for (;;) {
        if (!statement_step(range, &row, error))
            return FALSE;
        if (!row)
            return TRUE;
        take_row(rows, range);
    }
}

const GArray *
rebuild_rows_next(RebuildRows *rows, GError **error)
{
    guint n = 0;
    gint64 bytes = 0;
    g_array_set_size(rows->rows, 0);
    g_string_chunk_clear(rows->strings);
    if (rows->at == rows->sizes->len && !read_sizes(rows, error))
        return NULL;
    const Size *next = &g_array_index(rows->sizes, Size, rows->at);
    guint left = rows->sizes->len - rows->at;
    if (left == 0)
        return rows->rows;
    for (; n < MIN(left, ROWS_AT_ONCE) && (n == 0 || bytes + next[n].bytes <= BYTES_AT_ONCE); n++)
        bytes += next[n].bytes;
    rows->at += n;
    return read_range(rows, next[0].id, next[n - 1].id, error) ? rows->rows : NULL;
}
