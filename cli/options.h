/* options.h: what several commands read from their arguments. */
#pragma once

#include <glib.h>

#include "cli/command.h"
#include "store/store.h"

/* Parses ARGV with ENTRIES (NULL-terminated table), after the global options have been taken off.
 * SUMMARY and ARGUMENTS come from the table of commands. Returns -1 to go on, else the exit status
 * (--help: 0; wrong option: 64, told on standard error). */
int options_parse(const char *command, const GOptionEntry *entries, int *argc, char ***argv);

/* A wrong use: says TEXT and where help is; returns 64 (EX_USAGE). */
int options_usage(const char *command, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Where OPTION ("--week") stands in ARGV without a value (nothing, or another option, follows),
 * puts OPTION=VALUE in its place: GOption has no optional values. The text lives as long as the
 * program.
 */
void options_default_value(int argc, char **argv, const char *option, const char *value);

/* The UTC day that it is now. */
gint32 options_today(void);

/* The UTC day that --now names, TEXT (NULL: not given: today). -1 or an exit status. */
int options_now(const char *command, const char *text, gint32 *ret_today);

/* "12" or PREFIX "12" ("r12"), greater than 0. */
gboolean options_id(const char *text, char prefix, gint64 *ret_id);

/* The exit status for a store that fails: 75 where trying again helps, 66, 78 or 74 else. */
int options_store_exit(const GError *error);

/* The filter options that report and list share, as GOption gave them. */
typedef struct {
    char *domain, *since, *until, *sender, *mx, *result, *policy_type;
} FilterOptions;

/* Reads them into QUERY, which borrows from OPTIONS and STRINGS. A day is "2026-11-01", "7d" (the
 * last 7 days, TODAY included), "today" or "yesterday". -1 or an exit status. */
int options_filter(const char *command, const FilterOptions *options, gint32 today,
                   StoreQuery *query, GStringChunk *strings);
/* Days that are counted back from TODAY (--since 7d) end with it where no --until says otherwise,
 * whatever is stored of them. */
void options_end_today(const FilterOptions *options, gint32 today, StoreQuery *query);
void options_filter_clear(FilterOptions *options);
