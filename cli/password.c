#include "cli/password.h"

#include <string.h>

#ifdef HAVE_LIBCRYPT
#include "late/crypt.h"
#endif

#define BUILT_WITHOUT "tlsgauge was built without libcrypt, which checks passwords"

gboolean
password_hash_is_sound(const char *hash)
{
    static const char *const methods[] = {"$y$", "$gy$", "$7$", "$2b$", "$2y$", "$6$", "$5$"};
    for (guint i = 0; i < G_N_ELEMENTS(methods); i++) {
        if (g_str_has_prefix(hash, methods[i]))
            return TRUE;
    }
    return FALSE;
}

#ifdef HAVE_LIBCRYPT

/* No early end: how long it takes must not tell how much was right. */
static gboolean
equal_in_constant_time(const char *a, const char *b)
{
    gsize length = strlen(a);
    guchar difference = 0;
    if (strlen(b) != length)
        return FALSE;
    for (gsize i = 0; i < length; i++)
        difference = (guchar)(difference | (guchar)(a[i] ^ b[i]));
    return difference == 0;
}

char *
password_hash(const char *password, const char **ret_problem)
{
    const LateCrypt *library = late_crypt(ret_problem);
    char salt[CRYPT_GENSALT_OUTPUT_SIZE];
    if (library == NULL)
        return NULL;
    g_autofree struct crypt_data *data = g_new0(struct crypt_data, 1);
    const char *hash = NULL;
    if (library->gensalt_rn("$y$", 0, NULL, 0, salt, sizeof salt) != NULL)
        hash = library->crypt_rn(password, salt, data, sizeof *data);
    char *copy = g_strdup(hash);
    explicit_bzero(data, sizeof *data);
    if (copy == NULL)
        *ret_problem = "the password cannot be hashed (is it longer than 511 octets?)";
    return copy;
}

gboolean
password_matches(const char *password, const char *hash)
{
    const char *problem;
    const LateCrypt *library = late_crypt(&problem);
    if (library == NULL || !password_hash_is_sound(hash))
        return FALSE;
    g_autofree struct crypt_data *data = g_new0(struct crypt_data, 1);
    const char *made = library->crypt_rn(password, hash, data, sizeof *data);
    gboolean matches = made != NULL && equal_in_constant_time(made, hash);
    explicit_bzero(data, sizeof *data);
    return matches;
}

const char *
password_problem(void)
{
    const char *problem;
    return late_crypt(&problem) == NULL ? problem : NULL;
}

#else

char *
password_hash(const char *password, const char **ret_problem)
{
    (void)password;
    *ret_problem = BUILT_WITHOUT;
    return NULL;
}

gboolean
password_matches(const char *password, const char *hash)
{
    (void)password, (void)hash;
    return FALSE;
}

const char *
password_problem(void)
{
    return BUILT_WITHOUT;
}

#endif
