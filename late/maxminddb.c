#ifdef HAVE_LIBMAXMINDDB

#include "late/maxminddb.h"

#include "late/load.h"

static LateMaxMindDb functions;

static char *
load(void)
{
    const LateSymbol symbols[] = {
        {"MMDB_open", &functions.open},
        {"MMDB_close", &functions.close},
        {"MMDB_lookup_string", &functions.lookup_string},
        {"MMDB_aget_value", &functions.aget_value},
        {"MMDB_strerror", &functions.strerror},
        {0},
    };
    return late_load(LIBMAXMINDDB_SONAME, symbols);
}

const LateMaxMindDb *
late_maxminddb(const char **ret_problem)
{
    static LateOnce once;
    return late_once(&once, load, ret_problem) ? &functions : NULL;
}

#endif
