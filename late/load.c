#include "late/load.h"

#include <dlfcn.h>

char *
late_load(const char *soname, const LateSymbol *symbols)
{
    void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        return g_strdup_printf("%s cannot be loaded: %s", soname, dlerror());
    for (; symbols->name != NULL; symbols++) {
        /* A pointer to a function comes as one to an object (POSIX dlsym). */
        void **function = symbols->function;
        *function = dlsym(library, symbols->name);
        if (*function == NULL)
            return g_strdup_printf("%s has no %s: it is not what this program was built for",
                                   soname, symbols->name);
    }
    return NULL;
}
