#ifdef HAVE_LIBCRYPT

#include "late/crypt.h"

#include "late/load.h"

static LateCrypt functions;
static char *problem; /* kept for every caller */

const LateCrypt *
late_crypt(const char **ret_problem)
{
    static gsize loaded;
    if (g_once_init_enter(&loaded)) {
        const LateSymbol symbols[] = {
            {"crypt_rn", &functions.crypt_rn},
            {"crypt_gensalt_rn", &functions.gensalt_rn},
            {0},
        };
        problem = late_load(LIBCRYPT_SONAME, symbols);
        g_once_init_leave(&loaded, 1);
    }
    *ret_problem = problem;
    return problem == NULL ? &functions : NULL;
}

#endif
