/* users.h: who may look at the dashboard: a password file, and HTTP Basic (RFC 7617). */
#pragma once

#include <glib.h>

typedef struct Users Users;

typedef enum {
    USERS_KNOWN,
    USERS_UNKNOWN,  /* no or wrong credentials: ask for them */
    USERS_TOO_MANY, /* too many wrong ones came from there: later */
} UsersResult;

/* What a user may see. Clear with users_access_clear. */
typedef struct {
    char *name;
    char **domains; /* NULL: all, and the quarantine */
} UsersAccess;

/* Reads FILE: a line a user, NAME:HASH:DOMAIN;DOMAIN or NAME:HASH:*; lines with # are comments.
 * HASH as of password.h. The error names file and line. Free with users_free. */
Users *users_load(const char *file, GError **error);
void users_free(Users *users); /* NULL is fine */

/* Reads the file again; keeps what it had on error. */
gboolean users_reload(Users *users, GError **error);

/* Judges AUTHORIZATION (the header field, or NULL) that came from the address CLIENT. RET_ACCESS is
 * filled with USERS_KNOWN only. A password that was right some minutes ago is not hashed again; of
 * wrong ones only so many (limits.h). A changed file is read again by itself. Any thread. */
UsersResult users_check(Users *users, const char *authorization, const char *client,
                        UsersAccess *ret_access);
void users_access_clear(UsersAccess *access);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(UsersAccess, users_access_clear)
