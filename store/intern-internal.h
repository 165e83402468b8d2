/* intern-internal.h: what intern.c and intern_many.c share. */
#pragma once

#include "schema/limits.h"
#include "store/intern.h"

/* Of the digest of a policy, as the store keeps it. */
#define INTERN_DIGEST_BYTES     16
/* A text that is longer is looked up each time. */
#define INTERN_REMEMBERED_BYTES (LIMIT_INTERN_BYTES / 64)

struct Intern {
    StatementCache *statements;
    GHashTable *names;    /* text -> id */
    GHashTable *policies; /* the lines as the sender wrote them -> id */
    gsize bytes;          /* of their texts */
    GString *lines;       /* of the policy in hand */
};

/* TABLE is one of these two. */
gboolean intern_recall(GHashTable *table, const char *text, gint64 *ret_id);
void intern_remember(Intern *intern, GHashTable *table, const char *text, gint64 id);
/* The lines of ENTRY as one text, borrowed until the next one is wanted. */
const char *intern_policy_lines(Intern *intern, const PolicyEntry *entry);
