/* fetch.h: takes the reports out of one IMAP mailbox after the other. */
#pragma once

#include "cli/command.h"
#include "cli/tally.h"

/* What holds for all mailboxes of one run. */
typedef struct {
    App *app;         /* its store may be NULL with dry_run: nothing was ever stored */
    gboolean dry_run; /* say what would be taken; change nothing */
    gboolean all;     /* look at all messages, not only at those since the last time */
    gboolean quiet;   /* dry_run prints no line a message */
    Tally tally;
} Fetch;

typedef enum {
    FETCH_DONE,
    FETCH_FAILED,       /* told on standard error; other mailboxes may still be fetched */
    FETCH_STORE_FAILED, /* told; the store takes nothing now */
} FetchResult;

/* Messages that are reports are stored in groups; each group is committed with the UID up to which
 * the mailbox is done, and only then marked \Seen, moved or deleted. Everything else in the mailbox
 * is left as it is. A fetch that was cut off goes on behind the last group. */
FetchResult fetch_mailbox(Fetch *fetch, const ConfigMailbox *mailbox);
