/* fetch-internal.h: the work on one mailbox, for fetch.c (connections, what is remembered) and
 * fetch_take.c (messages). */
#pragma once

#include "cli/fetch.h"
#include "cli/fetch_group.h"
#include "ingest/imap.h"

/* The work on one mailbox. */
typedef struct {
    Fetch *fetch;
    const ConfigMailbox *mailbox;
    const ImapUrl *url;
    ImapLogin login;
    Imap *imap;        /* NULL between connections */
    ImapFolder folder; /* as last selected */
    gboolean writable; /* by SELECT; until something is to be changed EXAMINE is enough */
    guint32 mark;      /* nothing up to this UID is left to be looked at */
    guint32 suspect;   /* the UID at which the connection was lost, 0 for none */
    guint strikes;     /* how often it was */
    gboolean warned;   /* that nothing can be removed */
    FetchGroup *group; /* being fetched */
    GError *trouble;   /* of the store, while it is */
} FetchWork;

/* What people know the mailbox by. Borrowed. */
const char *fetch_label(const FetchWork *work);

/* Of messages that are stored TAKEN get \Seen, WHOLE are moved or deleted where that is asked for.
 * Sets of UIDs; NULL: none. */
gboolean fetch_clear_away(FetchWork *work, const char *taken, const char *whole, GError **error);

/* Fetches the N candidates UIDS, stores them in groups and clears them away; work->mark follows. */
gboolean fetch_take(FetchWork *work, const guint32 *uids, gsize n, GError **error);
