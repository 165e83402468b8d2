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
