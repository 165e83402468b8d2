#ifdef HAVE_LIBCURL

#include "ingest/late_curl.h"

#include <dlfcn.h>

static LateCurl functions;
static const char *problem;

/* A pointer to a function comes as one to an object (POSIX dlsym); the names are those of curl.h.
 */
static gboolean
find(void *library, const char *name, void *ret_function)
{
    void **function = ret_function;
    *function = dlsym(library, name);
    return *function != NULL;
}

static gboolean
load(void)
{
    CURLcode (*global_init)(long flags) = NULL;
    void *library = dlopen(LIBCURL_SONAME, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        problem = LIBCURL_SONAME " cannot be loaded; install Debian's libcurl3-gnutls";
        return FALSE;
    }
    if (!find(library, "curl_global_init", &global_init) ||
        !find(library, "curl_easy_init", &functions.easy_init) ||
        !find(library, "curl_easy_setopt", &functions.easy_setopt) ||
        !find(library, "curl_easy_perform", &functions.easy_perform) ||
        !find(library, "curl_easy_getinfo", &functions.easy_getinfo) ||
        !find(library, "curl_easy_send", &functions.easy_send) ||
        !find(library, "curl_easy_recv", &functions.easy_recv) ||
        !find(library, "curl_easy_strerror", &functions.easy_strerror) ||
        !find(library, "curl_easy_cleanup", &functions.easy_cleanup)) {
        problem = LIBCURL_SONAME " is not the libcurl that this program was built for";
        return FALSE;
    }
    if (global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        problem = LIBCURL_SONAME " cannot be started";
        return FALSE;
    }
    return TRUE;
}

const LateCurl *
late_curl(const char **ret_problem)
{
    static gsize loaded; /* 1: yes, 2: no */
    if (g_once_init_enter(&loaded))
        g_once_init_leave(&loaded, load() ? 1 : 2);
    *ret_problem = problem;
    return loaded == 1 ? &functions : NULL;
}

#endif
