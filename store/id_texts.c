#include "store/id_texts.h"

#include <string.h>

/* From so many on they may be read in one go, */
#define SINGLE_LOOKUPS 64
/* if there are at most so many times as many between the lowest and the highest. */
#define RANGE_FACTOR   8

typedef struct {
    gint64 id;
    const char *text, *word;
    guint32 rank;
    guint32 round; /* in which it was last asked for */
} Entry;

struct IdTexts {
    const char *one, *range;
    GArray *entries; /* of Entry, by slot */
    GArray *asked;   /* slots (guint32) of this round; once they are loaded by rank */
    guint32 round;
    guint32 *table; /* slot + 1 by the hash of its id, 0: free */
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
    texts->asked = g_array_new(FALSE, FALSE, sizeof(guint32));
    texts->mask = 255;
    texts->table = g_new0(guint32, texts->mask + 1);
    texts->strings = g_string_chunk_new(4096);
    id_texts_restart(texts);
    return texts;
}

void
id_texts_free(IdTexts *texts)
{
    if (texts == NULL)
        return;
    g_array_unref(texts->entries);
    g_array_unref(texts->asked);
    g_free(texts->table);
    g_string_chunk_free(texts->strings);
    g_free(texts);
}

void
id_texts_restart(IdTexts *texts)
{
    g_array_set_size(texts->asked, 0);
    texts->round++;
    texts->last_id = G_MININT64;
}

static Entry *
entry_at(const IdTexts *texts, guint32 slot)
{
    return &g_array_index(texts->entries, Entry, slot);
}

static Entry *
entry_ranked(const IdTexts *texts, guint32 rank)
{
    return entry_at(texts, g_array_index(texts->asked, guint32, rank));
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

static guint32
find_or_add(IdTexts *texts, gint64 id)
{
    guint32 *place = place_of(texts, id);
    if (*place != 0)
        return *place - 1;
    Entry entry = {.id = id};
    g_array_append_val(texts->entries, entry);
    *place = texts->entries->len;
    if (texts->entries->len > texts->mask / 2)
        grow(texts);
    return texts->entries->len - 1;
}

guint32
id_texts_slot(IdTexts *texts, gint64 id)
{
    if (id == texts->last_id && texts->asked->len > 0)
        return texts->last_slot;
    guint32 slot = find_or_add(texts, id);
    Entry *entry = entry_at(texts, slot);
    if (entry->round != texts->round) {
        entry->round = texts->round;
        g_array_append_val(texts->asked, slot);
    }
    texts->last_id = id;
    texts->last_slot = slot;
    return slot;
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
    if (entry->text != NULL)
        return;
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
read_range(IdTexts *texts, StatementCache *statements, gint64 first, gint64 last, GError **error)
{
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
    for (guint32 rank = 0; rank < texts->asked->len; rank++) {
        const Entry *entry = entry_ranked(texts, rank);
        if (entry->text != NULL)
            continue;
        g_autoptr(Statement) one = statement_get(statements, texts->one, error);
        if (one == NULL || !take_rows(texts, statement_int(one, 1, entry->id), error))
            return FALSE;
    }
    return TRUE;
}

/* The same in one go, where each look-up is a round trip. */
static gboolean
read_some(IdTexts *texts, StatementCache *statements, GError **error)
{
    const char *name = g_str_equal(texts->one, "policy_one") ? "policy_some" : "name_some";
    g_autoptr(Statement) some = statement_get(statements, name, error);
    g_autoptr(GString) ids = g_string_new("{");
    for (guint32 rank = 0; rank < texts->asked->len; rank++) {
        const Entry *entry = entry_ranked(texts, rank);
        if (entry->text == NULL)
            g_string_append_printf(ids, "%s%" G_GINT64_FORMAT, ids->len > 1 ? "," : "", entry->id);
    }
    g_string_append_c(ids, '}');
    return some != NULL && take_rows(texts, statement_text(some, 1, ids->str), error);
}

static gboolean
read_missing(IdTexts *texts, StatementCache *statements, GError **error)
{
    gint64 first = G_MAXINT64, last = G_MININT64;
    guint64 missing = 0;
    for (guint32 rank = 0; rank < texts->asked->len; rank++) {
        const Entry *entry = entry_ranked(texts, rank);
        if (entry->text != NULL)
            continue;
        missing++;
        first = MIN(first, entry->id);
        last = MAX(last, entry->id);
    }
    if (missing > SINGLE_LOOKUPS && ((guint64)last - (guint64)first) / RANGE_FACTOR < missing)
        return read_range(texts, statements, first, last, error);
    if (missing > 1 && statement_can_ask(statements))
        return read_some(texts, statements, error);
    return read_singly(texts, statements, error);
}

static gint
by_text(gconstpointer a, gconstpointer b, gpointer data)
{
    const IdTexts *texts = data;
    return strcmp(entry_at(texts, *(const guint32 *)a)->text,
                  entry_at(texts, *(const guint32 *)b)->text);
}

gboolean
id_texts_load(IdTexts *texts, StatementCache *statements, GError **error)
{
    if (!read_missing(texts, statements, error))
        return FALSE;
    for (guint32 rank = 0; rank < texts->asked->len; rank++) {
        if (entry_ranked(texts, rank)->text == NULL) {
            g_set_error(error, STORE_ERROR, STORE_ERROR_CORRUPT,
                        "a roll-up names what is not there: rebuild the store");
            return FALSE;
        }
    }
    g_array_sort_with_data(texts->asked, by_text, texts);
    for (guint32 rank = 0; rank < texts->asked->len; rank++)
        entry_ranked(texts, rank)->rank = rank;
    return TRUE;
}

guint32
id_texts_rank(const IdTexts *texts, guint32 slot)
{
    return entry_at(texts, slot)->rank;
}

gint64
id_texts_id(const IdTexts *texts, guint32 rank)
{
    return entry_ranked(texts, rank)->id;
}

const char *
id_texts_text(const IdTexts *texts, guint32 rank)
{
    return entry_ranked(texts, rank)->text;
}

const char *
id_texts_word(const IdTexts *texts, guint32 rank)
{
    return entry_ranked(texts, rank)->word;
}
