#include "cli/fetch-internal.h"

#include "cli/say.h"
#include "cli/secret.h"
#include "schema/limits.h"

const char *
fetch_label(const FetchWork *work)
{
    return work->mailbox->name != NULL ? work->mailbox->name : work->url->address;
}

/* ---- one connection ------------------------------------------------------------------------ */

/* Takes up what is remembered, where it is about the same UIDs. Messages that were stored just
 * before a fetch was cut off are marked, moved or deleted now. */
static gboolean
resume(FetchWork *work, GError **error)
{
    Fetch *fetch = work->fetch;
    g_auto(StoreMailbox) state = {0};
    if (fetch->app->store == NULL || work->folder.uidvalidity == 0)
        return TRUE;
    if (!store_get_mailbox(fetch->app->store, work->url->address, &state, error))
        return FALSE;
    if (state.uidvalidity != work->folder.uidvalidity)
        return TRUE;
    if (!fetch->all)
        work->mark = MAX(work->mark, state.uid);
    const char *left =
        state.unfinished != NULL && *state.unfinished != '\0' ? state.unfinished : NULL;
    return fetch->dry_run || fetch_clear_away(work, left, left, error);
}

/* All that was there when the folder was selected is dealt with, and nothing is left to be done
 * with messages that are stored. LAST is the last candidate. */
static gboolean
remember_end(FetchWork *work, guint32 last, GError **error)
{
    Store *store = work->fetch->app->store;
    g_auto(StoreMailbox) state = {0};
    if (work->fetch->dry_run || work->folder.uidvalidity == 0)
        return TRUE;
    if (!store_get_mailbox(store, work->url->address, &state, error))
        return FALSE;
    StoreMailbox end = {.uidvalidity = work->folder.uidvalidity, .uid = work->mark};
    if (work->mark >= last && work->folder.uidnext > 0)
        end.uid = MAX(end.uid, work->folder.uidnext - 1);
    gboolean known = state.uidvalidity == end.uidvalidity && state.uid >= end.uid;
    if (known && (state.unfinished == NULL || *state.unfinished == '\0'))
        return TRUE;
    if (!store_begin(store, error))
        return FALSE;
    if (store_set_mailbox(store, work->url->address, &end, error))
        return store_commit(store, error);
    store_rollback(store);
    return FALSE;
}

static gboolean
select_folder(FetchWork *work, GError **error)
{
    ImapFolder folder;
    const char *move_to = work->mailbox->move_to;
    if (move_to != NULL && !imap_check_folder(work->imap, move_to, error)) {
        g_prefix_error(error, "folder \"%s\": ", move_to);
        return FALSE;
    }
    if (!imap_select(work->imap, work->url->folder, FALSE, &folder, error)) {
        g_prefix_error(error, "folder \"%s\": ", work->url->folder);
        return FALSE;
    }
    if (folder.uidvalidity != work->folder.uidvalidity)
        work->mark = 0;
    work->folder = folder;
    work->writable = FALSE;
    return TRUE;
}

static gboolean
run_session(FetchWork *work, GError **error)
{
    work->imap = imap_open(work->url, &work->login, error);
    if (work->imap == NULL || !select_folder(work, error) || !resume(work, error))
        return FALSE;
    guint32 last = 0, uidnext = work->folder.uidnext;
    g_autoptr(GArray) uids = work->mark == G_MAXUINT32
                                 ? g_array_new(FALSE, FALSE, sizeof(guint32))
                                 : imap_search_reports(work->imap, work->mark + 1, error);
    if (uids == NULL)
        return FALSE;
    for (guint i = 0; i < uids->len; i += LIMIT_IMAP_GROUP_MESSAGES) {
        guint n = MIN(uids->len - i, LIMIT_IMAP_GROUP_MESSAGES);
        if (!fetch_take(work, &g_array_index(uids, guint32, i), n, error))
            return FALSE;
        last = g_array_index(uids, guint32, i + n - 1);
    }
    /* SELECT, on the way, may have told of messages that the search did not see. */
    work->folder.uidnext = uidnext;
    return remember_end(work, last, error);
}

static void
end_session(FetchWork *work)
{
    g_clear_pointer(&work->imap, imap_close);
    fetch_group_free(work->group);
    work->group = fetch_group_new();
}

/* ---- one mailbox --------------------------------------------------------------------------- */

static FetchResult
run_sessions(FetchWork *work)
{
    for (guint lost = 0;;) {
        g_autoptr(GError) error = NULL;
        guint32 mark = work->mark;
        gboolean done = run_session(work, &error);
        end_session(work);
        if (done)
            return FETCH_DONE;
        lost = work->mark > mark ? 1 : lost + 1;
        if (g_error_matches(error, IMAP_ERROR, IMAP_ERROR_LOST) && lost < LIMIT_IMAP_SESSIONS)
            continue;
        gboolean store = error->domain == STORE_ERROR;
        say(SAY_ERROR, "fetch %s: %s%s", fetch_label(work),
            store ? "cannot store now, try again: " : "", error->message);
        return store ? FETCH_STORE_FAILED : FETCH_FAILED;
    }
}

FetchResult
fetch_mailbox(Fetch *fetch, const ConfigMailbox *mailbox)
{
    const char *fault = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(ImapUrl) url = imap_url_parse(mailbox->url, &fault);
    gboolean is_token = FALSE;
    char *secret = url != NULL ? secret_read(mailbox, &is_token, &error) : NULL;
    if (secret == NULL) {
        say(SAY_ERROR, "fetch %s: %s", mailbox->name != NULL ? mailbox->name : "",
            error != NULL ? error->message : fault);
        return FETCH_FAILED;
    }
    gsize limit = fetch->app->config->rules.message_bytes;
    FetchWork work = {
        .fetch = fetch,
        .mailbox = mailbox,
        .url = url,
        .login = {.secret = secret,
                  .is_token = is_token,
                  .ca_file = mailbox->ca_file,
                  .plain = mailbox->insecure_plain,
                  .message_bytes = limit != 0 ? limit : LIMIT_MESSAGE_BYTES},
        .group = fetch_group_new(),
    };
    FetchResult result = run_sessions(&work);
    fetch_group_free(work.group);
    secret_free(secret);
    return result;
}
