/* child.h: other programs, run for so long and no longer. */
#pragma once

#include <glib.h>

/* For g_spawn_*: a process group of its own, so that all of it can be ended, and the signals as a
 * program expects them. */
void child_lead_group(gpointer data);

/* Waits for PID, a leader of its group; at DEADLINE (monotonic) the whole group is killed. The exit
 * status as waitpid gives it; *ret_late (may be NULL) says whether it was killed. */
int child_wait(GPid pid, gint64 deadline, gboolean *ret_late);

/* Runs ARGV with ENVIRONMENT (NULL: ours) and INPUT on standard input for at most SECONDS; what it
 * prints goes to our standard error. FALSE with G_SPAWN_ERROR where it cannot be started, was ended
 * late or by a signal (CODE 0), or exits with something else than 0 (then *ret_exit is that, else
 * 0). WHAT names it in messages. */
gboolean child_run(const char *what, const char *const *argv, const char *const *environment,
                   GBytes *input, guint seconds, int *ret_exit, GError **error);
