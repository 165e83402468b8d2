/* changes.h: the days and reports that the open transaction changes, told to those who follow the
 * store (store_next_change). Private to store/.
 *
 * They are gathered and written once, at the commit: a group of a thousand reports touches a few
 * days.
 */
#pragma once

#include "store/statement.h"

typedef struct Changes Changes;

Changes *changes_new(void);
void changes_free(Changes *changes); /* NULL is fine */

void changes_note(Changes *changes, StoreChangeKind kind, gint64 key);
/* A rebuild: every day that is known, and the noted ones. Single reports are not told, because who
 * follows them begins anew with the generation. */
void changes_note_all(Changes *changes);
gboolean changes_any(const Changes *changes);
/* Writes what was noted as of REVISION and forgets it. */
gboolean changes_save(Changes *changes, StatementCache *statements, gint64 revision,
                      GError **error);
void changes_forget(Changes *changes);
