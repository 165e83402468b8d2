#include "late/zip.h"

#include "late/load.h"

static LateZip functions;

static char *
load(void)
{
    const LateSymbol symbols[] = {
        {"zip_source_buffer_create", &functions.source_buffer_create},
        {"zip_source_free", &functions.source_free},
        {"zip_open_from_source", &functions.open_from_source},
        {"zip_discard", &functions.discard},
        {"zip_get_num_entries", &functions.get_num_entries},
        {"zip_get_name", &functions.get_name},
        {"zip_stat_index", &functions.stat_index},
        {"zip_fopen_index", &functions.fopen_index},
        {"zip_fread", &functions.fread},
        {"zip_fclose", &functions.fclose},
        {0},
    };
    return late_load(LIBZIP_SONAME, symbols);
}

const LateZip *
late_zip(void)
{
    static LateOnce once;
    const char *problem;
    return late_once(&once, load, &problem) ? &functions : NULL;
}
