/* load.h: libraries that are loaded when they are first needed.
 *
 * deliver is started for each mail, and most of its time is the dynamic linker's. libzip brings
 * OpenSSL with it and libcurl some thirty libraries (Kerberos, LDAP, SSH); a mail needs neither.
 * systemd loads its optional libraries in the same way.
 */
#pragma once

#include <glib.h>

typedef struct {
    const char *name; /* "zip_fread" */
    void *function;   /* address of the pointer that gets it */
} LateSymbol;

/* Loads SONAME and fills the pointers of SYMBOLS (ended by a row without a name). NULL when all
 * went well, else what is wrong (newly allocated). The library stays loaded. */
char *late_load(const char *soname, const LateSymbol *symbols);

/* What became of one library: static, all zero before the first call. */
typedef struct {
    gsize done;
    char *problem; /* NULL: it is loaded */
} LateOnce;

/* Runs LOAD (as late_load) at the first call with ONCE, from any thread. FALSE where it failed;
 * then *ret_problem says why, and lives as long as the program. */
gboolean late_once(LateOnce *once, char *(*load)(void), const char **ret_problem);
