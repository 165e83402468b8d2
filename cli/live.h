/* live.h: looks at live domains, for the commands that take them: check, plan, ready --live. */
#pragma once

#include "check/check.h"
#include "cli/command.h"

/* As GOption gave them. */
typedef struct {
    char *resolver, *trust_anchor, *ca_file, *ehlo, *now;
    char **connect_to;
    int jobs, timeout;
    gboolean no_smtp, no_ipv6, all_ns, ptr;
} LiveArguments;

/* The rows of OWN (ended by one without a name), then those of the options that all commands have,
 * which fill LIVE; of its members now, no_smtp, all_ns and ptr are left to OWN. g_free. */
GOptionEntry *live_entries(LiveArguments *live, const GOptionEntry *own);
void live_arguments_clear(LiveArguments *live);

/* LIVE over the configuration over the defaults, for COMMAND ("check"). -1 and OPTIONS filled, or
 * the exit status for wrong use, which was told. */
int live_options(const App *app, const char *command, const LiveArguments *live,
                 CheckOptions *options);

/* Looks at DOMAINS (normalised), several at a time, with what app->store (NULL: nothing) knows of
 * them. -1 and, in the order of DOMAINS, *ret_runs of CheckRun and *ret_pasts (NULL: not asked for)
 * of CheckPast, elements NULL where nothing could be read; or the exit status for a resolver that
 * cannot be had, which was told. */
int live_look(const App *app, const LiveArguments *live, const CheckOptions *options,
              const GPtrArray *domains, GPtrArray **ret_runs, GPtrArray **ret_pasts);
