/* loops.h: days on which a sender saw nothing but the delivery of its own report mail.
 *
 * A report that is mailed makes a TLS session with us, which the sender reports the next day, which
 * makes a session ... Such a chain of single successes is no evidence that mail flows, so it must
 * not count as coverage.
 */
#pragma once

#include <glib.h>

/* What one sender reports of one day under one policy type. */
typedef struct {
    gint32 day; /* UTC days since 1970-01-01 */
    gint64 successful, failed;
    gboolean mailed; /* a report of that day came by mail (or from a file, whose road is unknown) */
    gboolean loop;   /* set by loops_mark */
} LoopDay;

/* Sorts DAYS (of LoopDay), leaves one element a day, and marks the loops among them: exactly one
 * session, a success, which the mailed report of the day before explains. */
void loops_mark(GArray *days);

/* The same; then *ret_days is the number of days and *ret_loop_days that of the marked ones. */
void loops_count(GArray *days, gint64 *ret_days, gint64 *ret_loop_days);
