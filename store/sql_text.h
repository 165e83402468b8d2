/* sql_text.h: the SQL of store/sql/, which travels inside the binary. Private to store/. */
#pragma once

#include <glib.h>

/* The whole text of a script, "schema.sql". A name that is not there is a defect of ours: aborts.
 * Lives as long as the program. */
const char *sql_text_script(const char *file);
gboolean sql_text_has_script(const char *file);

/* The one statement that stands under "-- name: NAME" in one of the files: where there is one in a
 * file "...-DRIVER.sql" (the name of a driver) that one. Aborts like the above. */
const char *sql_text_statement(const char *name, const char *driver);

/* All such names, NULL-terminated, sorted, newly allocated (g_strfreev): tests prepare each. */
char **sql_text_names(void);
