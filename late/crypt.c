#ifdef HAVE_LIBCRYPT

#include "late/crypt.h"

#include "late/load.h"

static LateCrypt functions;

static char *
load(void)
{
    const LateSymbol symbols[] = {
        {"crypt_rn", &functions.crypt_rn},
        {"crypt_gensalt_rn", &functions.gensalt_rn},
        {0},
    };
    return late_load(LIBCRYPT_SONAME, symbols);
}

const LateCrypt *
late_crypt(const char **ret_problem)
{
    static LateOnce once;
    return late_once(&once, load, ret_problem) ? &functions : NULL;
}

#endif
