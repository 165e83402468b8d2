#include "cli/fetch_group.h"

#include <string.h>

#include "cli/intake_store.h"
#include "cli/say.h"
#include "ingest/imap_name.h"
#include "ingest/intake.h"
#include "schema/limits.h"

static void
message_free(gpointer data)
{
    FetchMessage *message = data;
    g_clear_pointer(&message->items, g_ptr_array_unref);
    g_free(message);
}

FetchGroup *
fetch_group_new(void)
{
    FetchGroup *group = g_new0(FetchGroup, 1);
    group->messages = g_ptr_array_new_with_free_func(message_free);
    return group;
}

void
fetch_group_free(FetchGroup *group)
{
    if (group == NULL)
        return;
    g_ptr_array_unref(group->messages);
    g_free(group);
}

void
fetch_group_add(FetchGroup *group, guint32 uid, guint64 size, gboolean seen)
{
    FetchMessage *message = g_new0(FetchMessage, 1);
    message->uid = uid;
    message->size = size;
    message->seen = seen;
    g_ptr_array_add(group->messages, message);
    group->bytes += size;
}

static FetchMessage *
message_at(const FetchGroup *group, guint i)
{
    return g_ptr_array_index(group->messages, i);
}

FetchMessage *
fetch_group_find(const FetchGroup *group, guint32 uid)
{
    guint low = 0, high = group->messages->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        FetchMessage *message = message_at(group, middle);
        if (message->uid == uid)
            return message;
        if (message->uid < uid)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* Octets of a gzip member before it was compressed (RFC 1952 2.3.1: ISIZE), as it says. */
static guint64
inflated_size(GBytes *gzip)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(gzip, &length);
    guint32 size = 0;
    if (length >= sizeof size)
        memcpy(&size, data + length - sizeof size, sizeof size);
    return GUINT32_FROM_LE(size);
}

/* Somebody's mail stays untouched, and is forgotten. */
static void
set_stray(FetchMessage *message)
{
    message->is_stray = TRUE;
    message->is_whole = FALSE;
    g_clear_pointer(&message->items, g_ptr_array_unref);
}

void
fetch_group_judge(FetchGroup *group, FetchMessage *message, const IntakeRules *rules,
                  const char *address, GBytes *body)
{
    g_autofree char *source = g_strdup_printf("%s;UID=%u", address, message->uid);
    Origin origin = {ROAD_IMAP, source, g_get_real_time() / G_USEC_PER_SEC};
    message->items = g_ptr_array_new_with_free_func((GDestroyNotify)judged_free);
    intake_message(rules, &origin, body, message->items);
    gboolean is_stray = TRUE;
    message->is_whole = TRUE;
    message->state = FETCHED_JUDGED;
    for (guint i = 0; i < message->items->len; i++) {
        const Judged *item = g_ptr_array_index(message->items, i);
        is_stray = is_stray && item->is_stray;
        message->is_whole = message->is_whole && item->outcome != OUTCOME_TOO_LARGE;
        if (item->outcome == OUTCOME_UNAVAILABLE) /* out of memory */
            message->state = FETCHED_UNREADABLE;
        if (item->outcome == OUTCOME_STORED)
            group->inflated += inflated_size(item->raw);
    }
    if (is_stray || message->state == FETCHED_UNREADABLE)
        set_stray(message);
}

gboolean
fetch_group_is_heavy(const FetchGroup *group)
{
    return group->inflated > LIMIT_IMAP_GROUP_BYTES;
}

static gboolean
is_in_set(const FetchMessage *message, FetchSet which)
{
    switch (which) {
    case FETCH_SET_MISSING:
        return message->state == FETCHED_NOT_YET;
    case FETCH_SET_TAKEN:
        return message->state == FETCHED_JUDGED && !message->is_stray && !message->seen;
    case FETCH_SET_WHOLE:
        return message->state == FETCHED_JUDGED && message->is_whole;
    }
    return FALSE;
}

char *
fetch_group_set(const FetchGroup *group, FetchSet which)
{
    g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (guint i = 0; i < group->messages->len; i++) {
        const FetchMessage *message = message_at(group, i);
        if (is_in_set(message, which))
            g_array_append_val(uids, message->uid);
    }
    return uids->len > 0 ? imap_set_text((const guint32 *)(gpointer)uids->data, uids->len) : NULL;
}

guint32
fetch_group_mark(const FetchGroup *group)
{
    guint32 mark = 0;
    for (guint i = 0; i < group->messages->len; i++) {
        const FetchMessage *message = message_at(group, i);
        if (message->state == FETCHED_NOT_YET)
            break; /* servers need not keep to the order */
        if (message->state != FETCHED_UNREADABLE)
            mark = message->uid;
    }
    return mark;
}

/* ---- storing --------------------------------------------------------------------------- */

/* What became of the messages of one transaction; told when it is on disk. */
typedef struct {
    Store *store;
    const char *mailbox;
    guint32 uidvalidity;
    GArray *outcomes; /* of Outcome */
} Putting;

static gboolean
put_message(Putting *putting, const FetchMessage *message, GError **error)
{
    for (guint i = 0; message->items != NULL && i < message->items->len; i++) {
        const Judged *item = g_ptr_array_index(message->items, i);
        Outcome outcome;
        if (!intake_store_put(putting->store, item, &outcome, NULL, error))
            return FALSE;
        g_array_append_val(putting->outcomes, outcome);
    }
    return TRUE;
}

/* UNFINISHED may be NULL. */
static gboolean
put_mark(Putting *putting, guint32 mark, char *unfinished, GError **error)
{
    const StoreMailbox state = {putting->uidvalidity, mark, unfinished};
    return mark == 0 || putting->uidvalidity == 0 ||
           store_set_mailbox(putting->store, putting->mailbox, &state, error);
}

/* The N messages of GROUP from FROM on, and MARK, in one transaction. */
static gboolean
put_range(Putting *putting, const FetchGroup *group, guint from, guint n, guint32 mark,
          GError **error)
{
    g_autoptr(GArray) whole = g_array_new(FALSE, FALSE, sizeof(guint32));
    g_array_set_size(putting->outcomes, 0);
    if (!store_begin(putting->store, error))
        return FALSE;
    gboolean ok = TRUE;
    for (guint i = 0; ok && i < from + n; i++) {
        const FetchMessage *message = message_at(group, i);
        if (i >= from)
            ok = put_message(putting, message, error);
        if (is_in_set(message, FETCH_SET_WHOLE))
            g_array_append_val(whole, message->uid);
    }
    g_autofree char *unfinished = imap_set_text((const guint32 *)(gpointer)whole->data, whole->len);
    if (ok && put_mark(putting, mark, unfinished, error) && store_commit(putting->store, error)) {
        for (guint i = from; i < from + n; i++)
            g_clear_pointer(&message_at(group, i)->items, g_ptr_array_unref);
        return TRUE;
    }
    store_rollback(putting->store);
    return FALSE;
}

static void
count(Putting *putting, Tally *tally)
{
    for (guint i = 0; i < putting->outcomes->len; i++)
        tally_add(tally, g_array_index(putting->outcomes, Outcome, i));
}

static gboolean
is_lasting(const GError *error)
{
    return error->domain != STORE_ERROR || error->code != STORE_ERROR_INTERNAL;
}

/* Each on its own: one of them is bad, and must not cost the others. */
static gboolean
put_singly(Putting *putting, FetchGroup *group, Tally *tally, GError **error)
{
    guint32 mark = fetch_group_mark(group);
    for (guint i = 0; i < group->messages->len; i++) {
        FetchMessage *message = message_at(group, i);
        g_autoptr(GError) problem = NULL;
        if (put_range(putting, group, i, 1, MIN(mark, message->uid), &problem)) {
            count(putting, tally);
            continue;
        }
        if (is_lasting(problem)) {
            g_propagate_error(error, g_steal_pointer(&problem));
            return FALSE;
        }
        say(SAY_ERROR, "%s;UID=%u: cannot be stored: %s", putting->mailbox, message->uid,
            problem->message);
        tally_add(tally, OUTCOME_UNAVAILABLE);
        set_stray(message);
    }
    return TRUE;
}

gboolean
fetch_group_store(FetchGroup *group, Store *store, const char *mailbox, guint32 uidvalidity,
                  Tally *tally, GError **error)
{
    g_autoptr(GArray) outcomes = g_array_new(FALSE, FALSE, sizeof(Outcome));
    g_autoptr(GError) problem = NULL;
    Putting putting = {store, mailbox, uidvalidity, outcomes};
    group->inflated = 0;
    if (put_range(&putting, group, 0, group->messages->len, fetch_group_mark(group), &problem)) {
        count(&putting, tally);
        return TRUE;
    }
    if (!is_lasting(problem))
        return put_singly(&putting, group, tally, error);
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
}
