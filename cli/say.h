/* say.h: the one place that speaks to people on standard error. */
#pragma once

#include <glib.h>

typedef enum { SAY_ERROR = 3, SAY_WARNING = 4, SAY_INFO = 6 } SayLevel; /* syslog levels */

/* One line on standard error: "tlsgauge: ..."; under journald with its "<N>" prefix instead. What
 * is not printable is escaped, so foreign text may be in it. Safe from any thread. */
void say(SayLevel level, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* "domains", "domain": the nearest of WORDS (NULL-terminated) to WORD, NULL if none is near. */
const char *say_nearest(const char *word, const char *const *words);

/* Writes all of TEXT to standard output. FALSE (and an error line) when that fails. */
gboolean say_output(const char *text, gssize length);

/* Standard output is a terminal that wants colour (NO_COLOR, TERM=dumb). */
gboolean say_colour(void);
