/* intern.h: texts and policies as small numbers, remembered between reports. Private to store/. */
#pragma once

#include "schema/report.h"
#include "store/statement.h"

typedef struct Intern Intern;

/* What "none given" is as a number, of names and of policies. */
#define INTERN_NONE 0

Intern *intern_new(StatementCache *statements);
void intern_free(Intern *intern); /* NULL is fine */

/* Forgets what it remembers: after a rollback, and when another process has rebuilt the store. */
void intern_forget(Intern *intern);

/* The number of TEXT, made if need be inside the write transaction. NULL and "" are INTERN_NONE. */
gboolean intern_name(Intern *intern, const char *text, gint64 *ret_id, GError **error);
/* The number of the policy that ENTRY says was applied: the same for the same policy in whatever
 * order the sender wrote its lines. */
gboolean intern_policy(Intern *intern, const PolicyEntry *entry, gint64 *ret_id, GError **error);

/* The same for many that are about to be asked for: TEXTS (of char *), and the policies of ENTRIES
 * (of PolicyEntry), each any number of times. They are looked up together, and those that are new
 * are made together, so that each costs no round trip of its own. Does nothing where the database
 * is next door. */
gboolean intern_expect_names(Intern *intern, const GPtrArray *texts, GError **error);
gboolean intern_expect_policies(Intern *intern, const GPtrArray *entries, GError **error);
