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

gboolean
late_once(LateOnce *once, char *(*load)(void), const char **ret_problem)
{
    if (g_once_init_enter(&once->done)) {
        once->problem = load();
        g_once_init_leave(&once->done, 1);
    }
    *ret_problem = once->problem;
    return once->problem == NULL;
}
