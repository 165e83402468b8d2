/* fetch_group.h: some messages of a mailbox: judged one by one as they come, stored together. */
#pragma once

#include "cli/command.h"
#include "cli/tally.h"
#include "ingest/imap.h"

typedef enum {
    FETCHED_NOT_YET,   /* asked for */
    FETCHED_GONE,      /* no longer in the mailbox */
    FETCHED_TOO_LARGE, /* passed over */
    FETCHED_UNREADABLE,
    FETCHED_JUDGED,
} FetchState;

typedef struct {
    guint32 uid;
    guint64 size;
    gboolean seen; /* \Seen was set when we came */
    FetchState state;
    GPtrArray *items;  /* of Judged, from judging to storing */
    gboolean is_stray; /* no report, and not meant as one: somebody's mail */
    gboolean is_whole; /* taken, and kept with every octet: the message may go */
} FetchMessage;

typedef struct {
    GPtrArray *messages; /* of FetchMessage, by ascending uid */
    guint64 bytes;       /* of the messages */
    guint64 inflated;    /* of the reports that wait to be stored */
} FetchGroup;

FetchGroup *fetch_group_new(void);
void fetch_group_free(FetchGroup *group); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FetchGroup, fetch_group_free)

/* A message that is to be fetched. Ascending uids. */
void fetch_group_add(FetchGroup *group, guint32 uid, guint64 size, gboolean seen);
FetchMessage *fetch_group_find(const FetchGroup *group, guint32 uid); /* NULL: not in it */

/* Judges BODY, of a message of GROUP. ADDRESS is that of the mailbox. */
void fetch_group_judge(FetchGroup *group, FetchMessage *message, const IntakeRules *rules,
                       const char *address, GBytes *body);
/* So much waits to be stored that it should be, before more is judged: small messages can hold
 * large reports. */
gboolean fetch_group_is_heavy(const FetchGroup *group);

/* Which messages a set is about. */
typedef enum {
    FETCH_SET_MISSING, /* not fetched yet */
    FETCH_SET_TAKEN,   /* ours, and without \Seen until now */
    FETCH_SET_WHOLE,   /* ours, and kept whole */
} FetchSet;
/* Their UIDs for imap.h, newly allocated; NULL for none. */
char *fetch_group_set(const FetchGroup *group, FetchSet which);

/* The UID up to which all is dealt with, 0 for none: those that could not be read count only where
 * one behind them could, so that a server in trouble is asked again. */
guint32 fetch_group_mark(const FetchGroup *group);

/* Puts what was judged since the last time into the store, and with it, in one transaction, how far
 * MAILBOX (its address) is fetched; UIDVALIDITY 0: that cannot be remembered. Counts what became of
 * them. If one cannot be stored for a reason of its own, the others still are; that one counts as
 * unavailable. FALSE: the store takes nothing now. */
gboolean fetch_group_store(FetchGroup *group, Store *store, const char *mailbox,
                           guint32 uidvalidity, Tally *tally, GError **error);
