#ifdef HAVE_LIBMAXMINDDB

#include "late/maxminddb.h"

#include "late/load.h"

static LateMaxMindDb functions;
static char *problem; /* kept for every caller */

const LateMaxMindDb *
late_maxminddb(const char **ret_problem)
{
    static gsize loaded;
    if (g_once_init_enter(&loaded)) {
        const LateSymbol symbols[] = {
            {"MMDB_open", &functions.open},
            {"MMDB_close", &functions.close},
            {"MMDB_lookup_string", &functions.lookup_string},
            {"MMDB_aget_value", &functions.aget_value},
            {"MMDB_strerror", &functions.strerror},
            {0},
        };
        problem = late_load(LIBMAXMINDDB_SONAME, symbols);
        g_once_init_leave(&loaded, 1);
    }
    *ret_problem = problem;
    return problem == NULL ? &functions : NULL;
}

#endif
