/* mailbox.c: how far mailboxes have been fetched. Part of store.h. */
#include "store/store-internal.h"

gboolean
store_get_mailbox(Store *store, const char *mailbox, StoreMailbox *ret_state, GError **error)
{
    gboolean row;
    g_autoptr(Statement) find = statement_get(store->statements, "mailbox_find", error);
    if (find == NULL || !statement_step(statement_text(find, 1, mailbox), &row, error))
        return FALSE;
    StoreMailbox state = {0};
    if (row) {
        state.uidvalidity = (guint32)statement_get_int(find, 0);
        state.uid = (guint32)statement_get_int(find, 1);
        state.unfinished = g_strdup(statement_get_text(find, 2));
    }
    *ret_state = state;
    return TRUE;
}

gboolean
store_set_mailbox(Store *store, const char *mailbox, const StoreMailbox *state, GError **error)
{
    if (!store_check_writing(store, error))
        return FALSE;
    g_autoptr(Statement) set = statement_get(store->statements, "mailbox_set", error);
    if (set != NULL) {
        statement_text(set, 1, mailbox);
        statement_int(set, 2, state->uidvalidity);
        statement_int(set, 3, state->uid);
        statement_text(set, 4, state->unfinished != NULL ? state->unfinished : "");
    }
    if (set == NULL || !statement_run(set, error)) {
        store->spoilt = TRUE;
        return FALSE;
    }
    return TRUE;
}

void
store_mailbox_clear(StoreMailbox *state)
{
    g_free(state->unfinished);
    *state = (StoreMailbox){0};
}
