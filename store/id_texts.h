/* id_texts.h: the texts behind the ids of many rows, and their order. Private to store/.
 *
 * Rows of the roll-ups hold numbers. Looking each number up once, and sorting the texts once
 * instead of the rows by their texts, is what makes a summary cheap.
 *
 * Use: id_texts_slot for the ids of all rows, id_texts_load, then all that goes by rank; for other
 * rows id_texts_restart and the same again: a text that is known by then is not read again.
 */
#pragma once

#include "store/statement.h"

typedef struct IdTexts IdTexts;

/* Of the rows that the statement RANGE (ids $1 to $2: id, text and perhaps a word) gives, or ONE
 * (of id $1). Both are names of statements. */
IdTexts *id_texts_new(const char *one, const char *range);
void id_texts_free(IdTexts *texts); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdTexts, id_texts_free)

/* Forgets which slots were asked for, and so the ranks; the slots and their texts stay. */
void id_texts_restart(IdTexts *texts);

/* A small number for ID, the same each time; its text is not known yet. */
guint32 id_texts_slot(IdTexts *texts, gint64 id);

/* Reads the texts of the slots asked for since the last restart, and puts these in order. Then no
 * slot can be asked for before the next restart. STORE_ERROR_CORRUPT where there is no text. */
gboolean id_texts_load(IdTexts *texts, StatementCache *statements, GError **error);

/* After id_texts_load: the place of a slot in the order of octets, from 0. All below go by it. */
guint32 id_texts_rank(const IdTexts *texts, guint32 slot);

gint64 id_texts_id(const IdTexts *texts, guint32 rank);
/* Borrowed, until the IdTexts goes: one text is one pointer. Word is NULL where there is none. */
const char *id_texts_text(const IdTexts *texts, guint32 rank);
const char *id_texts_word(const IdTexts *texts, guint32 rank);
