#include "store/id_texts.h"

#include <string.h>

/* From so many on they are read in one go: those between the lowest and the highest are most of
 * all. */
#define SINGLE_LOOKUPS 64

typedef struct {
    gint64 id;
    const char *text, *word;
    guint32 slot;
} Entry;

struct IdTexts {
    const char *one, *range;
    GArray *entries; /* of Entry, by slot; once they are loaded by rank */
    guint32 *ranks;  /* by slot */
    guint32 *table;  /* slot + 1 by the hash of its id, 0: free */
    guint32 mask;
    gint64 last_id; /* the id asked for last, and its slot: rows come in runs */
    guint32 last_slot;
    GStringChunk *strings;
};

IdTexts *
id_texts_new(const char *one, const char *range)
{
    IdTexts *texts = g_new0(IdTexts, 1);
    texts->one = one;
    texts->range = range;
    texts->entries = g_array_new(FALSE, TRUE, sizeof(Entry));
    texts->mask = 255;
    texts->table = g_new0(guint32, texts->mask + 1);
    texts->last_id = G_MININT64;
    texts->strings = g_string_chunk_new(4096);
    return texts;
}

void
id_texts_free(IdTexts *texts)
{
    if (texts == NULL)
        return;
    g_array_unref(texts->entries);
    g_free(texts->table);
    g_free(texts->ranks);
    g_string_chunk_free(texts->strings);
    g_free(texts);
}

static Entry *
entry_at(const IdTexts *texts, guint32 slot)
{
    return &g_array_index(texts->entries, Entry, slot);
}

/* Where ID is in the table, or would be. */
static guint32 *
place_of(const IdTexts *texts, gint64 id)
{
    guint64 hash = (guint64)id * G_GUINT64_CONSTANT(0x9E3779B97F4A7C15);
    guint32 at = (guint32)(hash >> 32) & texts->mask;
    while (texts->table[at] != 0 && entry_at(texts, texts->table[at] - 1)->id != id)
        at = (at + 1) & texts->mask;
    return &texts->table[at];
}

static void
grow(IdTexts *texts)
{
    g_free(texts->table);
    texts->mask = texts->mask * 2 + 1;
    texts->table = g_new0(guint32, (gsize)texts->mask + 1);
    for (guint32 slot = 0; slot < texts->entries->len; slot++)
        *place_of(texts, entry_at(texts, slot)->id) = slot + 1;
}

guint32
id_texts_slot(IdTexts *texts, gint64 id)
{
    if (id == texts->last_id && texts->entries->len > 0)
        return texts->last_slot;
    guint32 *place = place_of(texts, id);
    if (*place == 0) {
        Entry entry = {.id = id, .slot = texts->entries->len};
        g_array_append_val(texts->entries, entry);
        *place = texts->entries->len;
        texts->last_slot = *place - 1;
        if (texts->entries->len > texts->mask / 2)
            grow(texts);
    } else {
        texts->last_slot = *place - 1;
    }
    texts->last_id = id;
    return texts->last_slot;
}

/* ---- texts ------------------------------------------------------------------------------- */

static void
take_row(IdTexts *texts, Statement *row)
{
    guint32 place = *place_of(texts, statement_get_int(row, 0));
    const char *word = statement_get_optional(row, 2);
    if (place == 0)
        return;
    Entry *entry = entry_at(texts, place - 1);
    entry->text = g_string_chunk_insert(texts->strings, statement_get_text(row, 1));
    entry->word = word == NULL ? NULL : g_string_chunk_insert_const(texts->strings, word);
}

static gboolean
take_rows(IdTexts *texts, Statement *statement, GError **error)
{
    gboolean row;
    do {
        if (!statement_step(statement, &row, error))
            return FALSE;
        if (row)
            take_row(texts, statement);
    } while (row);
    return TRUE;
}

static gboolean
read_range(IdTexts *texts, StatementCache *statements, GError **error)
{
    gint64 first = G_MAXINT64, last = G_MININT64;
    for (guint32 slot = 0; slot < texts->entries->len; slot++) {
        first = MIN(first, entry_at(texts, slot)->id);
        last = MAX(last, entry_at(texts, slot)->id);
    }
    g_autoptr(Statement) range = statement_get(statements, texts->range, error);
    if (range == NULL)
        return FALSE;
    statement_int(range, 1, first);
    statement_int(range, 2, last);
    return take_rows(texts, range, error);
}

static gboolean
read_singly(IdTexts *texts, StatementCache *statements, GError **error)
{
    for (guint32 slot = 0; slot < texts->entries->len; slot++) {
        g_autoptr(Statement) one = statement_get(statements, texts->one, error);
        if (one == NULL ||
            !take_rows(texts, statement_int(one, 1, entry_at(texts, slot)->id), error))
            return FALSE;
    }
    return TRUE;
}

static gint
by_text(gconstpointer a, gconstpointer b)
{
    const Entry *one = a, *other = b;
    return strcmp(one->text, other->text);
}

gboolean
id_texts_load(IdTexts *texts, StatementCache *statements, GError **error)
{
    gboolean ok = texts->entries->len > SINGLE_LOOKUPS ? read_range(texts, statements, error)
                                                       : read_singly(texts, statements, error);
    for (guint32 slot = 0; ok && slot < texts->entries->len; slot++) {
        if (entry_at(texts, slot)->text == NULL) {
            g_set_error(error, STORE_ERROR, STORE_ERROR_CORRUPT,
                        "a roll-up names what is not there: rebuild the store");
            ok = FALSE;
        }
    }
    if (!ok)
        return FALSE;
    g_array_sort(texts->entries, by_text);
    texts->ranks = g_new(guint32, texts->entries->len);
    for (guint32 rank = 0; rank < texts->entries->len; rank++)
        texts->ranks[entry_at(texts, rank)->slot] = rank;
    return TRUE;
}

guint32
id_texts_rank(const IdTexts *texts, guint32 slot)
{
    return texts->ranks[slot];
}

gint64
id_texts_id(const IdTexts *texts, guint32 rank)
{
    return entry_at(texts, rank)->id;
}

const char *
id_texts_text(const IdTexts *texts, guint32 rank)
{
    return entry_at(texts, rank)->text;
}

const char *
id_texts_word(const IdTexts *texts, guint32 rank)
{
    return entry_at(texts, rank)->word;
}
