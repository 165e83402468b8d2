/* fetch_take.c: the messages of a mailbox, in groups. Part of fetch.h. */
#include "cli/fetch-internal.h"
#include "cli/say.h"
#include "ingest/imap_name.h"
#include "schema/finding.h"
#include "schema/limits.h"

static void
tell_unreadable(FetchWork *work, guint32 uid, const char *why)
{
    work->fetch->tally.unreadable++;
    say(SAY_ERROR, "%s;UID=%u: %s", work->url->address, uid, why);
}

/* ---- what is done with messages that are stored -------------------------------------------- */

/* *RET_CAN is FALSE where the server lets nothing be changed and nothing must be. */
static gboolean
make_writable(FetchWork *work, gboolean *ret_can, GError **error)
{
    ImapFolder folder = work->folder;
    if (!work->writable && !imap_select(work->imap, work->url->folder, TRUE, &folder, error))
        return FALSE;
    if (folder.uidvalidity != work->folder.uidvalidity) {
        g_set_error(error, IMAP_ERROR, IMAP_ERROR_LOST, "the folder was replaced meanwhile");
        return FALSE;
    }
    *ret_can = !folder.read_only;
    if (folder.read_only && (work->mailbox->move_to != NULL || work->mailbox->remove)) {
        g_set_error(error, IMAP_ERROR, IMAP_ERROR_CANNOT,
                    "the server lets this user change nothing in the folder %s", work->url->folder);
        return FALSE;
    }
    work->writable = TRUE;
    work->folder = folder;
    return TRUE;
}

gboolean
fetch_clear_away(FetchWork *work, const char *taken, const char *whole, GError **error)
{
    const ConfigMailbox *mailbox = work->mailbox;
    gboolean away = whole != NULL && (mailbox->move_to != NULL || mailbox->remove), can;
    if (taken == NULL && !away)
        return TRUE;
    if (!make_writable(work, &can, error))
        return FALSE;
    if (!can)
        return TRUE;
    if (taken != NULL && !imap_mark_seen(work->imap, taken, error))
        return FALSE;
    if (away && !imap_can_remove(work->imap, mailbox->move_to != NULL) && !work->warned) {
        say(SAY_WARNING,
            "fetch %s: the server cannot remove single messages (no UIDPLUS): they are marked as "
            "deleted",
            fetch_label(work));
        work->warned = TRUE;
    }
    if (away && mailbox->move_to != NULL)
        return imap_move(work->imap, whole, mailbox->move_to, error);
    return !away || imap_delete(work->imap, whole, error);
}

/* ---- one group ----------------------------------------------------------------------------- */

static gboolean
store_group(FetchWork *work, GError **error)
{
    Fetch *fetch = work->fetch;
    return fetch->dry_run || fetch_group_store(work->group, fetch->app->store, work->url->address,
                                               work->folder.uidvalidity, &fetch->tally, error);
}

static void
tell_item(const FetchWork *work, guint32 uid, const Judged *item)
{
    const Report *report = item->report;
    g_autofree char *line = item->outcome == OUTCOME_STORED
                                ? g_strdup_printf("UID %u: %s, report-id %s", uid,
                                                  report->organization_name, report->report_id)
                                : g_strdup_printf("UID %u: to quarantine, %s: %s", uid,
                                                  receipt_for(item->outcome)->word, item->reason);
    g_autofree char *printable = text_printable(line, -1, 1024);
    g_autofree char *out = g_strdup_printf("%s: %s\n", fetch_label(work), printable);
    say_output(out, -1);
}

static void
tell_message(FetchWork *work, const FetchMessage *message)
{
    Fetch *fetch = work->fetch;
    gboolean chatty = fetch->app->verbose && !fetch->tally.progress;
    if (message->is_stray) {
        fetch->tally.strays++;
        if (chatty)
            say(SAY_INFO, "%s;UID=%u: not a report", work->url->address, message->uid);
        return;
    }
    for (guint i = 0; i < message->items->len; i++) {
        const Judged *item = g_ptr_array_index(message->items, i);
        if (fetch->dry_run) {
            tally_add(&fetch->tally, item->outcome);
            if (!fetch->quiet)
                tell_item(work, message->uid, item);
        } else if (chatty && item->outcome != OUTCOME_STORED) {
            say(SAY_WARNING, "%s: %s: %s", item->source, receipt_for(item->outcome)->word,
                item->reason);
        }
    }
}

static void
on_message(gpointer data, const ImapMessage *fetched)
{
    FetchWork *work = data;
    Fetch *fetch = work->fetch;
    FetchMessage *message = fetch_group_find(work->group, fetched->uid);
    if (message == NULL || message->state != FETCHED_NOT_YET || work->trouble != NULL)
        return;
    if (fetched->body == NULL) {
        message->state = FETCHED_TOO_LARGE;
        tell_unreadable(work, message->uid, "larger than [limits] message-bytes; passed over");
        return;
    }
    fetch_group_judge(work->group, message, &fetch->app->config->rules, work->url->address,
                      fetched->body);
    if (message->state == FETCHED_JUDGED)
        tell_message(work, message);
    else
        tell_unreadable(work, message->uid, "out of memory");
    if (fetch->dry_run)
        g_clear_pointer(&message->items, g_ptr_array_unref);
    else if (fetch_group_is_heavy(work->group))
        (void)store_group(work, &work->trouble);
    tally_show(&fetch->tally, FALSE);
}

static void
on_still_there(gpointer data, const ImapMessage *message)
{
    (void)message;
    *(gboolean *)data = TRUE;
}

/* A message that did not come with the others. */
static gboolean
fetch_single(FetchWork *work, FetchMessage *message, GError **error)
{
    g_autofree char *set = imap_set_text(&message->uid, 1);
    g_autoptr(GError) refusal = NULL;
    gboolean there = FALSE;
    if (!imap_fetch(work->imap, set, on_message, work, &refusal)) {
        if (!g_error_matches(refusal, IMAP_ERROR, IMAP_ERROR_REFUSED)) {
            g_propagate_error(error, g_steal_pointer(&refusal));
            return FALSE;
        }
        there = TRUE;
    } else if (message->state == FETCHED_NOT_YET &&
               !imap_survey(work->imap, set, on_still_there, &there, error)) {
        return FALSE;
    }
    if (message->state != FETCHED_NOT_YET)
        return TRUE;
    message->state = there ? FETCHED_UNREADABLE : FETCHED_GONE;
    if (there)
        tell_unreadable(work, message->uid,
                        refusal != NULL ? refusal->message : "the server does not give it");
    return TRUE;
}

static FetchMessage *
first_missing(const FetchGroup *group)
{
    for (guint i = 0; i < group->messages->len; i++) {
        FetchMessage *message = g_ptr_array_index(group->messages, i);
        if (message->state == FETCHED_NOT_YET)
            return message;
    }
    return NULL;
}

static gboolean
fetch_bodies(FetchWork *work, GError **error)
{
    g_autofree char *set = fetch_group_set(work->group, FETCH_SET_MISSING);
    g_autoptr(GError) refusal = NULL;
    FetchMessage *missing;
    if (set != NULL && !imap_fetch(work->imap, set, on_message, work, &refusal) &&
        !g_error_matches(refusal, IMAP_ERROR, IMAP_ERROR_REFUSED)) {
        g_propagate_error(error, g_steal_pointer(&refusal));
        return FALSE;
    }
    while (work->trouble == NULL && (missing = first_missing(work->group)) != NULL) {
        if (!fetch_single(work, missing, error))
            return FALSE;
    }
    return TRUE;
}

/* The connection went while GROUP was fetched. If it is the fault of one message, which some
 * servers die of, that must not keep all behind it from coming for ever. */
static void
note_suspect(FetchWork *work)
{
    const FetchMessage *missing = first_missing(work->group);
    if (missing == NULL)
        return;
    work->strikes = missing->uid == work->suspect ? work->strikes + 1 : 1;
    work->suspect = missing->uid;
}

static gboolean
take_group(FetchWork *work, GError **error)
{
    g_autoptr(GError) problem = NULL;
    gboolean fetched = fetch_bodies(work, &problem);
    if (!fetched)
        note_suspect(work);
    /* What has come is stored in any case. */
    if (work->trouble == NULL)
        (void)store_group(work, &work->trouble);
    if (work->trouble != NULL) {
        g_propagate_error(error, g_steal_pointer(&work->trouble));
        return FALSE;
    }
    work->mark = MAX(work->mark, fetch_group_mark(work->group));
    tally_show(&work->fetch->tally, FALSE);
    if (!fetched) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    g_autofree char *taken = fetch_group_set(work->group, FETCH_SET_TAKEN);
    g_autofree char *whole = fetch_group_set(work->group, FETCH_SET_WHOLE);
    return work->fetch->dry_run || fetch_clear_away(work, taken, whole, error);
}

/* ---- groups -------------------------------------------------------------------------------- */

static void
on_survey(gpointer data, const ImapMessage *message)
{
    if (!message->deleted)
        g_array_append_val(data, *message);
}

static int
compare_messages(const void *a, const void *b)
{
    guint32 left = ((const ImapMessage *)a)->uid, right = ((const ImapMessage *)b)->uid;
    return left < right ? -1 : left > right ? 1 : 0;
}

/* Takes the group as far as it is, and begins another. */
static gboolean
close_group(FetchWork *work, GError **error)
{
    gboolean ok = work->group->messages->len == 0 || take_group(work, error);
    fetch_group_free(work->group);
    work->group = fetch_group_new();
    return ok;
}

static gboolean
add_to_group(FetchWork *work, const ImapMessage *message, GError **error)
{
    FetchGroup *group = work->group;
    gboolean suspect = message->uid == work->suspect;
    if ((suspect || group->bytes + message->size > LIMIT_IMAP_GROUP_BYTES) &&
        !close_group(work, error))
        return FALSE;
    fetch_group_add(work->group, message->uid, message->size, message->seen);
    FetchMessage *added = fetch_group_find(work->group, message->uid);
    if (message->size > work->login.message_bytes) {
        added->state = FETCHED_TOO_LARGE;
        tell_unreadable(work, message->uid, "larger than [limits] message-bytes; passed over");
    } else if (suspect && work->strikes > 1) {
        added->state = FETCHED_UNREADABLE;
        tell_unreadable(work, message->uid, "the connection is lost whenever it is fetched");
    }
    return !suspect || close_group(work, error);
}

gboolean
fetch_take(FetchWork *work, const guint32 *uids, gsize n, GError **error)
{
    g_autoptr(GArray) messages = g_array_new(FALSE, FALSE, sizeof(ImapMessage));
    g_autofree char *set = imap_set_text(uids, n);
    if (!imap_survey(work->imap, set, on_survey, messages, error))
        return FALSE;
    g_array_sort(messages, compare_messages);
    for (guint i = 0; i < messages->len; i++) {
        const ImapMessage *message = &g_array_index(messages, ImapMessage, i);
        gboolean repeated = i > 0 && message->uid == message[-1].uid;
        if (!repeated && !add_to_group(work, message, error))
            return FALSE;
    }
    return close_group(work, error);
}
