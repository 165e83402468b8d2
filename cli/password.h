/* password.h: passwords as crypt(3) keeps them: yescrypt ($y$), SHA-512 ($6$) and the like. */
#pragma once

#include <glib.h>

/* A new yescrypt hash of PASSWORD with a random salt, newly allocated. NULL and *ret_problem
 * (static) where that cannot be made. */
char *password_hash(const char *password, const char **ret_problem);

/* PASSWORD is that of HASH. Takes as long for a wrong one. An unknown method never matches. Any
 * thread; costs some hundredths of a second by design. */
gboolean password_matches(const char *password, const char *hash);

/* HASH is of a method that is slow to guess: yescrypt, gost-yescrypt, scrypt, bcrypt, SHA-512 or
 * SHA-256. */
gboolean password_hash_is_sound(const char *hash);

/* Why passwords cannot be checked here (static), or NULL. */
const char *password_problem(void);
